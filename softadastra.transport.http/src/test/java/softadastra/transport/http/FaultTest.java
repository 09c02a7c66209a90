package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import softadastra.core.NodeId;
import softadastra.sync.TransportConfig;

/** What nobody expected ends no more than it has to, and never silently. */
class FaultTest {

    /** What is said of faults in transports, by threads of theirs. */
    private final Queue<String> reports = new ConcurrentLinkedQueue<>();

    private static final HttpLimits LIMITS = HttpLimits.defaults(1 << 20);

    /** As the engine says. */
    private static final int LONGEST = 72 << 20;

    private static final NodeId NODE = new NodeId("there");
    private static final String INSTANCE = "0123456789abcdef0123456789abcdef";

    private static Loop loop(LongAdder faults, CompletableFuture<Throwable> ended) throws IOException {
        return new Loop("fault-test", System::nanoTime, fault -> faults.increment(), ended::complete);
    }

    @Test
    void theLoopOutlivesErrorsAndClosesWhatTheyHappenedOn() throws Exception {
        LongAdder faults = new LongAdder();
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        CompletableFuture<String> failed = new CompletableFuture<>();
        CompletableFuture<String> later = new CompletableFuture<>();
        Loop loop = loop(faults, ended);
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(loopback);
                SocketChannel caller = SocketChannel.open(server.getLocalAddress())) {
            assertTrue(caller.isConnected());
            loop.execute(() -> {
                throw new OutOfMemoryError("planted");
            });
            SelectionKey key = loop.register(server, SelectionKey.OP_ACCEPT, new Loop.Ready() {
                @Override
                public void ready(SelectionKey any) {
                    throw new StackOverflowError("planted");
                }

                @Override
                public void failed() {
                    failed.complete("told");
                    loop.stop(() -> later.complete("it went on"));
                }
            });
            assertTrue(key.isValid());
            loop.start();
            assertEquals("told", failed.get(60, TimeUnit.SECONDS));
            assertEquals("it went on", later.get(60, TimeUnit.SECONDS));
            assertEquals(2, faults.sum());
            loop.stop(() -> {});
            assertEquals(false, ended.isDone());
        }
    }

    @Test
    void theFirstFaultOfAKindIsReportedAndAllAreCounted() {
        LongAdder count = new LongAdder();
        List<String> reported = new ArrayList<>();
        Faults faults = new Faults(count, (message, thrown) -> {
            reported.add(message + (thrown == null ? "" : " with its trace"));
            if (thrown == null) {
                throw new OutOfMemoryError("while it is reported");
            }
        });
        faults.note(new IllegalStateException("planted"));
        faults.note(new IllegalStateException("planted again"));
        assertEquals(2, count.sum());
        faults.note(new OutOfMemoryError("planted"));
        assertEquals(
                List.of(
                        "a fault in the HTTP transport, which goes on and only counts others of its kind:"
                                + " java.lang.IllegalStateException: planted with its trace",
                        "out of memory: the heap is too small for a message on its way; it is tried again"),
                reported);
    }

    @Test
    void aLoopThatCannotGoOnSaysSo() throws Exception {
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Loop loop = loop(new LongAdder(), ended);
        loop.execute(() -> {
            throw new InternalError("planted");
        });
        loop.start();
        assertInstanceOf(InternalError.class, ended.get(60, TimeUnit.SECONDS));
        loop.stop(() -> {});
    }

    @Test
    void aTransportThatHasBrokenDownSaysSoOnEveryLink() {
        try (Probe hub = open("hub", TransportConfig.none().withListen("127.0.0.1:0"));
                Probe leaf = open("leaf", TransportConfig.none().withPeers(List.of(hub.url())))) {
            leaf.awaitNeighbour(hub);
            hub.awaitNeighbour(leaf);
            leaf.transport().onArrival(() -> {
                throw new InternalError("planted");
            });
            hub.transport().send(leaf.node(), new byte[] {1});
            leaf.awaitProblem("the transport has ended by a fault: java.lang.InternalError: planted");
            assertEquals(Set.of(), leaf.transport().neighbours());
            hub.awaitNoNeighbour(leaf.node());
        }
    }

    @Test
    void whoeverListensAndFailsEndsNothing() {
        try (Probe hub = open("hub", TransportConfig.none().withListen("127.0.0.1:0"));
                Probe leaf = open("leaf", TransportConfig.none().withPeers(List.of(hub.url())))) {
            hub.transport().onArrival(() -> {
                throw new AssertionError("planted");
            });
            leaf.awaitNeighbour(hub);
            hub.awaitNeighbour(leaf);
            byte[] message = "a message".getBytes(StandardCharsets.US_ASCII);
            leaf.transport().send(hub.node(), message.clone());
            assertArrayEquals(message, hub.next());
            hub.await("the fault", () -> hub.http().counters().faults.sum() > 0 && !reports.isEmpty());
            assertEquals(
                    List.of("a fault in the HTTP transport, which goes on and only counts others of its kind:"
                            + " java.lang.AssertionError: planted"),
                    List.copyOf(reports));
        }
    }

    private Probe open(String name, TransportConfig config) {
        FakeHost host = FakeHost.of(name);
        HttpLimits limits = HttpLimits.defaults(host.maxMessageBytes());
        return new Probe(
                name,
                HttpTransportProvider.open(config, host, limits, Names.SYSTEM, this::report)
                        .orElseThrow());
    }

    private void report(String message, @Nullable Throwable thrown) {
        reports.add(message);
    }

    @Test
    void anAnswerThatThereIsNoRoomForIsNotTakenForAnotherProtocol() throws Exception {
        Loop loop = loop(new LongAdder(), new CompletableFuture<>());
        CompletableFuture<String> failed = new CompletableFuture<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress there = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
            Address address = new Address("127.0.0.1", there.getPort(), false);
            Lane lane = new Lane(loop, LIMITS, new Budget(10), address, there, Optional::empty, Runnable::run);
            loop.execute(() -> lane.request("poll", List.of(), new byte[0], 60_000, 4096, new Lane.Outcome() {
                @Override
                public void answered(int status, HttpReader.Message message) {
                    failed.complete("answered");
                }

                @Override
                public void failed(String why) {
                    failed.complete(why);
                }
            }));
            loop.start();
            try (Socket socket = server.accept()) {
                socket.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + "x".repeat(100))
                                .getBytes(StandardCharsets.US_ASCII));
                assertEquals("there is no room for its answer", failed.get(60, TimeUnit.SECONDS));
            }
        }
        loop.stop(() -> {});
    }

    /** A caller whose names are never looked up, on a loop that does not run. */
    private static Caller caller(Loop loop, Ways ways, String host) {
        Caller.Shared shared = new Caller.Shared(
                loop,
                LIMITS,
                new Counters(),
                new Budget(1 << 20),
                new Identity(new NodeId("here"), INSTANCE, Secret.of(Optional.empty()), 1 << 20, 1 << 20),
                new Inbox(1 << 20, () -> {}),
                ways,
                new SecureRandom(),
                Names.SYSTEM,
                Runnable::run,
                () -> {},
                () -> {});
        Executor full = task -> {
            throw new RejectedExecutionException();
        };
        return new Caller(shared, full, host, new Address(host, 7420, false), Optional::empty);
    }

    @Test
    void anAddressIsCalledWithoutALookup() throws Exception {
        Loop loop = loop(new LongAdder(), new CompletableFuture<>());
        Ways ways = new Ways(loop, LIMITS, new LongAdder(), (session, outbox) -> {}, () -> {});
        for (String host : List.of("127.0.0.1", "::1", "nobody.invalid", "1.2.3.256")) {
            Caller caller = caller(loop, ways, host);
            caller.start();
            boolean name = host.equals("nobody.invalid") || host.equals("1.2.3.256");
            assertEquals(
                    name,
                    caller.link().problem().equals(Optional.of("too many names are being looked up")),
                    host + ": " + caller.link());
            caller.close();
        }
        loop.start();
        loop.stop(() -> {});
    }

    @Test
    void whatWasQueuedForACallThatEndsGoesByThePollThatIsHeld() throws Exception {
        Loop loop = loop(new LongAdder(), new CompletableFuture<>());
        List<Session> delivered = new ArrayList<>();
        Ways ways = new Ways(loop, LIMITS, new LongAdder(), (session, outbox) -> delivered.add(session), () -> {});
        Session session = new Session(
                "session", NODE, INSTANCE, "127.0.0.1", Secret.of(Optional.empty()), 1 << 20, new Deflation(false), 0);
        Caller caller = caller(loop, ways, "127.0.0.1");
        assertEquals(Optional.empty(), ways.join(session));
        ways.join(NODE, INSTANCE, caller);
        session.hold(call(loop), 1);
        assertEquals(Outbox.Offer.TELL, ways.outbox(NODE).orElseThrow().offer(new byte[] {1}));
        ways.pump(NODE);
        assertEquals(List.of(), delivered);
        ways.leave(NODE, caller);
        assertEquals(List.of(session), delivered);
        loop.start();
        loop.stop(() -> {});
    }

    @Test
    void theLongestMessageGoesThroughQueuesThatHoldFarLess() {
        HttpLimits limits = HttpLimits.defaults(LONGEST);
        assertEquals(HttpLimits.defaults(1).inboxBytes(), limits.inboxBytes());
        byte[] longest = new byte[LONGEST];
        Outbox outbox = new Outbox(limits.outboxBytes(), new LongAdder());
        assertEquals(Outbox.Offer.TELL, outbox.offer(new byte[100]));
        assertEquals(Outbox.Offer.WAITS, outbox.offer(longest));
        assertEquals(Outbox.Offer.FULL, outbox.offer(longest));
        assertEquals(Outbox.Offer.FULL, outbox.offer(new byte[1]));
        int maxBody = Protocol.maxBody(LONGEST, limits.batchBytes());
        assertEquals(1, outbox.take(limits.batchBytes(), maxBody).size(), "what is small first");
        assertEquals(1, outbox.take(limits.batchBytes(), maxBody).size(), "what is long alone");
        assertEquals(Outbox.Offer.TELL, outbox.offer(longest));

        Inbox inbox = new Inbox(limits.inboxBytes(), () -> {});
        assertTrue(inbox.add(List.of(new byte[100])));
        assertTrue(inbox.add(List.of(longest)));
        assertFalse(inbox.add(List.of(longest)));
        assertFalse(inbox.add(List.of(new byte[1])));
        assertEquals(100, inbox.take().orElseThrow().length);
        assertFalse(inbox.add(List.of(new byte[1])));
        assertEquals(LONGEST, inbox.take().orElseThrow().length);
        assertTrue(inbox.add(List.of(longest)));

        Budget bodies = new Budget(limits.bodyBytes());
        assertTrue(bodies.take(maxBody));
        assertFalse(bodies.take(maxBody));
        assertTrue(bodies.take(limits.batchBytes()), "others are not held up");
    }

    @Test
    void messagesOfOneByteCountForWhatTheyTake() {
        HttpLimits limits = HttpLimits.defaults(LONGEST);
        Outbox outbox = new Outbox(limits.outboxBytes(), new LongAdder());
        Inbox inbox = new Inbox(limits.inboxBytes(), () -> {});
        int waiting = 0;
        while (outbox.offer(new byte[1]) != Outbox.Offer.FULL) {
            waiting++;
        }
        int arrived = 0;
        while (inbox.add(List.of(new byte[1]))) {
            arrived++;
        }
        assertEquals(limits.outboxBytes() / (1 + Batch.KEPT), waiting);
        assertEquals(waiting, arrived);
        assertEquals(Batch.MAX_MESSAGES, outbox.take(1 << 20, 1 << 20).size());
        for (int left = waiting - Batch.MAX_MESSAGES; left > 0; left -= Batch.MAX_MESSAGES) {
            assertEquals(
                    Math.min(left, Batch.MAX_MESSAGES),
                    outbox.take(1 << 20, 1 << 20).size());
        }
        assertEquals(Outbox.Offer.TELL, outbox.offer(new byte[LONGEST]), "nothing is left");
    }

    @Test
    void moreMessagesThanGoIntoOneBatchArriveInOrder() {
        try (Probe hub = open("hub", TransportConfig.none().withListen("127.0.0.1:0"));
                Probe leaf = open("leaf", TransportConfig.none().withPeers(List.of(hub.url())))) {
            leaf.awaitNeighbour(hub);
            hub.awaitNeighbour(leaf);
            int many = 5 * Batch.MAX_MESSAGES;
            for (int i = 0; i < many; i++) {
                leaf.transport().send(hub.node(), new byte[] {(byte) i, (byte) (i >> 8)});
                hub.transport().send(leaf.node(), new byte[] {(byte) i, (byte) (i >> 8)});
            }
            for (int i = 0; i < many; i++) {
                assertArrayEquals(new byte[] {(byte) i, (byte) (i >> 8)}, hub.next());
                assertArrayEquals(new byte[] {(byte) i, (byte) (i >> 8)}, leaf.next());
            }
        }
    }

    private static Call call(Loop loop) throws Exception {
        HttpReader reader = new HttpReader(1 << 10, new Budget(1 << 10), head -> 0);
        HttpReader.Message request = reader.read(java.nio.ByteBuffer.wrap(
                        "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
                .orElseThrow();
        Connection.User nobody = new Connection.User() {
            @Override
            public void connected() {}

            @Override
            public void received(java.nio.ByteBuffer bytes) {}

            @Override
            public void closed(String why) {}
        };
        Connection connection = Connection.accepted(loop, SocketChannel.open(), null, Runnable::run, nobody);
        return new Call(request, connection, () -> {}, (status, headers, body) -> {});
    }
}
