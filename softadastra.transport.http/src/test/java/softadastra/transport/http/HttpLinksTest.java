package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.sync.TransportConfig;
import softadastra.sync.TransportLink;

/** Ways come back after whatever has happened to them, and while they are down they say why. */
class HttpLinksTest {
    private static final long SEED = Long.getLong("softadastra.seed", 3);
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);
    private static final String TOKEN = "a token of the links' test";
    private static final TransportConfig CONFIG = TransportConfig.none().withToken(TOKEN);

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private Probe open(String name, TransportConfig config) {
        return open(name, config, Names.SYSTEM);
    }

    private Probe open(String name, TransportConfig config, Names names) {
        return probe(name, tried(name, config, names, limits()).orElseThrow());
    }

    /** Has little patience with others: what it waits for too long is lost with the way. */
    private Probe hasty(String name, TransportConfig config) {
        HttpLimits limits = limits().withAnswerMillis(2_000).withHeadMillis(2_000);
        return probe(name, tried(name, config, Names.SYSTEM, limits).orElseThrow());
    }

    private static HttpLimits limits() {
        return HttpLimits.defaults(FakeHost.of("any").maxMessageBytes())
                .withBackoffMaxMillis(400)
                .withPollMillis(1_000);
    }

    private static Result<HttpTransport> tried(String name, TransportConfig config, Names names, HttpLimits limits) {
        return HttpTransportProvider.open(config, FakeHost.of(name), limits, names, Faults.log());
    }

    private Probe probe(String name, HttpTransport transport) {
        Probe probe = new Probe(name, transport);
        opened.add(probe);
        return probe;
    }

    /** A port that was free a moment ago. */
    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Listens at a port that was free, and may for a moment be somebody's who connects to something. */
    private Probe openAt(int port, String name, TransportConfig config) throws InterruptedException {
        TransportConfig listening = config.withListen("127.0.0.1:" + port);
        Result<HttpTransport> transport = tried(name, listening, Names.SYSTEM, limits());
        for (int i = 0; i < 600 && transport.isErr(); i++) {
            assertTrue(
                    transport.error().message().contains("the address is in use"),
                    transport.error().message());
            Thread.sleep(100);
            transport = tried(name, listening, Names.SYSTEM, limits());
        }
        return probe(name, transport.orElseThrow());
    }

    private Probe hub() {
        return open("hub", CONFIG.withListen("127.0.0.1:0"));
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    @Test
    void whoeverIsNotThereYetIsFoundOnceItIs() throws Exception {
        int port = freePort();
        Probe leaf = open("leaf", CONFIG.withPeers(List.of(url(port))));
        leaf.awaitProblem("connection refused");
        Probe hub = openAt(port, "hub", CONFIG);
        leaf.awaitNeighbour(hub);
        assertEquals(Optional.of(hub.url()), hub.transport().address());
        assertEquals(Optional.empty(), leaf.transport().address());
    }

    @Test
    void whatIsFoundIsCalledForAsLongAsItIs() {
        Probe hub = hub();
        Probe other = open("other", CONFIG.withListen("127.0.0.1:0"));
        Probe leaf = open("leaf", CONFIG.withPeers(List.of(hub.url())));
        leaf.awaitNeighbour(hub);
        leaf.transport().call(Set.of(hub.url(), other.url(), "no address"));
        leaf.awaitNeighbour(other);
        leaf.awaitProblem("invalid peer address: no address: ");
        assertEquals(
                Set.of(hub.url(), other.url(), "no address"),
                leaf.transport().links().stream().map(TransportLink::address).collect(Collectors.toSet()));
        assertEquals(3, leaf.transport().links().size(), "what is configured is called once");
        leaf.transport().call(Set.of());
        leaf.awaitNoNeighbour(other.node());
        assertEquals(
                List.of(hub.url()),
                leaf.transport().links().stream().map(TransportLink::address).toList());
        assertEquals(Set.of(hub.node()), leaf.transport().neighbours());
    }

    /** Anybody may have an address found. */
    @Test
    void withoutATokenNobodyIsCalledWhoWasFound() {
        Probe hub = open("hub", TransportConfig.none().withListen("127.0.0.1:0"));
        Probe leaf = open("leaf", TransportConfig.none());
        leaf.transport().call(Set.of(hub.url()));
        leaf.awaitProblem("a node that was found is called with a token only");
        assertEquals(Set.of(), leaf.transport().neighbours());
    }

    @Test
    void ofVeryManyThatAreFoundSomeAreCalled() {
        Probe leaf = open("leaf", CONFIG);
        Set<String> many = new HashSet<>();
        for (int port = 1; port <= 2 * Callers.MAX_FOUND; port++) {
            many.add("http://[::1]:" + port);
        }
        leaf.transport().call(many);
        leaf.await(
                "one link for each of the first ones",
                () -> leaf.transport().links().size() == Callers.MAX_FOUND);
    }

    @Test
    void whatIsNotCalledTakesThePlaceOfNobodyWhoIs() {
        Probe hub = hub();
        Probe other = open("other", CONFIG.withListen("127.0.0.1:0"));
        Probe leaf = open("leaf", CONFIG.withPeers(List.of(other.url())));
        leaf.awaitNeighbour(other);
        Set<String> many = new HashSet<>(Set.of(other.url(), hub.url()));
        for (int i = 0; i < 2 * Callers.MAX_FOUND; i++) {
            many.add("an address before it that is none: " + i);
        }
        leaf.transport().call(many);
        leaf.awaitNeighbour(hub);
        assertEquals(2 + Callers.MAX_FOUND, leaf.transport().links().size(), "of those that are refused some are told");
    }

    @Test
    void whoHasAnsweredIsCalledHoweverManyAreFoundBesides() {
        Probe hub = hub();
        String last = "http://localhost:" + hub.port();
        Probe leaf = open("leaf", CONFIG);
        leaf.transport().call(Set.of(last));
        leaf.awaitNeighbour(hub);
        Set<String> many = new HashSet<>(Set.of(last));
        for (int port = 1; port <= 2 * Callers.MAX_FOUND; port++) {
            many.add("http://[::1]:" + port);
        }
        leaf.transport().call(many);
        leaf.await(
                "one link for each of those that are called",
                () -> leaf.transport().links().size() == Callers.MAX_FOUND);
        assertTrue(leaf.transport().links().stream()
                .anyMatch(link -> link.address().equals(last) && link.up()));
    }

    @Test
    void namesThatWereFoundAndHangHoldUpNoPeer() throws Exception {
        int port = freePort();
        CountDownLatch hanging = new CountDownLatch(4);
        CountDownLatch end = new CountDownLatch(1);
        opened.add(end::countDown);
        Names names = host -> {
            if (host.startsWith("hangs")) {
                hanging.countDown();
                awaitQuietly(end);
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        };
        Probe leaf = open("leaf", CONFIG.withPeers(List.of("http://peer:" + port)), names);
        Set<String> many = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            many.add("http://hangs-" + i + ":7420");
        }
        leaf.transport().call(many);
        assertTrue(hanging.await(60, TimeUnit.SECONDS));
        Probe hub = openAt(port, "hub", CONFIG);
        leaf.awaitNeighbour(hub);
    }

    /** A resolver may be anybody's, and the machine short of anything. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLookupThatFailsInSomeOtherWayIsTriedAgain(boolean lacksMemory) {
        Probe hub = hub();
        AtomicInteger asked = new AtomicInteger();
        Names names = host -> {
            if (asked.getAndIncrement() > 0) {
                return new InetAddress[] {InetAddress.getLoopbackAddress()};
            }
            if (lacksMemory) {
                throw new OutOfMemoryError("planted");
            }
            throw new IllegalArgumentException("planted");
        };
        Probe leaf = open("leaf", CONFIG.withPeers(List.of("http://peer:" + hub.port())), names);
        leaf.awaitNeighbour(hub);
        assertEquals(1, leaf.http().counters().faults.sum());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aNodeThatDoesNotSpeakIsGivenUpAndTriedAgain() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Probe leaf = hasty("leaf", CONFIG.withPeers(List.of(url(silent.getLocalPort()))));
            leaf.awaitProblem("no answer within");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 abc\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                "220 mail.example ESMTP\r\n\r\n",
            })
    void otherServersAreToldApart(String answer) throws IOException {
        try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> answerAll(other, answer), "other-server");
            thread.setDaemon(true);
            thread.start();
            Probe leaf = open("leaf", CONFIG.withPeers(List.of(url(other.getLocalPort()))));
            leaf.awaitProblem("what answers there does not speak the protocol");
            assertEquals(0, leaf.http().counters().faults.sum());
        }
    }

    private static void answerAll(ServerSocket server, String answer) {
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    int b = socket.getInputStream().read();
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    while (b >= 0) {
                        b = socket.getInputStream().read();
                    }
                } catch (SocketException e) {
                    if (server.isClosed()) {
                        return;
                    }
                }
            }
        } catch (IOException e) {
            // It has been closed.
        }
    }

    @Test
    void unknownHostsAndOtherTokensAreToldApart() {
        Probe hub = hub();
        open("lost", CONFIG.withPeers(List.of("http://nobody.invalid:7420"))).awaitProblem("unknown host");
        open("other", TransportConfig.none().withToken("quite another token").withPeers(List.of(hub.url())))
                .awaitProblem("not authorised: the token there is another one");
        open("without", TransportConfig.none().withPeers(List.of(hub.url())))
                .awaitProblem("not authorised: the token there is another one");
        assertEquals(Set.of(), hub.transport().neighbours());
    }

    @Test
    void aNodeThatCallsItselfIsToldSo() throws Exception {
        int port = freePort();
        Probe self = openAt(port, "self", CONFIG.withPeers(List.of(url(port))));
        self.awaitProblem("it is this node itself");
        assertEquals(Set.of(), self.transport().neighbours());
    }

    @Test
    void twoAddressesOfOneNodeAreOneNeighbourAndOneStandsInForTheOther() throws IOException {
        Probe hub = hub();
        BadProxy proxy = new BadProxy(hub.port(), SEED);
        proxy.beGood();
        opened.add(proxy);
        Probe leaf = open("leaf", CONFIG.withPeers(List.of(url(proxy.port()), hub.url())));
        leaf.await("both ways up", () -> leaf.transport().links().stream().allMatch(TransportLink::up));
        hub.awaitNeighbour(leaf);
        assertEquals(Set.of(hub.node()), leaf.transport().neighbours());
        for (int i = 0; i < 200; i++) {
            byte[] message = ("message " + i).getBytes(StandardCharsets.US_ASCII);
            leaf.transport().send(hub.node(), message.clone());
            assertArrayEquals(message, hub.next(), "each once, in order");
        }
        proxy.close();
        leaf.awaitProblem("connection");
        roundTrip(leaf, hub);
    }

    @Test
    void twoNodesOfOneNameAreNotTakenForOne() {
        Probe hub = hub();
        Probe first = open("twin", CONFIG.withPeers(List.of(hub.url())));
        hub.awaitNeighbour(first);
        Probe second = open("twin", CONFIG.withPeers(List.of(hub.url())));
        second.awaitProblem("another node with the id twin is there");
        hub.awaitProblem("another node with the id twin is there");
        roundTrip(first, hub);
        first.close();
        second.awaitNeighbour(hub);
        hub.awaitNeighbour(second);
        roundTrip(second, hub);
    }

    @Test
    void twoAddressesWithTwoNodesOfOneNameAreToldApart() {
        Probe one = hub();
        Probe other = hub();
        Probe leaf = open("leaf", CONFIG.withPeers(List.of(one.url(), other.url())));
        leaf.awaitProblem("another node with the id hub is connected");
        assertEquals(Set.of(new NodeId("hub")), leaf.transport().neighbours());
    }

    @Test
    void nodesThatCallEachOtherAreOneNeighbourEach() throws Exception {
        Probe one = open("one", CONFIG.withListen("127.0.0.1:0"));
        int port = one.port();
        Probe other = open("other", CONFIG.withListen("127.0.0.1:0").withPeers(List.of(one.url())));
        other.awaitNeighbour(one);
        one.close();
        Probe again = openAt(port, "one", CONFIG.withPeers(List.of(other.url())));
        again.awaitNeighbour(other);
        other.awaitNeighbour(again);
        roundTrip(again, other);
        roundTrip(other, again);
    }

    @Test
    void whateverABadProxyDoesOnlyWhatWasSentArrivesAndInTheEndAllOfIt() throws IOException {
        Probe hub = hasty("hub", CONFIG.withListen("127.0.0.1:0"));
        BadProxy proxy = new BadProxy(hub.port(), SEED);
        opened.add(proxy);
        Probe leaf = hasty("leaf", CONFIG.withPeers(List.of(url(proxy.port()))));
        Random random = new Random(SEED);
        Set<String> missing = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            missing.add(i + " " + "x".repeat(random.nextInt(3000)));
        }
        Set<String> missingBack = new HashSet<>(missing);
        Set<String> all = Set.copyOf(missing);
        long enough = 40;
        AtomicInteger looks = new AtomicInteger();
        hub.await("all of it, seed " + SEED, PATIENCE_NANOS, () -> {
            // Not at every look: what was sent last is mostly still on its way.
            if (looks.getAndIncrement() % 10 == 0) {
                missing.forEach(text -> leaf.transport().send(hub.node(), text.getBytes(StandardCharsets.US_ASCII)));
                missingBack.forEach(
                        text -> hub.transport().send(leaf.node(), text.getBytes(StandardCharsets.US_ASCII)));
            }
            take(hub, all, missing);
            take(leaf, all, missingBack);
            if (missing.isEmpty() && missingBack.isEmpty() && proxy.faults() < enough) {
                missing.addAll(all);
                missingBack.addAll(all);
            }
            return missing.isEmpty() && missingBack.isEmpty();
        });
        proxy.beGood();
        leaf.await("a way that stays", () -> leaf.transport().links().get(0).up());
        assertEquals(
                0,
                hub.http().counters().faults.sum()
                        + leaf.http().counters().faults.sum());
    }

    private static void take(Probe probe, Set<String> all, Set<String> missing) {
        for (Optional<byte[]> message = probe.transport().receive();
                message.isPresent();
                message = probe.transport().receive()) {
            String text = new String(message.get(), StandardCharsets.US_ASCII);
            assertTrue(all.contains(text), "never sent, seed " + SEED);
            missing.remove(text);
        }
    }

    private static void roundTrip(Probe from, Probe to) {
        from.takeAll();
        to.takeAll();
        byte[] there = "there".getBytes(StandardCharsets.US_ASCII);
        int before = to.takeAll().size();
        from.await("a message to " + to.node(), () -> {
            from.transport().send(to.node(), there.clone());
            return to.takeAll().size() > before;
        });
        int back = from.takeAll().size();
        to.await("a message back to " + from.node(), () -> {
            to.transport().send(from.node(), there.clone());
            return from.takeAll().size() > back;
        });
    }
}
