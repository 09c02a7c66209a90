package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import softadastra.core.NodeId;
import softadastra.sync.TransportLink;

/** What every transport promises. A transport's own tests extend it and say how two nodes come to reach one another. */
abstract class SyncTransportContract {
    private static final long SEED = 7;
    private static final int MILLIS_TO_END = 10_000;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final List<Probe> opened = new ArrayList<>();

    /** A node that others can reach. */
    abstract Probe listening(FakeHost host);

    /** A node that reaches the other one, and that nobody can reach but by what it does itself. */
    abstract Probe calling(FakeHost host, Probe other);

    @AfterEach
    void closeAll() {
        opened.forEach(Probe::close);
    }

    private Probe keep(Probe probe) {
        opened.add(probe);
        return probe;
    }

    private Probe hub() {
        return keep(listening(FakeHost.of("hub")));
    }

    private Probe leaf(Probe hub) {
        return keep(calling(FakeHost.of("leaf"), hub));
    }

    @Test
    void messagesArriveWholeAndUnchangedInBothDirections() {
        Probe hub = hub();
        Probe leaf = leaf(hub);
        leaf.awaitNeighbour(hub);
        hub.awaitNeighbour(leaf);
        Random random = new Random(SEED);
        for (int size : new int[] {1, 100, 70_000, 1 << 20, 4 << 20}) {
            byte[] there = new byte[size];
            random.nextBytes(there);
            leaf.transport().send(hub.node(), there.clone());
            assertArrayEquals(there, hub.next(), "to the hub, " + size + " bytes");
            byte[] back = new byte[size];
            random.nextBytes(back);
            hub.transport().send(leaf.node(), back.clone());
            assertArrayEquals(back, leaf.next(), "to the leaf, " + size + " bytes");
        }
    }

    @Test
    void manySmallMessagesArriveInOrderWhereNothingIsLost() {
        Probe hub = hub();
        Probe leaf = leaf(hub);
        leaf.awaitNeighbour(hub);
        hub.awaitNeighbour(leaf);
        int count = 20_000;
        for (int i = 0; i < count; i++) {
            leaf.transport().send(hub.node(), numbered(i));
            hub.transport().send(leaf.node(), numbered(i));
        }
        hub.await("all at the hub", () -> hub.takeAll().size() == count);
        leaf.await("all at the leaf", () -> leaf.takeAll().size() == count);
        for (int i = 0; i < count; i++) {
            assertArrayEquals(numbered(i), hub.takeAll().get(i));
            assertArrayEquals(numbered(i), leaf.takeAll().get(i));
        }
    }

    @Test
    void whatWasSentIsThereOnceItIsDrained() {
        Probe hub = hub();
        Probe leaf = leaf(hub);
        leaf.awaitNeighbour(hub);
        hub.awaitNeighbour(leaf);
        drained(leaf, hub);
        // The other way round it goes out with what the leaf asks for.
        drained(hub, leaf(hub).awaitNeighbour(hub));
    }

    private static void drained(Probe from, Probe to) {
        from.awaitNeighbour(to);
        int count = 2_000;
        for (int i = 0; i < count; i++) {
            from.transport().send(to.node(), new byte[1_000]);
        }
        assertTrue(from.transport().drain(PATIENCE));
        from.close();
        assertEquals(count, to.takeAll().size());
        assertFalse(from.transport().drain(PATIENCE));
    }

    @Test
    void whereNobodyIsThereIsNothingToDrain() {
        Probe hub = hub();
        hub.transport().send(new NodeId("nobody"), new byte[10]);
        assertTrue(hub.transport().drain(PATIENCE));
    }

    @Test
    void whoIsInterruptedDrainsNothing() {
        Probe hub = hub();
        Thread.currentThread().interrupt();
        assertFalse(hub.transport().drain(PATIENCE));
        assertTrue(Thread.interrupted());
    }

    @Test
    void aMessageForSomebodyUnknownIsDropped() {
        Probe hub = hub();
        hub.transport().send(new NodeId("nobody"), new byte[10]);
        assertEquals(Set.of(), hub.transport().neighbours());
        assertEquals(Optional.empty(), hub.transport().receive());
    }

    @Test
    void aMessageThatIsTooLongArrivesNowhereAndStopsNoOther() {
        Probe hub = keep(listening(new FakeHost(new NodeId("hub"), 1 << 20)));
        Probe leaf = leaf(hub);
        leaf.awaitNeighbour(hub);
        leaf.transport().send(hub.node(), new byte[3 << 20]);
        leaf.transport().send(hub.node(), numbered(1));
        assertArrayEquals(numbered(1), hub.next());
    }

    @Test
    void bothSidesSayWhoIsThere() {
        Probe hub = hub();
        Probe leaf = leaf(hub);
        leaf.awaitNeighbour(hub);
        hub.awaitNeighbour(leaf);
        assertEquals(Set.of(leaf.node()), hub.transport().neighbours());
        leaf.await("a link that is up", () -> nodesUp(leaf).equals(Set.of(hub.node())));
        hub.await("a link that is up", () -> nodesUp(hub).equals(Set.of(leaf.node())));
    }

    @Test
    void oneThatClosesIsSoonNoNeighbourAnyMore() {
        Probe hub = hub();
        Probe leaf = leaf(hub);
        hub.awaitNeighbour(leaf);
        leaf.close();
        hub.awaitNoNeighbour(leaf.node());
    }

    @Test
    void oneThatComesBackIsReachedAgain() {
        Probe hub = hub();
        Probe leaf = leaf(hub);
        hub.awaitNeighbour(leaf);
        leaf.close();
        Probe again = leaf(hub);
        again.awaitNeighbour(hub);
        again.transport().send(hub.node(), numbered(5));
        assertArrayEquals(numbered(5), hub.next());
        hub.await("an answer", () -> {
            hub.transport().send(again.node(), numbered(6));
            return !again.takeAll().isEmpty();
        });
        assertArrayEquals(numbered(6), again.takeAll().get(0));
    }

    @Test
    void closingLeavesNoThreadAndTwiceIsFine() throws InterruptedException {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        Probe hub = hub();
        Probe leaf = leaf(hub);
        leaf.awaitNeighbour(hub);
        leaf.close();
        leaf.close();
        hub.close();
        List<String> left = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread) && thread.getName().startsWith("softadastra-")) {
                // It has nothing more to do, and may not have ended yet.
                thread.join(MILLIS_TO_END);
                if (thread.isAlive()) {
                    left.add(thread.getName());
                }
            }
        }
        assertEquals(List.of(), left);
    }

    @Test
    void whatIsClosedNeitherSendsNorReceives() {
        Probe hub = hub();
        Probe leaf = leaf(hub);
        leaf.awaitNeighbour(hub);
        leaf.close();
        leaf.transport().send(hub.node(), numbered(1));
        assertTrue(leaf.transport().receive().isEmpty());
        assertEquals(Set.of(), leaf.transport().neighbours());
    }

    static byte[] numbered(int number) {
        return ("message " + number).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static Set<NodeId> nodesUp(Probe probe) {
        return probe.transport().links().stream()
                .filter(TransportLink::up)
                .map(TransportLink::node)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
    }
}
