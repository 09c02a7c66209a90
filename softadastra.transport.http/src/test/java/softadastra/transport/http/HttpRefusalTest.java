package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.sync.SyncReport;
import softadastra.sync.TransportConfig;
import softadastra.sync.TransportHost;

/** What is malformed, replayed, too large or not authorised is refused with a status that says so, is counted, and changes nothing. */
class HttpRefusalTest {
    private static final Optional<String> TOKEN = Optional.of("a token of the refusals' test");
    private static final int BURST = 50;
    private static final byte[] MESSAGE = "a message".getBytes(StandardCharsets.US_ASCII);

    private Probe hub;
    private Probe leaf;

    @BeforeEach
    void open() {
        TransportConfig config = TransportConfig.none().withToken(TOKEN.get());
        hub = open("hub", config.withListen("127.0.0.1:0"));
        leaf = open("leaf", config.withPeers(List.of(hub.url())));
        leaf.awaitNeighbour(hub);
        hub.awaitNeighbour(leaf);
    }

    @AfterEach
    void aGoodPeerIsServedAsBefore() {
        assertTrue(hub.transport().receive().isEmpty(), "nothing got in");
        leaf.transport().send(hub.node(), MESSAGE.clone());
        assertArrayEquals(MESSAGE, hub.next());
        hub.transport().send(leaf.node(), MESSAGE.clone());
        assertArrayEquals(MESSAGE, leaf.next());
        assertEquals(0, hub.http().counters().faults.sum());
        leaf.close();
        hub.close();
    }

    private static Probe open(String name, TransportConfig config) {
        FakeHost host = FakeHost.of(name);
        return new Probe(
                name,
                HttpTransportProvider.open(config, host, HttpLimits.defaults(host.maxMessageBytes()))
                        .orElseThrow());
    }

    private Speaker speaker() {
        return new Speaker(hub.port(), TOKEN, "stranger");
    }

    /** Sends the bytes and expects to be refused, which is counted. */
    private void refused(int status, byte[] request) throws IOException {
        Map<Integer, Long> before = hub.http().counters().refusals();
        RawSocket.Answer answer = speaker().once(request);
        assertEquals(status, answer.status(), answer.head() + answer.text());
        assertTrue(answer.text().endsWith("\n") && answer.text().lines().count() == 1, answer.text());
        assertEquals(
                before.getOrDefault(status, 0L) + 1,
                hub.http().counters().refusals().get(status));
    }

    static Stream<String> corpus() throws IOException, URISyntaxException {
        Path directory = Path.of(HttpRefusalTest.class.getResource("/hostile").toURI());
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    static byte[] bytesOf(String file) throws IOException {
        try (var in = HttpRefusalTest.class.getResourceAsStream("/hostile/" + file)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void malformedRequestsAreRefused(String file) throws IOException {
        refused(Integer.parseInt(file.substring(0, 3)), bytesOf(file));
    }

    @Test
    void whoeverDoesNotKnowTheTokenGetsNoSession() throws IOException {
        Speaker other = new Speaker(hub.port(), Optional.of("another token than it"), "stranger");
        refused(401, other.opening(other.hello()));
        Speaker without = new Speaker(hub.port(), Optional.empty(), "stranger");
        refused(401, without.opening(without.hello()));
    }

    @Test
    void aSessionIsNotOpenedTwiceByTheSameRequest() throws IOException {
        Speaker speaker = speaker();
        byte[] opening = speaker.opening(speaker.hello());
        assertEquals(200, speaker.once(opening).status());
        refused(409, opening);
    }

    @Test
    void aNonceThatIsNotFromHereOpensNothing() throws IOException {
        Speaker speaker = speaker();
        refused(401, speaker.opening("0".repeat(Nonces.DIGITS)));
        String theirs = speaker.hello();
        refused(401, speaker.opening(theirs.substring(0, 79) + (theirs.endsWith("0") ? "1" : "0")));
    }

    @Test
    void aRecordedRequestIsWorthNothing() throws IOException {
        Speaker speaker = speaker().open();
        byte[] request = speaker.messages(1, MESSAGE);
        assertEquals(200, speaker.once(request).status());
        assertArrayEquals(MESSAGE, hub.next());
        refused(409, request);
        assertEquals(200, speaker.once(speaker.messages(5)).status());
        refused(409, speaker.messages(4, MESSAGE));
        Speaker another = speaker().open();
        String replaced =
                new String(request, StandardCharsets.ISO_8859_1).replace(speaker.session(), another.session());
        refused(401, replaced.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void whatIsChangedOnItsWayIsNotBelieved() throws IOException {
        Speaker speaker = speaker().open();
        byte[] request = speaker.messages(1, MESSAGE);
        byte[] changed = request.clone();
        changed[changed.length - 1] ^= 1;
        refused(401, changed);
        String text = new String(request, StandardCharsets.ISO_8859_1);
        refused(401, text.replace("Sequence: 1", "Sequence: 2").getBytes(StandardCharsets.ISO_8859_1));
        refused(401, text.replace("Softadastra-Tag", "Softadastra-Gat").getBytes(StandardCharsets.ISO_8859_1));
        refused(401, text.replace("/v1/messages", "/v1/poll").getBytes(StandardCharsets.ISO_8859_1));
        refused(400, text.replace("Sequence: 1", "Sequence: x").getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(200, speaker.once(request).status(), "none of that has used up its number");
        assertArrayEquals(MESSAGE, hub.next());
    }

    @Test
    void batchesThatAreMalformedAreRefused() throws IOException {
        Speaker speaker = speaker().open();
        byte[] good = Batch.write(List.of(MESSAGE, MESSAGE));
        refused(400, speaker.request("messages", 1, Arrays.copyOf(good, good.length - 1)));
        refused(400, speaker.request("messages", 2, Arrays.copyOf(good, 2)));
        refused(400, speaker.request("messages", 3, new byte[] {0, 0, 0, 0}));
        refused(400, speaker.request("messages", 4, new byte[] {-1, -1, -1, -1}));
        refused(413, speaker.request("messages", 5, new byte[] {-1, -1, -1, 127}));
        refused(400, speaker.request("poll", 1, new byte[0]));
        refused(400, speaker.request("poll", 2, Fields.write("wait", "-5")));
    }

    @Test
    void aBombIsNotInflated() throws IOException {
        Speaker speaker = speaker().open();
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(small)) {
            byte[] message = Batch.write(List.of(new byte[1 << 20]));
            for (int i = 0; i < 512; i++) {
                out.write(message);
            }
        }
        byte[] bomb = small.toByteArray();
        assertTrue(bomb.length < 1 << 20);
        refused(413, speaker.request("messages", 1, "deflate", bomb));
        refused(400, speaker.request("messages", 2, "deflate", Arrays.copyOf(bomb, 1000)));
        refused(400, speaker.request("messages", 3, "deflate", MESSAGE));
        refused(400, speaker.request("messages", 4, "deflate", new byte[0]));
        refused(415, speaker.request("messages", 5, "gzip", bomb));
    }

    @Test
    void compressedMessagesArriveAsTheyWere() throws IOException {
        Speaker speaker = speaker().open();
        byte[] large = new byte[100_000];
        byte[] body = new Deflation(true).deflate(Batch.write(List.of(large))).orElseThrow();
        assertEquals(
                200,
                speaker.once(speaker.request("messages", 1, "deflate", body)).status());
        assertArrayEquals(large, hub.next());
    }

    @Test
    void aNodeOfAnotherNameButSelfIsTurnedAwayAndTold() throws IOException {
        Speaker self = new Speaker(hub.port(), TOKEN, "hub");
        refused(409, self.opening(self.hello()));
        hub.awaitProblem("the node here has the id hub too");
        Speaker twin = new Speaker(hub.port(), TOKEN, "leaf");
        refused(409, twin.opening(twin.hello()));
        hub.awaitProblem("another node with the id leaf is there");
        assertEquals(List.of(leaf.node()), List.copyOf(hub.transport().neighbours()));
    }

    @Test
    void theStatusPageWantsTheToken() throws IOException {
        String get = "GET /status HTTP/1.1\r\nHost: localhost\r\n";
        refused(401, (get + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        refused(401, (get + "Authorization: Bearer wrong\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        String right = get + "Authorization: Bearer " + TOKEN.get() + "\r\n";
        RawSocket.Answer text = speaker().once((right + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(200, text.status());
        assertTrue(text.text().startsWith("node      : hub"), text.text());
        RawSocket.Answer json =
                speaker().once((right + "Accept: application/json\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(json.text().startsWith("{\"node\":\"hub\","), json.text());
        assertTrue(json.header("Content-Type").equals("application/json"), json.head());
    }

    /** As curl sends it, which passes on the bytes of its command line. */
    @Test
    void aTokenBeyondAsciiIsTakenAsUtf8() throws IOException {
        String token = "liebe gr\u00fc\u00dfe vom \u65e5\u672c \u00e0";
        try (Probe open = open(
                        "open", TransportConfig.none().withListen("127.0.0.1:0").withToken(token));
                RawSocket right = new RawSocket(open.port());
                RawSocket wrong = new RawSocket(open.port())) {
            String head = "GET /status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ";
            byte[] request = (head + token + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
            assertEquals(200, right.send(request).answer().status());
            byte[] other = (head + token.replace('\u00fc', '\u00fb') + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
            assertEquals(401, wrong.send(other).answer().status());
        }
    }

    @Test
    void whoeverAsksForJsonIsRefusedInJson() throws IOException {
        String page = " /status.json HTTP/1.1\r\nHost: localhost\r\n";
        for (String request : List.of(
                "GET" + page + "\r\n",
                "POST" + page + "Content-Length: 0\r\n\r\n",
                "GET /nothing HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n")) {
            RawSocket.Answer answer = speaker().once(request.getBytes(StandardCharsets.ISO_8859_1));
            String begins = "{\"status\":" + answer.status() + ",\"error\":\"";
            assertTrue(answer.status() >= 400 && answer.text().startsWith(begins), answer.text());
            assertEquals("application/json", answer.header("Content-Type"));
        }
        byte[] malformed = "GET\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
        assertTrue(speaker().once(malformed).header("Content-Type").startsWith("text/plain"));
    }

    @Test
    void withoutATokenWebPagesAreTurnedAwayByTheirName() throws IOException {
        try (Probe open = open("open", TransportConfig.none().withListen("127.0.0.1:0"))) {
            for (String host : new String[] {"localhost", "127.0.0.1:80", "[::1]"}) {
                assertEquals(200, status(open, host), host);
            }
            assertEquals(421, status(open, "evil.example"));
        }
    }

    @Test
    void aLookAtTheStatusPageOfAnOpenNodeIsNoReasonToStay() throws IOException {
        FakeHost host = FakeHost.of("open");
        TransportConfig config = TransportConfig.none().withListen("127.0.0.1:0");
        HttpLimits limits = HttpLimits.defaults(host.maxMessageBytes()).withConnections(2);
        byte[] get = "GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
        try (Probe open = new Probe(
                        "open", HttpTransportProvider.open(config, host, limits).orElseThrow());
                RawSocket first = new RawSocket(open.port());
                RawSocket second = new RawSocket(open.port())) {
            assertEquals(200, first.send(get).answer().status());
            assertEquals(200, second.send(get).answer().status());
            try (RawSocket third = new RawSocket(open.port())) {
                assertEquals(200, third.send(get).answer().status());
            }
            assertTrue(first.isClosedByOther());
        }
    }

    @Test
    void aStatusPageThatCannotBeMadeIsSaidToBe() throws IOException {
        String text = "the status could not be made: an internal fault";
        assertEquals(text + "\n", whatFails("/status").text());
        assertEquals(
                "{\"status\":500,\"error\":\"" + text + "\"}\n",
                whatFails("/status.json").text());
    }

    private static RawSocket.Answer whatFails(String path) throws IOException {
        TransportHost broken = new TransportHost() {
            @Override
            public NodeId node() {
                return new NodeId("broken");
            }

            @Override
            public int maxMessageBytes() {
                return 1 << 20;
            }

            @Override
            public Result<SyncReport> report() {
                throw new AssertionError("planted");
            }
        };
        TransportConfig config = TransportConfig.none().withListen("127.0.0.1:0");
        Result<HttpTransport> opened =
                HttpTransportProvider.open(config, broken, HttpLimits.defaults(broken.maxMessageBytes()));
        try (Probe probe = new Probe("broken", opened.orElseThrow())) {
            RawSocket.Answer answer = answer(probe, path, "localhost");
            assertEquals(500, answer.status());
            assertEquals(1, probe.http().counters().faults.sum());
            return answer;
        }
    }

    @Test
    void aStrangerWhoAsksIsShownNothingToGuessWith() throws IOException {
        byte[] hello = Speaker.post("/v1/hello", Fields.write("nonce", Speaker.NONCE));
        assertTrue(speaker().once(hello).text().matches("nonce [0-9a-f]{80}\n"));
    }

    private static int status(Probe probe, String host) throws IOException {
        return answer(probe, "/status", host).status();
    }

    private static RawSocket.Answer answer(Probe probe, String path, String host) throws IOException {
        try (RawSocket socket = new RawSocket(probe.port())) {
            return socket.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .answer();
        }
    }

    @Test
    void aFullInboxIsSaidAndEmptiesAgain() throws IOException {
        FakeHost host = FakeHost.of("small");
        HttpLimits limits = HttpLimits.defaults(host.maxMessageBytes());
        Result<HttpTransport> opened = HttpTransportProvider.open(
                TransportConfig.none().withListen("127.0.0.1:0").withToken(TOKEN.get()),
                host,
                limits.withInboxBytes(1 << 20));
        try (Probe small = new Probe("small", opened.orElseThrow())) {
            Speaker speaker = new Speaker(small.port(), TOKEN, "stranger").open();
            byte[] large = new byte[600_000];
            assertEquals(200, speaker.once(speaker.messages(1, large)).status());
            RawSocket.Answer full = speaker.once(speaker.messages(2, large));
            assertEquals(503, full.status());
            assertEquals("1", full.header("Retry-After"));
            assertEquals(1, small.http().counters().refusals().get(503));
            assertEquals(600_000, small.next().length);
            assertEquals(200, speaker.once(speaker.messages(3, large)).status());
            assertEquals(600_000, small.next().length);
        }
    }

    /** Asks more often, at once, than any machine is slow enough to serve one a second of; the answer to what was refused first. */
    private static RawSocket.Answer burst(int port) throws IOException {
        List<RawSocket> sockets = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            sockets.add(new RawSocket(port).send(Speaker.post("/v1/hello", Fields.write("nonce", Speaker.NONCE))));
        }
        Optional<RawSocket.Answer> refused = Optional.empty();
        for (RawSocket socket : sockets) {
            try (socket) {
                RawSocket.Answer answer = socket.answer();
                refused = refused.or(() -> Optional.of(answer).filter(any -> any.status() != 200));
            }
        }
        return refused.orElseThrow();
    }

    @Test
    void strangersWhoAskTooOftenAreToldToWait() throws IOException {
        FakeHost host = FakeHost.of("slow");
        Result<HttpTransport> opened = HttpTransportProvider.open(
                TransportConfig.none().withListen("127.0.0.1:0").withToken(TOKEN.get()),
                host,
                HttpLimits.defaults(host.maxMessageBytes()).withStrangersPerSecond(1));
        try (Probe slow = new Probe("slow", opened.orElseThrow())) {
            Speaker speaker = new Speaker(slow.port(), TOKEN, "known").open();
            RawSocket.Answer refused = burst(slow.port());
            assertEquals(429, refused.status());
            assertEquals("1", refused.header("Retry-After"));
            assertEquals(200, speaker.once(speaker.messages(1, MESSAGE)).status(), "one with a session");
            assertArrayEquals(MESSAGE, slow.next());
        }
    }
}
