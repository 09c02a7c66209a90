package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.sync.TransportConfig;

/** Who is not trusted is not spoken to, and each side says why; a certificate that names nodes is good for these only. */
class HttpTlsTest {
    private static final long SEED = 11;
    private static final int HALF_HANDSHAKES = 300;

    @TempDir
    static Path directory;

    private static Keys keys = new Keys(Path.of(""));

    private final List<Probe> opened = new ArrayList<>();

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = new Keys(directory)
                .make("hub", "ip:127.0.0.1,dns:localhost")
                .make("elsewhere", "dns:elsewhere.example")
                .make("plain", "dns:plain.example")
                .make("named", "uri:softadastra:node:named,uri:softadastra:node:also");
    }

    @AfterEach
    void closeAll() {
        opened.forEach(Probe::close);
    }

    private Probe open(String name, TransportConfig config) {
        Probe probe = new Probe(
                name,
                new HttpTransportProvider().open(config, FakeHost.of(name)).orElseThrow());
        opened.add(probe);
        return probe;
    }

    private Probe hub(SSLContext tls, boolean clientCertificates) {
        return open(
                "hub",
                TransportConfig.none()
                        .withListen("127.0.0.1:0")
                        .withTls(tls)
                        .withClientCertificates(clientCertificates));
    }

    private Probe caller(String name, Probe hub, SSLContext tls) {
        return open(
                name,
                TransportConfig.none()
                        .withPeers(List.of("https://127.0.0.1:" + hub.port()))
                        .withTls(tls));
    }

    @Test
    void aCertificateThatIsNotTrustedIsRefused() throws Exception {
        Probe hub = hub(keys.context("hub"), false);
        caller("leaf", hub, keys.context("", "plain")).awaitProblem("TLS: its certificate is not trusted");
        hub.await(
                "a failed handshake",
                () -> hub.http().counters().handshakesFailed.sum() > 0);
        assertEquals(Set.of(), hub.transport().neighbours());
    }

    @Test
    void aCertificateForAnotherHostIsRefused() throws Exception {
        Probe hub = hub(keys.context("elsewhere"), false);
        caller("leaf", hub, keys.context("", "elsewhere")).awaitProblem("TLS: its certificate is for another host");
    }

    @Test
    void whoeverShowsNoCertificateWhereOneIsWantedIsRefused() throws Exception {
        Probe hub = hub(keys.context("hub", "plain"), true);
        caller("leaf", hub, keys.context("", "hub")).awaitProblem("TLS: it wants a certificate that it trusts");
        caller("other", hub, keys.context("named", "hub")).awaitProblem("TLS: it");
        assertEquals(Set.of(), hub.transport().neighbours());
    }

    @Test
    void aCertificateThatNamesNodesIsGoodForTheseOnly() throws Exception {
        Probe hub = hub(keys.context("hub", "named", "plain"), true);
        caller("named", hub, keys.context("named", "hub")).awaitNeighbour(hub);
        caller("also", hub, keys.context("named", "hub")).awaitNeighbour(hub);
        caller("anybody", hub, keys.context("plain", "hub")).awaitNeighbour(hub);
        caller("impostor", hub, keys.context("named", "hub"))
                .awaitProblem("not authorised: the certificate names other nodes than impostor");
        hub.awaitProblem("not authorised: the certificate names other nodes than impostor");
    }

    @Test
    void whereOneSideSpeaksTlsAndTheOtherDoesNotBothSaySo() throws Exception {
        Probe tls = hub(keys.context("hub"), false);
        Probe plain = open("leaf", TransportConfig.none().withPeers(List.of("http://127.0.0.1:" + tls.port())));
        plain.awaitProblem("TLS is spoken here");
        Probe open = open("open", TransportConfig.none().withListen("127.0.0.1:0"));
        caller("other", open, keys.context("", "hub")).awaitProblem("TLS: no TLS is spoken there");
    }

    /** Runs with what this JVM trusts, if nothing else is said, being these certificates. */
    private static void withDefaults(SSLContext trusting, Runnable action) throws Exception {
        SSLContext before = SSLContext.getDefault();
        SSLContext.setDefault(trusting);
        try {
            action.run();
        } finally {
            SSLContext.setDefault(before);
        }
    }

    private static void exchange(Probe one, Probe other) {
        one.awaitNeighbour(other);
        other.awaitNeighbour(one);
        one.transport().send(other.node(), new byte[] {1});
        assertArrayEquals(new byte[] {1}, other.next());
        other.transport().send(one.node(), new byte[] {2});
        assertArrayEquals(new byte[] {2}, one.next());
    }

    @Test
    void aNodeThatCallsOverTlsByWhatTheJvmTrustsListensWithoutTls() throws Exception {
        SSLContext ofHub = keys.context("hub");
        withDefaults(keys.context("", "hub"), () -> {
            Probe hub = hub(ofHub, false);
            TransportConfig listening = TransportConfig.none().withListen("127.0.0.1:0");
            Probe between = open("between", listening.withPeers(List.of("https://127.0.0.1:" + hub.port())));
            assertEquals(Optional.of(between.url()), between.transport().address());
            Probe leaf = open("leaf", TransportConfig.none().withPeers(List.of(between.url())));
            exchange(between, hub);
            exchange(leaf, between);
            try (RawSocket status = new RawSocket(between.port())) {
                assertEquals(
                        200,
                        status.send("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .answer()
                                .status());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void whatIsFoundIsCalledWithoutTlsByThoseAloneWhoSpeakWithoutItAnyway() throws Exception {
        SSLContext ofHub = keys.context("hub");
        String token = "a token of the test of TLS";
        withDefaults(keys.context("", "hub"), () -> {
            TransportConfig listening =
                    TransportConfig.none().withListen("127.0.0.1:0").withToken(token);
            Probe hub = open("hub", listening.withTls(ofHub));
            Probe found = open("found", listening);
            List<String> peers = List.of("https://127.0.0.1:" + hub.port());
            Probe plain = open("plain", listening.withPeers(peers));
            plain.transport().call(Set.of(found.url()));
            exchange(plain, found);
            TransportConfig calling = TransportConfig.none().withToken(token).withPeers(peers);
            Probe guarded = open("guarded", calling);
            guarded.transport().call(Set.of(found.url()));
            guarded.awaitProblem("not called without TLS by one that speaks nothing else");
        });
    }

    @Test
    void aContextWithoutAKeyCallsAndDoesNotListen() throws Exception {
        TransportConfig config = TransportConfig.none().withTls(keys.context("", "hub"));
        SoftadastraError error = new HttpTransportProvider()
                .open(config.withListen("127.0.0.1:0"), FakeHost.of("node"))
                .error();
        assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
        assertTrue(error.message().contains("listening with TLS needs a key with its certificate"), error.message());
        Probe hub = hub(keys.context("hub"), false);
        exchange(caller("leaf", hub, keys.context("", "hub")), hub);
    }

    @Test
    void anotherClientOfTheJdkIsUnderstoodWhateverThePiecesItSendsIn() throws Exception {
        Probe hub = hub(keys.context("hub"), false);
        SSLContext context = keys.context("", "hub");
        Random random = new Random(SEED);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), hub.port())) {
            byte[] request = "GET /status.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            for (int i = 0; i < 20; i++) {
                int at = 0;
                while (at < request.length) {
                    int count = Math.min(request.length - at, 1 + random.nextInt(20));
                    socket.getOutputStream().write(request, at, count);
                    at += count;
                }
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    head.append((char) socket.getInputStream().read());
                }
                assertTrue(head.toString().startsWith("HTTP/1.1 200 OK\r\n"), head.toString());
                int length = Integer.parseInt(head.toString().replaceFirst("(?s).*Content-Length: (\\d+)\r\n.*", "$1"));
                assertEquals(length, socket.getInputStream().readNBytes(length).length);
            }
        }
    }

    @Test
    void whoeverOnlyAsksForNewKeysIsCutOffAndWhatWaitsTakesNoMoreThanItsLength() throws Exception {
        SSLEngine engine = keys.context("hub").createSSLEngine();
        engine.setUseClientMode(false);
        SSLEngine client = keys.context("", "hub").createSSLEngine();
        client.setUseClientMode(true);
        Deque<Runnable> tasks = new ArrayDeque<>();
        Deque<ByteBuffer> answers = new ArrayDeque<>();
        Tls server = new Tls(engine, tasks::add);
        client.beginHandshake();
        while (!server.established() || client.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            switch (client.getHandshakeStatus()) {
                case NEED_TASK -> client.getDelegatedTask().run();
                case NEED_WRAP -> give(server, wrapped(client), tasks, answers);
                default -> {
                    ByteBuffer answer = answers.element();
                    var unused = client.unwrap(answer, ByteBuffer.allocate(1 << 16));
                    if (!answer.hasRemaining()) {
                        answers.remove();
                    }
                }
            }
        }
        answers.clear();
        assertThrows(SSLException.class, () -> {
            for (int i = 0; i < 1_000; i++) {
                // Of an established connection this asks for a new key, and for one in return.
                client.beginHandshake();
                give(server, wrapped(client), tasks, answers);
            }
        });
        assertTrue(!answers.isEmpty() && answers.size() < 100, answers.size() + " answers");
        for (ByteBuffer answer : answers) {
            assertEquals(answer.remaining(), answer.capacity());
        }
    }

    private static ByteBuffer wrapped(SSLEngine client) throws SSLException {
        ByteBuffer record = ByteBuffer.allocate(1 << 16);
        var unused = client.wrap(ByteBuffer.allocate(0), record);
        return record.flip();
    }

    private static void give(Tls server, ByteBuffer record, Deque<Runnable> tasks, Deque<ByteBuffer> answers)
            throws SSLException {
        server.received(record, plain -> {}, answers::add, () -> {});
        while (!tasks.isEmpty()) {
            assertTrue(server.busy());
            tasks.remove().run();
            server.resume(plain -> {}, answers::add, () -> {});
        }
    }

    @Test
    void handshakesFromOneAddressAreLimited() throws Exception {
        HttpLimits limits =
                HttpLimits.defaults(FakeHost.of("hub").maxMessageBytes()).withStrangersPerSecond(1);
        TransportConfig config =
                TransportConfig.none().withListen("127.0.0.1:0").withTls(keys.context("hub"));
        Probe hub = new Probe(
                "hub",
                HttpTransportProvider.open(config, FakeHost.of("hub"), limits).orElseThrow());
        opened.add(hub);
        hub.await("a connection that was refused", () -> {
            try {
                new RawSocket(hub.port()).close();
                return hub.http().counters().refusals().containsKey(429);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void handshakesThatAreNeverFinishedAreEndedAndStopNobody() throws Exception {
        HttpLimits limits = HttpLimits.defaults(FakeHost.of("hub").maxMessageBytes())
                .withHeadMillis(3_000)
                .withStrangersPerSecond(1_000_000);
        TransportConfig config = TransportConfig.none()
                .withListen("127.0.0.1:0")
                .withTls(keys.context("hub", "plain"))
                .withClientCertificates(true);
        Probe hub = new Probe(
                "hub",
                HttpTransportProvider.open(config, FakeHost.of("hub"), limits).orElseThrow());
        opened.add(hub);
        Probe leaf = caller("leaf", hub, keys.context("plain", "hub"));
        leaf.awaitNeighbour(hub);
        hub.awaitNeighbour(leaf);
        long sessions = hub.http().counters().sessions.sum();
        // The beginning of a record of 512 bytes, in which the other side says hello.
        byte[] hello = {22, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3};
        List<RawSocket> unfinished = new ArrayList<>();
        for (int i = 0; i < HALF_HANDSHAKES; i++) {
            RawSocket socket = new RawSocket(hub.port());
            unfinished.add(i % 2 == 0 ? socket : socket.send(Arrays.copyOf(hello, 1 + i % hello.length)));
        }
        Probe late = caller("late", hub, keys.context("plain", "hub"));
        late.awaitNeighbour(hub);
        hub.awaitNeighbour(late);
        for (Probe each : List.of(leaf, late)) {
            each.transport().send(hub.node(), new byte[] {1});
            assertArrayEquals(new byte[] {1}, hub.next());
        }
        for (RawSocket socket : unfinished) {
            assertTrue(socket.isClosedByOther());
            socket.close();
        }
        hub.await(
                "all of them to be counted",
                () -> hub.http().counters().handshakesFailed.sum() >= HALF_HANDSHAKES);
        assertTrue(leaf.transport().links().get(0).up());
        assertEquals(sessions + 1, hub.http().counters().sessions.sum(), "that of the late one; none was lost");
    }

    @Test
    void largeMessagesGoThroughManyRecords() throws Exception {
        Probe hub = hub(keys.context("hub", "plain"), true);
        Probe leaf = caller("leaf", hub, keys.context("plain", "hub"));
        leaf.awaitNeighbour(hub);
        hub.awaitNeighbour(leaf);
        byte[] large = new byte[3_000_001];
        new Random(SEED).nextBytes(large);
        for (int i = 0; i < 5; i++) {
            leaf.transport().send(hub.node(), large.clone());
            hub.transport().send(leaf.node(), large.clone());
            assertArrayEquals(large, hub.next());
            assertArrayEquals(large, leaf.next());
        }
    }
}
