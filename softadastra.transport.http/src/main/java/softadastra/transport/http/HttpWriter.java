package softadastra.transport.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes the heads of requests and answers. */
final class HttpWriter {
    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"),
            Map.entry(409, "Conflict"),
            Map.entry(411, "Length Required"),
            Map.entry(413, "Content Too Large"),
            Map.entry(415, "Unsupported Media Type"),
            Map.entry(417, "Expectation Failed"),
            Map.entry(421, "Misdirected Request"),
            Map.entry(426, "Upgrade Required"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(505, "HTTP Version Not Supported"));

    private HttpWriter() {}

    static byte[] answer(int status, List<String> headers, int length) {
        return head("HTTP/1.1 " + status + " " + REASONS.getOrDefault(status, "-"), headers, length);
    }

    static byte[] request(String path, String host, List<String> headers, int length) {
        return head("POST " + path + " HTTP/1.1\r\nHost: " + host, headers, length);
    }

    private static byte[] head(String first, List<String> headers, int length) {
        StringBuilder text = new StringBuilder(256).append(first).append("\r\n");
        for (String header : headers) {
            if (!header.isEmpty()) {
                text.append(header).append("\r\n");
            }
        }
        text.append("Content-Length: ").append(length).append("\r\n\r\n");
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
