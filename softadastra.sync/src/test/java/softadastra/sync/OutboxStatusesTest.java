package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.StoreConfig;
import softadastra.store.Value;

/** How far each operation is said to have come, and that it agrees with the counts. */
@Timeout(60)
class OutboxStatusesTest {

    private static final SyncConfig ALL = SyncConfig.local();

    private final InMemoryNetwork network = new InMemoryNetwork(7);

    @TempDir
    Path directory;

    private final class Node extends EngineNode {

        Node(String id) {
            this(id, ALL);
        }

        Node(String id, SyncConfig config) {
            super(id, StoreConfig.durable(directory.resolve(id + ".wal")), config, network.connect(new NodeId(id)));
        }

        void put(int from, int count, int bytes) {
            for (int i = 0; i < count; i++) {
                store.put(Key.of("k" + (from + i)), Value.of(new byte[bytes])).orElseThrow();
            }
        }

        void tick() {
            sync.tick().orElseThrow();
        }

        /** The status of each operation, in order. */
        List<SyncStatus> statuses() {
            List<SyncStatus> statuses = new ArrayList<>();
            long count = sync.outbox(each -> statuses.add(each.status())).orElseThrow();
            assertEquals(count, statuses.size());
            return statuses;
        }

        /** How many there are of each status, which is what the state says. */
        Map<SyncStatus, Long> counts() {
            Map<SyncStatus, Long> counts = new EnumMap<>(SyncStatus.class);
            statuses().forEach(each -> counts.merge(each, 1L, Long::sum));
            SyncState state = sync.state().orElseThrow();
            Map<SyncStatus, Long> said = new EnumMap<>(Map.of(
                    SyncStatus.PENDING, state.pendingCount(),
                    SyncStatus.QUEUED, state.queuedCount(),
                    SyncStatus.IN_FLIGHT, state.inFlightCount(),
                    SyncStatus.ACKNOWLEDGED, state.acknowledgedCount(),
                    SyncStatus.FAILED, state.failedCount()));
            said.values().removeIf(count -> count == 0);
            assertEquals(said, counts);
            assertEquals(
                    state.outboxSize(),
                    counts.values().stream().mapToLong(each -> each).sum() - state.acknowledgedCount());
            return counts;
        }
    }

    private void tick(Node... nodes) {
        for (int i = 0; i < 20; i++) {
            for (Node node : nodes) {
                node.tick();
            }
        }
    }

    private void cutOff(String... nodes) {
        network.cutOff(Set.of(Stream.of(nodes).map(NodeId::new).toArray(NodeId[]::new)));
    }

    @Test
    void aWindowIsQueuedThenInFlightAndWhatIsBehindItWaits() {
        try (Node a = new Node("node-a");
                Node b = new Node("node-b")) {
            tick(a, b);
            a.put(0, 300, 1);
            assertEquals(Map.of(SyncStatus.QUEUED, 256L, SyncStatus.PENDING, 44L), a.counts());
            a.tick();
            assertEquals(Map.of(SyncStatus.IN_FLIGHT, 256L, SyncStatus.PENDING, 44L), a.counts());
            assertEquals(SyncStatus.IN_FLIGHT, a.statuses().get(255), "in the order in which they were written");
            tick(b, a);
            assertEquals(Map.of(SyncStatus.ACKNOWLEDGED, 300L), a.counts());
            a.put(300, 2, 1);
            assertEquals(Map.of(SyncStatus.ACKNOWLEDGED, 300L, SyncStatus.QUEUED, 2L), a.counts());
        }
    }

    @Test
    void theBytesOfAWindowCount() {
        try (Node a = new Node("node-a");
                Node b = new Node("node-b")) {
            tick(a, b);
            a.put(0, 5, 600 << 10);
            assertEquals(Map.of(SyncStatus.QUEUED, 3L, SyncStatus.PENDING, 2L), a.counts());
            a.tick();
            assertEquals(Map.of(SyncStatus.IN_FLIGHT, 3L, SyncStatus.PENDING, 2L), a.counts());
        }
    }

    @Test
    void whatOneHasAndAnotherOneCannotBeSentWaits() {
        try (Node a = new Node("node-a");
                Node b = new Node("node-b");
                Node c = new Node("node-c")) {
            tick(a, b, c);
            cutOff("node-c");
            tick(a, b);
            a.put(0, 3, 1);
            a.tick();
            assertEquals(Map.of(SyncStatus.IN_FLIGHT, 3L), a.counts(), "to one of the two");
            tick(b, a);
            assertEquals(Map.of(SyncStatus.PENDING, 3L), a.counts(), "nobody who lacks it is being sent it");
            a.put(3, 1, 1);
            assertEquals(
                    List.of(SyncStatus.PENDING, SyncStatus.PENDING, SyncStatus.PENDING, SyncStatus.QUEUED),
                    a.statuses());
            cutOff();
            tick(a, b, c);
            assertEquals(Map.of(SyncStatus.ACKNOWLEDGED, 4L), a.counts());
        }
    }

    @Test
    void aRestartLeavesWhatWasInFlightToBeSentAgain() {
        try (Node b = new Node("node-b")) {
            try (Node a = new Node("node-a")) {
                a.put(0, 1, 1);
                tick(a, b);
                a.put(1, 2, 1);
                a.tick();
                assertEquals(Map.of(SyncStatus.ACKNOWLEDGED, 1L, SyncStatus.IN_FLIGHT, 2L), a.counts());
            }
            try (Node a = new Node("node-a")) {
                assertEquals(Map.of(SyncStatus.ACKNOWLEDGED, 1L, SyncStatus.PENDING, 2L), a.counts());
                tick(a, b);
                assertEquals(Map.of(SyncStatus.ACKNOWLEDGED, 3L), a.counts());
            }
        }
    }

    @Test
    void whatIsRejectedForGoodHasFailedAndNothingBehindItHas() {
        SyncConfig strict = ALL.withLargestValue(10);
        try (Node a = new Node("node-a");
                Node b = new Node("node-b", strict)) {
            a.put(0, 1, 1);
            a.put(1, 1, 100);
            a.put(2, 1, 1);
            tick(a, b);
            assertEquals(List.of(SyncStatus.ACKNOWLEDGED, SyncStatus.FAILED, SyncStatus.ACKNOWLEDGED), a.statuses());
            assertEquals(Map.of(SyncStatus.ACKNOWLEDGED, 2L, SyncStatus.FAILED, 1L), a.counts());
        }
    }

    @Test
    void whatGoesInPartsIsQueuedUntilTheLastOne() {
        try (Node a = new Node("node-a")) {
            a.put(0, 30, 100 << 10);
            a.store.checkpoint().orElseThrow();
            try (Node b = new Node("node-b")) {
                SyncState state = a.sync.state().orElseThrow();
                for (int i = 0; i < 20 && state.queuedCount() == 0; i++) {
                    assertEquals(30, state.pendingCount(), "not begun");
                    b.tick();
                    a.tick();
                    state = a.sync.state().orElseThrow();
                }
                assertEquals(new SyncState(30, 30, 0, 0, 0, 0, state.totalRetries()), state);
                a.put(30, 1, 1);
                state = a.sync.state().orElseThrow();
                assertEquals(new SyncState(31, 30, 0, 0, 0, 1, state.totalRetries()), state, "behind the parts");
                tick(a, b);
                assertEquals(0, a.sync.state().orElseThrow().outboxSize());
            }
        }
    }

    private static Vector holding(Origin origin, long counter) {
        Vector vector = new Vector();
        vector.raise(origin, counter);
        return vector;
    }

    @Test
    void anOperationCountsOnceWhereverItIs() {
        Origin self = new Origin(new NodeId("node-a"), 1);
        Origin before = new Origin(new NodeId("node-a"), 2);
        OperationId rejected = new OperationId(self, 7);
        OutboxStatuses statuses = new OutboxStatuses(self, Members.NONE, Set.of(rejected));
        statuses.add(self, 20, 2);
        statuses.add(before, 5, 5);
        // One has 4, and up to 8 is on the way; the other one has 2, up to 5 is on the way, and up to 10 is next.
        statuses.add(holding(self, 4), Map.of(self, 8L), Map.of());
        statuses.add(holding(self, 2), Map.of(self, 5L), Map.of(self, 10L));
        // It has all but the last ones, which are next.
        statuses.add(holding(self, 18), Map.of(), Map.of(self, 30L));
        Map<SyncStatus, Long> counts = new EnumMap<>(SyncStatus.class);
        for (long counter = 1; counter <= 20; counter++) {
            counts.merge(statuses.of(new OperationId(self, counter)), 1L, Long::sum);
        }
        assertEquals(
                Map.of(
                        SyncStatus.ACKNOWLEDGED, 2L,
                        SyncStatus.IN_FLIGHT, 5L,
                        SyncStatus.FAILED, 1L,
                        SyncStatus.QUEUED, 4L,
                        SyncStatus.PENDING, 8L),
                counts);
        assertEquals(new SyncState(18, 4, 5, 7, 1, 8, 3), statuses.state(3));
        assertEquals(SyncStatus.ACKNOWLEDGED, statuses.of(new OperationId(before, 5)));
        assertEquals(SyncStatus.PENDING, statuses.of(new OperationId(self, 21)), "written since");
        Members fenced = Members.NONE.with(self).fence(self, 3);
        assertFalse(new OutboxStatuses(self, fenced, Set.of()).has(new OperationId(self, 4)));
        assertTrue(statuses.has(new OperationId(self, 21)));
        assertFalse(statuses.has(new OperationId(before, 6)), "of an epoch that has ended, and written again");
    }
}
