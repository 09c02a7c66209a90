package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalConfig;

/** How much is sent again, and when, over ways that lose nothing and take their time. */
class RetryTest {

    private static final long WINDOW = Peer.Window.STANDARD.operations();

    /** As of now, in milliseconds. */
    private long time;

    /** How long a message takes, and how long it keeps those behind it waiting. */
    private long delay;

    private long spacing;

    private final List<Node> nodes = new ArrayList<>();

    private static final class Flying {
        final long arrival;
        final byte[] bytes;

        Flying(long arrival, byte[] bytes) {
            this.arrival = arrival;
            this.bytes = bytes;
        }
    }

    private final class Node extends NoTransport {
        final NodeId id;
        final ArrayDeque<Flying> in = new ArrayDeque<>();
        final StoreEngine store;
        final Exchange exchange;
        boolean deaf;

        Node(String name) {
            id = NodeId.of(name).orElseThrow();
            store = StoreEngine.open(StoreConfig.of(WalConfig.memory().withNodeId(name)))
                    .orElseThrow();
            ExchangeRules rules =
                    ExchangeRules.standard(600_000, 1L << 60, Policies.NONE, Admitting.EVERYTHING, Optional.empty());
            exchange = Exchange.open(store, this, new SplittableRandom(nodes.size()), rules)
                    .orElseThrow();
            nodes.add(this);
        }

        private Node other() {
            return nodes.get(1 - nodes.indexOf(this));
        }

        @Override
        public void send(NodeId to, byte[] message) {
            ArrayDeque<Flying> way = other().in;
            long behind = way.isEmpty() ? 0 : way.getLast().arrival + spacing;
            way.add(new Flying(Math.max(time + delay, behind), message));
        }

        @Override
        public Optional<byte[]> receive() {
            boolean any = !deaf && !in.isEmpty() && in.getFirst().arrival <= time;
            return any ? Optional.of(in.remove().bytes) : Optional.empty();
        }

        @Override
        public Set<NodeId> neighbours() {
            return Set.of(other().id);
        }

        void put(int from, int to, int length) {
            for (int i = from; i < to; i++) {
                store.put(Key.of("k" + i), Value.of(new byte[length])).orElseThrow();
            }
        }

        long retries() {
            return exchange.state().totalRetries();
        }

        boolean isDone() {
            return exchange.hasMembers() && exchange.state().outboxSize() == 0;
        }
    }

    @AfterEach
    void close() {
        nodes.forEach(node -> node.store.close());
    }

    private void step(long millis) {
        time += millis;
        for (Node node : nodes) {
            alone(node, 0);
        }
    }

    private void alone(Node node, long millis) {
        time += millis;
        node.exchange.tick(TimeUnit.MILLISECONDS.toNanos(time)).orElseThrow();
    }

    /** The first of two nodes, once it knows how long an acknowledgement takes. */
    private Node acquainted() {
        Node a = new Node("a");
        Node unused = new Node("b");
        a.put(0, 1, 100);
        finish(a);
        return a;
    }

    private void finish(Node node) {
        for (int i = 0; i < 10_000 && !node.isDone(); i++) {
            step(10);
        }
        assertTrue(node.isDone(), () -> "after " + time + " ms " + node.exchange.state());
        assertEquals(node.store.size(), nodes.get(1).store.size());
    }

    /** Some of it is on its way at any time. */
    @Test
    void aBacklogThatLosesNothingIsSentOnce() {
        delay = 20;
        spacing = 30;
        Node a = new Node("a");
        Node unused = new Node("b");
        a.put(0, 10_000, 1_200);
        finish(a);
        assertEquals(0, a.retries());
        assertTrue(time > 1_000, () -> "took " + time + " ms");
    }

    @Test
    void aSteadyLoadIsSentOnce() {
        delay = 20;
        Node a = new Node("a");
        Node unused = new Node("b");
        for (int i = 0; i < 10_000; i += 20) {
            a.put(i, i + 20, 100);
            step(10);
        }
        finish(a);
        assertEquals(0, a.retries());
    }

    /** Until the first acknowledgement, 1.2 seconds, it cannot know: the first 256 go out again some times, and then nothing does. */
    @Test
    void whereMessagesTakeLongOnlyWhatIsSentFirstIsSentAgain() {
        delay = 600;
        Node a = new Node("a");
        Node unused = new Node("b");
        a.put(0, 10_000, 100);
        for (int i = 0; i < 1_000 && a.exchange.state().acknowledgedCount() == 0; i++) {
            step(10);
        }
        long first = a.retries();
        assertTrue(first > 0 && first <= 8 * WINDOW, () -> first + " were sent again");
        finish(a);
        assertEquals(first, a.retries());
        assertTrue(time > 10_000 / WINDOW * 1_200, () -> "took " + time + " ms");
    }

    @Test
    void whereMessagesTakeLongerFromNowOnThatIsSeenAtOnce() {
        Node a = acquainted();
        delay = 600;
        for (int i = 0; i < 10_000; i += 10) {
            a.put(i, i + 10, 100);
            step(10);
        }
        finish(a);
        assertTrue(a.retries() <= 4 * WINDOW, () -> a.retries() + " were sent again");
    }

    @Test
    void aPartOfWhatStandsIsSentOnceTooAndOnlyTheFirstOneAgain() {
        delay = 300;
        Node a = new Node("a");
        a.put(0, 6_000, 1_200);
        a.store.checkpoint().orElseThrow();
        Node b = new Node("b");
        for (int i = 0; i < 1_000 && b.store.size() == 0; i++) {
            step(10);
        }
        // The acknowledgement is under way.
        step(delay + 10);
        long first = a.retries();
        assertTrue(first > 0 && first <= 8, () -> first + " were sent again");
        finish(a);
        assertEquals(first, a.retries());
        assertTrue(time > 4_000, () -> "took " + time + " ms");
    }

    /** Nobody knows how long it will take who has sent nothing like it: 6 MiB beyond the window, at 4 MiB/s. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsLargeIsSentOnceThoughItTakesAWhile(boolean inParts) {
        delay = 600;
        Node a = new Node("a");
        a.put(0, 1, 8 << 20);
        if (inParts) {
            a.store.checkpoint().orElseThrow();
        }
        Node unused = new Node("b");
        finish(a);
        assertEquals(0, a.retries());
    }

    @Test
    void whatIsLargeAndLostIsSentAgain() {
        Node a = acquainted();
        Node b = nodes.get(1);
        a.put(0, 1, 8 << 20);
        alone(a, 10);
        b.in.clear();
        finish(a);
        assertEquals(1, a.retries());
    }

    @Test
    void whatIsLostIsSentAgainSoon() {
        Node a = acquainted();
        Node b = nodes.get(1);
        a.put(0, 1, 100);
        alone(a, 10);
        b.in.clear();
        for (int i = 0; i < 30 && a.retries() == 0; i++) {
            alone(a, 10);
        }
        assertEquals(1, a.retries());
        finish(a);
        assertEquals(1, a.retries());
    }

    @Test
    void whoWasSilentForLongAndSpeaksIsSentToAtOnce() {
        Node a = acquainted();
        Node b = nodes.get(1);
        b.deaf = true;
        a.put(1, 2, 100);
        for (int i = 0; i < 600; i++) {
            alone(a, 1_000);
        }
        long retries = a.retries();
        assertTrue(retries < 40, () -> "in ten minutes " + retries);
        for (int i = 0; i < 60 && a.retries() == retries; i++) {
            alone(a, 1_000);
        }
        assertEquals(retries + 1, a.retries());
        // It says how it is, and has taken in nothing of all this.
        b.in.clear();
        alone(b, 0);
        assertFalse(a.in.isEmpty());
        alone(a, 1_000);
        assertEquals(retries + 2, a.retries());
        b.deaf = false;
        finish(a);
    }
}
