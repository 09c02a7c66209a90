package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import softadastra.core.NodeId;
import softadastra.sync.TransportConfig;

/**
 * Requests that are changed at random, by a seed, get an answer or an end, and nothing of them gets in that was not sent as it is.
 * {@code -Dsoftadastra.http.fuzz=N} makes it longer, {@code -Dsoftadastra.seed=S} begins elsewhere.
 */
class HttpFuzzTest {
    private static final boolean CI = "ci".equals(System.getProperty("softadastra.slice"));
    private static final int RUNS = Integer.getInteger("softadastra.http.fuzz", CI ? 5_000 : 400);
    private static final long SEED = Long.getLong("softadastra.seed", 1);
    private static final int READER_RUNS_EACH = 50;

    /** As the engine says. */
    private static final int LONGEST = 72 << 20;

    private static final byte[] MESSAGE = "the only message".getBytes(StandardCharsets.US_ASCII);
    private static final Optional<String> TOKEN = Optional.of("a token of the fuzz test");

    @Test
    void changedRequestsOverSockets() throws IOException, URISyntaxException {
        TransportConfig config =
                TransportConfig.none().withListen("127.0.0.1:0").withToken(TOKEN.get());
        // All come from one address, which would be told to wait otherwise, whatever it has sent.
        HttpLimits limits = HttpLimits.defaults(1 << 20)
                .withHeadMillis(500)
                .withBytesPerSecond(1 << 20)
                .withStrangersPerSecond(1_000_000);
        FakeHost host = new FakeHost(new NodeId("hub"), 1 << 20);
        try (Probe hub = new Probe(
                "hub", HttpTransportProvider.open(config, host, limits).orElseThrow())) {
            Speaker speaker = new Speaker(hub.port(), TOKEN, "stranger").open();
            List<byte[]> corpus = new ArrayList<>();
            for (String file : HttpRefusalTest.corpus().toList()) {
                corpus.add(HttpRefusalTest.bytesOf(file));
            }
            for (int run = 0; run < RUNS; run++) {
                long seed = SEED + run;
                Random random = new Random(seed);
                byte[] valid = switch (random.nextInt(5)) {
                    case 0 -> Speaker.post("/v1/hello", Fields.write("nonce", Speaker.NONCE));
                    case 1 -> speaker.opening("0".repeat(Nonces.DIGITS));
                    case 2 -> speaker.request("poll", run + 1L, Fields.write("wait", "0"));
                    case 3 -> corpus.get(random.nextInt(corpus.size()));
                    default -> speaker.messages(run + 1L, MESSAGE);
                };
                try (RawSocket socket = new RawSocket(hub.port())) {
                    socket.send(changed(valid, corpus, random)).end();
                    int status = socket.answer().status();
                    assertTrue(status == 0 || (status >= 200 && status < 600), "seed " + seed);
                } catch (IOException e) {
                    // It was ended while it was still being sent.
                }
                hub.takeAll().forEach(message -> assertArrayEquals(MESSAGE, message, "seed " + seed));
            }
            assertEquals(0, hub.http().counters().faults.sum(), "seeds from " + SEED);
            Speaker good = new Speaker(hub.port(), TOKEN, "good", "f".repeat(32)).open();
            assertEquals(200, good.once(good.messages(1, MESSAGE)).status());
        }
    }

    @Test
    void changedRequestsAreReadOrRefusedAndMemoryIsGivenBack() throws IOException, URISyntaxException {
        List<byte[]> corpus = new ArrayList<>();
        for (String file : HttpRefusalTest.corpus().toList()) {
            corpus.add(HttpRefusalTest.bytesOf(file));
        }
        corpus.add(Speaker.post("/v1/hello", Fields.write("nonce", Speaker.NONCE)));
        corpus.add(Speaker.post("/v1/messages", Batch.write(List.of(MESSAGE, MESSAGE)), "Content-Encoding: identity"));
        Budget budget = new Budget(1 << 20);
        for (int run = 0; run < RUNS * READER_RUNS_EACH; run++) {
            Random random = new Random(SEED + run);
            HttpReader reader = new HttpReader(1024, budget, head -> 1 << 20);
            ByteBuffer in = ByteBuffer.wrap(changed(corpus.get(random.nextInt(corpus.size())), corpus, random));
            try {
                while (in.hasRemaining()) {
                    Optional<HttpReader.Message> message = reader.read(in);
                    if (message.isPresent()) {
                        readBatch(message.get().body());
                    }
                }
            } catch (Refusal refusal) {
                assertTrue(refusal.status() >= 400, "seed " + (SEED + run));
            }
            reader.reset();
            assertEquals(1 << 20, budget.left(), "seed " + (SEED + run));
        }
    }

    @Test
    void changedBodiesOfOneThatIsLetInAreTakenOrRefused() throws IOException {
        TransportConfig config =
                TransportConfig.none().withListen("127.0.0.1:0").withToken(TOKEN.get());
        FakeHost host = new FakeHost(new NodeId("hub"), 1 << 20);
        byte[] plain = Batch.write(List.of(MESSAGE, new byte[3000], MESSAGE));
        byte[] small = new Deflation(true).deflate(plain).orElseThrow();
        try (Probe hub =
                new Probe("hub", new HttpTransportProvider().open(config, host).orElseThrow())) {
            Speaker speaker = new Speaker(hub.port(), TOKEN, "stranger").open();
            for (int run = 0; run < RUNS; run++) {
                Random random = new Random(SEED + run);
                boolean deflate = random.nextBoolean();
                byte[] body = changed(deflate ? small : plain, List.of(small, plain), random);
                int status = speaker.once(speaker.request("messages", run + 1L, deflate ? "deflate" : "identity", body))
                        .status();
                assertTrue(status == 200 || status == 400 || status == 413, status + ", seed " + (SEED + run));
                hub.takeAll().clear();
                int poll = speaker.once(speaker.request(
                                "poll", run + 1L, changed(Fields.write("wait", "0"), List.of(MESSAGE), random)))
                        .status();
                assertTrue(poll == 200 || poll == 400, poll + ", seed " + (SEED + run));
            }
            assertEquals(0, hub.http().counters().faults.sum(), "seeds from " + SEED);
        }
    }

    /** As many messages of one byte as go into the largest body, or one message as long as the longest, and next to nothing on its way. */
    private static byte[] bomb(boolean ofMany) throws IOException {
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        Deflater best = new Deflater(Deflater.BEST_COMPRESSION);
        try (DeflaterOutputStream out = new DeflaterOutputStream(small, best, 1 << 16)) {
            byte[] one = {1, 0, 0, 0, 7};
            byte[] length = ByteBuffer.allocate(Batch.OVERHEAD)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(LONGEST)
                    .array();
            out.write(ofMany ? new byte[0] : length);
            byte[] piece = new byte[5 << 16];
            for (int at = 0; ofMany && at < piece.length; at += one.length) {
                System.arraycopy(one, 0, piece, at, one.length);
            }
            for (int left = LONGEST; left > 0; left -= piece.length) {
                out.write(piece, 0, Math.min(left, piece.length));
            }
        } finally {
            best.end();
        }
        return small.toByteArray();
    }

    @Test
    void aSmallBodyOfMillionsOfMessagesIsRefusedAtTheFirstOneTooMany() throws Exception {
        byte[] bomb = bomb(true);
        assertTrue(bomb.length < 256 << 10, "it is " + bomb.length + " bytes");
        try (Body body = Body.of(Deflation.DEFLATE, bomb, Protocol.maxBody(LONGEST, 1 << 20))) {
            Refusal refusal = assertThrows(Refusal.class, () -> Batch.read(body, LONGEST, any -> true));
            assertEquals("a batch has more than 4096 messages", refusal.text());
            assertEquals(5 * Batch.MAX_MESSAGES + Batch.OVERHEAD, body.position(), "what was inflated");
        }
        byte[] twoLong = Batch.write(List.of(new byte[Batch.MAX_BYTES / 2], new byte[Batch.MAX_BYTES / 2]));
        try (Body body = Body.of(Deflation.IDENTITY, twoLong, twoLong.length)) {
            Refusal refusal = assertThrows(Refusal.class, () -> Batch.read(body, LONGEST, any -> true));
            assertEquals("a batch of several messages is longer than 4194304 bytes", refusal.text());
        }
    }

    @Test
    void whatThereIsNoRoomForIsNotInflated() throws Exception {
        try (Body body = Body.of(Deflation.DEFLATE, bomb(false), Protocol.maxBody(LONGEST, 1 << 20))) {
            assertEquals(Optional.empty(), Batch.read(body, LONGEST, size -> size < LONGEST));
            assertEquals(Batch.OVERHEAD, body.position());
        }
    }

    /** With what the product allows: messages as long as its engine makes them. */
    @Test
    void bombsThatAreLetInTakeNoMoreThanTheInboxHolds() throws IOException {
        TransportConfig config =
                TransportConfig.none().withListen("127.0.0.1:0").withToken(TOKEN.get());
        FakeHost host = new FakeHost(new NodeId("hub"), LONGEST);
        byte[] many = bomb(true);
        byte[] one = bomb(false);
        try (Probe hub =
                new Probe("hub", new HttpTransportProvider().open(config, host).orElseThrow())) {
            Speaker speaker = new Speaker(hub.port(), TOKEN, "stranger").open();
            for (int i = 1; i <= 20; i++) {
                RawSocket.Answer answer = speaker.once(speaker.request("messages", i, "deflate", many));
                assertEquals(413, answer.status(), answer.text());
                assertEquals("a batch has more than 4096 messages\n", answer.text());
            }
            assertEquals(20, hub.http().counters().refusals().get(413));
            assertEquals(
                    200,
                    speaker.once(speaker.request("messages", 21, "deflate", one))
                            .status());
            for (int i = 22; i < 40; i++) {
                assertEquals(
                        503,
                        speaker.once(speaker.request("messages", i, "deflate", one))
                                .status());
            }
            assertEquals(LONGEST, hub.next().length);
            assertEquals(0, hub.takeAll().size());
            assertEquals(0, hub.http().counters().faults.sum());
        }
    }

    private static void readBatch(byte[] body) throws Refusal {
        long size = 0;
        try (Body whole = Body.of(Deflation.IDENTITY, body, 1 << 20)) {
            for (byte[] message : Batch.read(whole, 1 << 20, any -> true).orElseThrow()) {
                size += message.length + Batch.OVERHEAD;
            }
        }
        assertEquals(body.length, size);
    }

    /** Some of: bits flipped, a piece cut out, doubled, put in from elsewhere, the end cut off. */
    private static byte[] changed(byte[] bytes, List<byte[]> corpus, Random random) {
        byte[] now = bytes.clone();
        for (int i = 1 + random.nextInt(3); i > 0 && now.length > 1; i--) {
            int from = random.nextInt(now.length);
            int to = Math.min(now.length, from + 1 + random.nextInt(20));
            byte[] head = Arrays.copyOf(now, from);
            byte[] piece = Arrays.copyOfRange(now, from, to);
            byte[] tail = Arrays.copyOfRange(now, to, now.length);
            now = switch (random.nextInt(6)) {
                case 0 -> {
                    now[from] ^= (byte) (1 << random.nextInt(8));
                    yield now;
                }
                case 1 -> joined(head, tail);
                case 2 -> joined(head, piece, piece, tail);
                case 3 -> joined(head, corpus.get(random.nextInt(corpus.size())), tail);
                case 4 -> head;
                default -> {
                    now[from] = (byte) random.nextInt(256);
                    yield now;
                }
            };
        }
        return now;
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
