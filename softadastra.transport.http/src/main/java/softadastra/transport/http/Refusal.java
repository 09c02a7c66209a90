package softadastra.transport.http;

import java.nio.charset.StandardCharsets;
import java.util.List;

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

    /** The header lines that go with it. */
    List<String> headers(boolean json) {
        return List.of("Content-Type: " + (json ? StatusPage.JSON_TYPE : StatusPage.TEXT_TYPE), header);
    }

    /** It as one line, for people or for programs. */
    byte[] body(boolean json) {
        return ((json ? StatusPage.error(status, text) : text) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
