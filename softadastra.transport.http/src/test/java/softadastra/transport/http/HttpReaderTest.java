package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes become messages in the same way however they come in pieces, and what has two readings has none. */
class HttpReaderTest {
    private static final int HEAD_BYTES = 256;
    private static final int BODY_BYTES = 100;
    private static final String POST = "POST /v1/hello HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nX: y\r\n\r\nhello";

    private final Budget budget = new Budget(1000);
    private final HttpReader reader = new HttpReader(HEAD_BYTES, budget, head -> BODY_BYTES);

    @Test
    void aMessageIsTheSameHoweverItIsCut() throws Refusal {
        byte[] bytes = bytes(POST + POST);
        for (int piece = 1; piece <= bytes.length; piece++) {
            int messages = 0;
            for (int at = 0; at < bytes.length; at += piece) {
                ByteBuffer in = ByteBuffer.wrap(bytes, at, Math.min(piece, bytes.length - at));
                while (in.hasRemaining()) {
                    Optional<HttpReader.Message> message = reader.read(in);
                    if (message.isPresent()) {
                        messages++;
                        assertEquals("POST", message.get().head().first());
                        assertEquals("y", message.get().head().header("x").orElseThrow());
                        assertArrayEquals(bytes("hello"), message.get().body());
                    }
                }
            }
            assertEquals(2, messages, "in pieces of " + piece);
        }
        assertEquals(1000, budget.left());
    }

    @ParameterizedTest
    @CsvSource({
        "400, 'GET\r\n\r\n'",
        "400, '\r\n\r\n'",
        "400, 'GET / HTTP/1.1\nHost: a\n\n'",
        "400, 'GET / HTTP/1.1\r\nHost a\r\n\r\n'",
        "400, 'GET / HTTP/1.1\r\n: a\r\n\r\n'",
        "400, 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'",
        "400, 'GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n'",
        "400, 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'",
        "400, 'GET / HTTP/1.1\r\nHost: a\u0000b\r\n\r\n'",
        "400, 'GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n'",
        "400, 'POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n'",
        "400, 'POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n'",
        "400, 'POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n'",
        "400, 'POST / HTTP/1.1\r\nContent-Length: 5x\r\n\r\n'",
        "400, 'POST / HTTP/1.1\r\nContent-Length:\r\n\r\n'",
        "400, 'POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n'",
        "411, 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n'",
        "411, 'POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'",
        "413, 'POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n'",
    })
    void whatIsMalformedIsRefused(int status, String text) {
        Refusal refusal = assertThrows(Refusal.class, () -> reader.read(ByteBuffer.wrap(bytes(text))));
        assertEquals(status, refusal.status(), refusal.text());
    }

    @Test
    void aHeadThatDoesNotEndIsRefusedAtItsBound() {
        ByteBuffer endless = ByteBuffer.wrap(bytes("GET / HTTP/1.1\r\nX: " + "x".repeat(HEAD_BYTES)));
        assertEquals(
                431, assertThrows(Refusal.class, () -> reader.read(endless)).status());
    }

    @Test
    void aBodyTakesMemoryAsItComesAndGivesItBack() throws Refusal {
        int bytes = 1 << 20;
        Budget shared = new Budget(bytes);
        HttpReader large = new HttpReader(HEAD_BYTES, shared, head -> 1 << 30);
        String head = "POST / HTTP/1.1\r\nContent-Length: 900000000\r\n\r\n";
        assertTrue(large.read(ByteBuffer.wrap(bytes(head))).isEmpty());
        assertEquals(bytes, shared.left());
        assertTrue(large.read(ByteBuffer.wrap(new byte[10])).isEmpty());
        assertTrue(shared.left() >= bytes - (64 << 10), "as much as has come, and a little more");
        Refusal refusal = assertThrows(Refusal.class, () -> large.read(ByteBuffer.wrap(new byte[bytes])));
        assertEquals(503, refusal.status());
        assertEquals("Retry-After: 1", refusal.headers(false).get(1));
        large.reset();
        assertEquals(bytes, shared.left());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
