package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import softadastra.core.NodeId;
import softadastra.sync.TransportConfig;

/** Those who are idle, slow, endless or make no sense stop nobody, and take bounded memory. */
class HttpHostileTest {
    private static final long SEED = 4;
    private static final int IDLE = Integer.getInteger("softadastra.http.idle", 1_000);
    private static final int HOSTILE = Integer.getInteger("softadastra.http.hostile", 100);
    private static final int TRIPS = 100;
    private static final long MAX_GROWTH = 32 << 20;
    private static final Optional<String> TOKEN = Optional.of("a token of the hostile test");
    private static final TransportConfig CONFIG = TransportConfig.none().withToken(TOKEN.get());

    private static Probe open(String name, TransportConfig config, HttpLimits limits) {
        return new Probe(
                name,
                HttpTransportProvider.open(config, FakeHost.of(name), limits).orElseThrow());
    }

    private static HttpLimits limits() {
        return HttpLimits.defaults(FakeHost.of("any").maxMessageBytes());
    }

    private static void exchange(Probe one, Probe other, int trips) {
        for (int i = 0; i < trips; i++) {
            byte[] message = ("message " + i).getBytes(StandardCharsets.US_ASCII);
            one.transport().send(other.node(), message.clone());
            assertArrayEquals(message, other.next());
            other.transport().send(one.node(), message.clone());
            assertArrayEquals(message, one.next());
        }
    }

    @Test
    void aGoodPeerIsServedBesideThousandIdleAndHundredHostileConnections() throws Exception {
        List<AutoCloseable> all = new ArrayList<>();
        Probe hub = open("hub", CONFIG.withListen("127.0.0.1:0"), limits());
        Probe leaf = open("leaf", CONFIG.withPeers(List.of(hub.url())), limits());
        all.add(hub);
        all.add(leaf);
        leaf.awaitNeighbour(hub);
        hub.awaitNeighbour(leaf);
        exchange(leaf, hub, 1);
        Heap heap = new Heap();
        long sessions = hub.http().counters().sessions.sum();
        for (int i = 0; i < IDLE; i++) {
            RawSocket idle = new RawSocket(hub.port());
            // Some have said nothing at all, some have begun to.
            all.add(i % 2 == 0 ? idle : idle.send("GET /sta"));
        }
        hub.await("all idle ones", () -> hub.http().counters().connections.sum() >= IDLE);
        Attack attack = new Attack(() -> new RawSocket(hub.port()), HOSTILE, SEED);
        attack.awaitRound();
        exchange(leaf, hub, TRIPS);
        try (Probe late = open("late", CONFIG.withPeers(List.of(hub.url())), limits())) {
            late.awaitNeighbour(hub);
            hub.awaitNeighbour(late);
            exchange(late, hub, TRIPS);
        }
        heap.awaitGrowthBelow(MAX_GROWTH);
        attack.close();
        assertTrue(hub.http().counters().connections.sum() >= IDLE + HOSTILE, "all of them got in");
        assertEquals(0, hub.http().counters().faults.sum());
        assertTrue(
                leaf.transport().links().get(0).up(),
                () -> "links " + leaf.transport().links());
        assertEquals(sessions + 1, hub.http().counters().sessions.sum(), "that of the late one; none was lost");
        for (AutoCloseable one : all) {
            one.close();
        }
    }

    @Test
    void theOldestStrangersGiveWayWhenThereAreTooMany() throws Exception {
        try (Probe hub = open("hub", CONFIG.withListen("127.0.0.1:0"), limits().withConnections(40));
                Probe leaf = open("leaf", CONFIG.withPeers(List.of(hub.url())), limits())) {
            leaf.awaitNeighbour(hub);
            hub.awaitNeighbour(leaf);
            List<RawSocket> idle = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                idle.add(new RawSocket(hub.port()));
            }
            assertTrue(idle.get(0).isClosedByOther(), "the first one");
            exchange(leaf, hub, 5);
            try (Probe late = open("late", CONFIG.withPeers(List.of(hub.url())), limits())) {
                late.awaitNeighbour(hub);
                hub.awaitNeighbour(late);
                exchange(late, hub, 5);
            }
            assertTrue(hub.http().counters().givenWay.sum() >= 60);
            for (RawSocket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void whatDoesNotComeInTimeIsEnded() throws Exception {
        HttpLimits hasty = limits().withHeadMillis(200).withBytesPerSecond(1 << 20);
        try (Probe hub = open("hub", CONFIG.withListen("127.0.0.1:0"), hasty);
                RawSocket head = new RawSocket(hub.port());
                RawSocket body = new RawSocket(hub.port())) {
            head.send("POST /v1/hello HT");
            body.send("POST /v1/hello HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nnonce");
            assertEquals(408, head.answer().status());
            assertTrue(head.isClosedByOther());
            assertEquals(408, body.answer().status());
            assertTrue(body.isClosedByOther());
            assertEquals(2, hub.http().counters().refusals().get(408));
        }
    }

    @Test
    void whoeverSaysNothingIsEndedWithoutAWord() throws Exception {
        try (Probe hub = open("hub", CONFIG.withListen("127.0.0.1:0"), limits().withIdleMillis(300));
                RawSocket idle = new RawSocket(hub.port())) {
            assertEquals(0, idle.answer().status());
            assertEquals(Map.of(), hub.http().counters().refusals());
        }
    }

    @Test
    void anAnswerThatNobodyTakesIsEnded() throws Exception {
        // More than the buffers of two sockets hold.
        int large = 64 << 20;
        FakeHost host = new FakeHost(new NodeId("hub"), large);
        NodeId deaf = new NodeId("deaf");
        HttpLimits hasty = HttpLimits.defaults(large).withHeadMillis(200).withBytesPerSecond(1 << 30);
        TransportConfig config = CONFIG.withListen("127.0.0.1:0");
        try (Probe hub =
                new Probe("hub", HttpTransportProvider.open(config, host, hasty).orElseThrow())) {
            Speaker speaker = new Speaker(hub.port(), TOKEN, deaf.value()).open();
            try (RawSocket socket = new RawSocket(hub.port())) {
                socket.send(speaker.request("poll", 1, Fields.write("wait", "60000")));
                hub.awaitNeighbour(deaf);
                hub.transport().send(deaf, new byte[large]);
                hub.awaitNoNeighbour(deaf);
                RawSocket.Answer answer = socket.answer();
                assertTrue(answer.head().contains("200 OK"), answer.head());
                assertTrue(answer.body().length < large, "it got " + answer.body().length + " bytes");
            }
        }
    }
}
