package softadastra.transport.http;

/** The names that both sides of the protocol use; see docs/transport-http.md. */
final class Protocol {
    static final int VERSION = 1;
    static final String HELLO = "hello";
    static final String SESSION = "session";
    static final String MESSAGES = "messages";
    static final String POLL = "poll";

    static final String SESSION_HEADER = "Softadastra-Session";
    static final String SEQUENCE_HEADER = "Softadastra-Sequence";
    static final String TAG_HEADER = "Softadastra-Tag";

    static final int NONCE_DIGITS = 32;
    static final int INSTANCE_DIGITS = 32;
    static final int SESSION_DIGITS = 32;
    static final int TAG_DIGITS = 64;

    /** The longest body that opens a session. */
    static final int MAX_FIELDS_BYTES = 1024;

    private static final int MAX_BODY_OVERHEAD = 64 << 10;

    private Protocol() {}

    static String path(String lane) {
        return "/v" + VERSION + "/" + lane;
    }

    /** How long a body of messages may be, before and after it is inflated. */
    static int maxBody(int maxMessageBytes, int batchBytes) {
        return Math.max(maxMessageBytes, batchBytes) + MAX_BODY_OVERHEAD;
    }
}
