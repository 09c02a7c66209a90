package softadastra.transport.http;

/** A request that is not served, or an answer that cannot be used: what is wrong with it, as a status and a line of text. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String text;
    private final String header;

    Refusal(int status, String text) {
        this(status, text, "");
    }

    /** With a header line that the status asks for. */
    Refusal(int status, String text, String header) {
        // Hostile input makes many of them, and nobody reads where from.
        super(text, null, false, false);
        this.status = status;
        this.text = text;
        this.header = header;
    }

    int status() {
        return status;
    }

    String text() {
        return text;
    }

    /** A header line that goes with it; empty for none. */
    String header() {
        return header;
    }
}
