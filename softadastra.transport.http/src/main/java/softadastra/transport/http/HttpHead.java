package softadastra.transport.http;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The head of an HTTP/1.1 message: its first line, in three parts, and its headers.
 *
 * <p>It is read strictly: what two readers could understand in two ways is refused.
 */
final class HttpHead {
    private static final String TOKEN = "!#$%&'*+-.^_`|~";
    private static final String OURS = "softadastra-";

    private final String[] first;
    private final Map<String, String> headers;

    private HttpHead(String[] first, Map<String, String> headers) {
        this.first = first;
        this.headers = headers;
    }

    /** Reads a head, without the empty line behind it. */
    static HttpHead of(byte[] bytes, int length) throws Refusal {
        String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        String[] lines = text.split("\r\n", -1);
        String[] first = lines[0].split(" ", 3);
        if (first.length < 2 || first[0].isEmpty() || first[1].isEmpty()) {
            throw new Refusal(400, "the first line is not that of HTTP");
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            add(headers, lines[i]);
        }
        for (String line : lines) {
            visible(line);
        }
        return new HttpHead(first, headers);
    }

    /** The method of a request, or the version of an answer. */
    String first() {
        return first[0];
    }

    /** The target of a request, or the status of an answer. */
    String second() {
        return first[1];
    }

    /** The version of a request, or the reason of an answer; may be empty. */
    String third() {
        return first.length > 2 ? first[2] : "";
    }

    /** A header's value, by its name in lower case. */
    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** Whether the header, a list, has the word in it. */
    boolean says(String name, String word) {
        String value = headers.getOrDefault(name, "").toLowerCase(Locale.ROOT);
        for (String part : value.split(",", -1)) {
            if (part.strip().equals(word)) {
                return true;
            }
        }
        return false;
    }

    /** The length of the body; -1 if none is given. */
    long length() throws Refusal {
        if (headers.containsKey("transfer-encoding")) {
            throw new Refusal(411, "a body needs its length in Content-Length; no Transfer-Encoding is understood");
        }
        String value = headers.get("content-length");
        if (value == null) {
            return -1;
        }
        if (value.isEmpty() || value.length() > 18 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Refusal(400, "Content-Length is not a number");
        }
        return Long.parseLong(value);
    }

    private static void add(Map<String, String> headers, String line) throws Refusal {
        int colon = line.indexOf(':');
        if (colon <= 0 || !isToken(line.substring(0, colon))) {
            throw new Refusal(400, "a header has no name");
        }
        String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
        String value = line.substring(colon + 1).strip();
        String before = headers.put(name, value);
        if (before != null) {
            if (isSingle(name)) {
                throw new Refusal(400, "the header " + name + " comes twice");
            }
            headers.put(name, before + ", " + value);
        }
    }

    private static boolean isSingle(String name) {
        return name.startsWith(OURS)
                || name.equals("content-length")
                || name.equals("transfer-encoding")
                || name.equals("content-encoding")
                || name.equals("authorization")
                || name.equals("host");
    }

    private static boolean isToken(String name) {
        return name.chars()
                .allMatch(c -> (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || TOKEN.indexOf(c) >= 0);
    }

    private static void visible(String line) throws Refusal {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                throw new Refusal(400, "the head has a control character");
            }
        }
    }
}
