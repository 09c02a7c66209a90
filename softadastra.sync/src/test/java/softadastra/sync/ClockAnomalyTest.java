package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.SyncEvent.ClockAnomaly;
import softadastra.sync.SyncEvent.ClockAnomaly.Response;
import softadastra.wal.spi.WalConfig;

/** What a node says of clocks that are far ahead of its own. */
class ClockAnomalyTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final NodeId A = new NodeId("a");
    private static final NodeId PHONE = new NodeId("phone");

    private final InMemoryNetwork network = new InMemoryNetwork(1);
    private final SyncTransport line = network.connect(PHONE);
    private final Spoken phone = Spoken.by("phone", 9);
    private final List<SyncEvent> events = new ArrayList<>();
    private Instant time = Instant.parse("2026-01-01T00:00:00Z");
    private StoreEngine store;
    private SyncEngine sync;

    @BeforeEach
    void open() {
        store = StoreEngine.open(
                        StoreConfig.of(WalConfig.memory().withClock(() -> time)).withNodeId("a"))
                .orElseThrow();
        sync = SyncEngine.open(store, SyncConfig.local(), network.connect(A)).orElseThrow();
        sync.addListener(events::add);
    }

    @AfterEach
    void close() {
        sync.close();
        store.close();
    }

    private void hear(byte[] message) {
        line.send(A, message);
        sync.tick().orElseThrow();
    }

    /** The phone writes, with a clock that is ahead. */
    private OperationRecord written(long counter, Duration ahead) {
        HybridTimestamp stamp = HybridTimestamp.of(time.plus(ahead).toEpochMilli(), 0);
        return phone.holding(phone.from, counter).put(counter, stamp, "k" + counter, Value.fromString("v"));
    }

    private void hear(OperationRecord... operations) {
        hear(phone.to(store.replication().origin().orElseThrow()).encoded(operations));
    }

    private List<ClockAnomaly> told() {
        List<ClockAnomaly> anomalies = events.stream()
                .filter(ClockAnomaly.class::isInstance)
                .map(ClockAnomaly.class::cast)
                .toList();
        events.clear();
        return anomalies;
    }

    private long count() {
        return sync.report().orElseThrow().clockAnomalies();
    }

    @Test
    void whoIsTooFarAheadIsToldOfOnceAndWhatItWritesIsTaken() {
        OperationRecord first = written(1, HOUR);
        hear(first);
        assertEquals(List.of(new ClockAnomaly(PHONE, first.stamp(), HOUR, Response.LIMITED)), told());
        assertEquals(1, count());
        assertTrue(store.contains(Key.of("k1")));
        long clock = store.replication().clock().orElseThrow().millis();
        // What follows on the last stamp of a millisecond is in the next one.
        assertTrue(clock <= time.plus(Duration.ofMinutes(2)).toEpochMilli() + 1, () -> "followed to " + clock);
        // The same again is nothing new, and what follows is no news.
        hear(first);
        assertEquals(1, count());
        hear(written(2, HOUR), written(3, HOUR));
        assertEquals(List.of(), told());
        assertEquals(3, count());
        // It comes back, and goes off again.
        hear(written(4, Duration.ofMinutes(2)));
        assertEquals(List.of(), told());
        hear(written(5, HOUR));
        assertEquals(1, told().size());
        assertEquals(4, count());
    }

    @Test
    void whoIsAtMostTwoMinutesAheadIsFollowed() {
        OperationRecord first = written(1, Duration.ofMinutes(2));
        hear(first);
        assertEquals(List.of(), told());
        assertEquals(0, count());
        assertTrue(store.replication().clock().orElseThrow().isAfter(first.stamp()));
    }

    @Test
    void whatStandsElsewhereIsLookedAtToo() {
        OperationRecord ahead = written(1, HOUR);
        OperationRecord older = written(2, Duration.ZERO);
        Chunk chunk = new Chunk(
                phone.held.copy(),
                false,
                Optional.empty(),
                Optional.empty(),
                List.of(ahead, older),
                List.of(),
                List.of(),
                List.of());
        var self = store.replication().origin().orElseThrow();
        hear(phone.to(self).encoded());
        hear(phone.telling(self, chunk));
        assertEquals(2, store.size());
        assertEquals(List.of(new ClockAnomaly(PHONE, ahead.stamp(), HOUR, Response.LIMITED)), told());
        // It was older, not later, than the one that was ahead.
        hear(written(3, HOUR));
        assertEquals(List.of(), told());
    }

    @Test
    void aPromiseThatWhoeverJoinsMustFollowIsTold() {
        HybridTimestamp promise = HybridTimestamp.of(time.plus(HOUR).toEpochMilli(), 0);
        Origin self = store.replication().origin().orElseThrow();
        for (int i = 0; i < 3; i++) {
            hear(phone.to(self)
                    .knowing(Members.NONE.with(phone.from).with(self))
                    .promising(promise.packed())
                    .encoded());
        }
        assertEquals(List.of(new ClockAnomaly(PHONE, promise, HOUR, Response.FOLLOWED)), told());
        assertTrue(store.replication().clock().orElseThrow().compareTo(promise) >= 0);
    }

    @Test
    void onlySoManyNodesAreRemembered() {
        ClockWatch watch = new ClockWatch(store.replication());
        HybridTimestamp stamp = HybridTimestamp.of(time.plus(HOUR).toEpochMilli(), 0);
        for (int i = 0; i < 2_000; i++) {
            OperationRecord each = Spoken.by("n" + i, 1).put(1, stamp, "k", Value.fromString("v"));
            watch.adopted(List.of(each), CausalContext.EMPTY);
        }
        assertEquals(1_024, watch.tell().size());
        assertEquals(2_000, watch.count());
    }
}
