package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Who waits for others sees whatever ends that, and may wait for as long as a time can be. */
@Timeout(60)
class TurnsTest {

    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final InMemoryNetwork network = new InMemoryNetwork(7);

    private static StoreEngine store(String id) {
        return StoreEngine.open(StoreConfig.memoryOnly().withNodeId(id)).orElseThrow();
    }

    private SyncEngine sync(StoreEngine store, SyncConfig config) {
        return SyncEngine.open(store, config, network.connect(store.identity().node()))
                .orElseThrow();
    }

    private static void put(StoreEngine store, String key) {
        store.put(Key.of(key), Value.fromString("v")).orElseThrow();
    }

    private static void tick(SyncEngine... engines) {
        for (int i = 0; i < 50; i++) {
            for (SyncEngine each : engines) {
                var unused = each.tick().orElseThrow();
            }
        }
    }

    /** Has a thread wait, and does something once it does. */
    private static boolean awaitSynced(SyncEngine sync, Consumer<SyncEngine> then) throws Exception {
        FutureTask<Result<Boolean>> waiting = new FutureTask<>(() -> sync.awaitSynced(FOR_EVER));
        Thread thread = new Thread(waiting);
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertFalse(waiting.isDone(), "there is something to wait for");
            Thread.onSpinWait();
        }
        then.accept(sync);
        return waiting.get().orElseThrow();
    }

    @Test
    void noTimeIsTooLong() {
        SyncConfig config = SyncConfig.local().withGrace(FOR_EVER).withRetention(FOR_EVER);
        try (StoreEngine store = store("node-a");
                SyncEngine sync = sync(store, config)) {
            assertTrue(sync.awaitSynced(FOR_EVER).orElseThrow(), "nothing was written");
            put(store, "k");
            tick(sync);
            assertFalse(sync.awaitSynced(Duration.ofSeconds(Long.MIN_VALUE)).orElseThrow());
        }
        assertEquals(Long.MAX_VALUE, Saturated.nanos(Duration.ofDays(365 * 293)));
        assertEquals(1_000_000, Saturated.nanos(Duration.ofMillis(1)));
        assertEquals(Long.MAX_VALUE, Saturated.millis(FOR_EVER));
        assertEquals(0, Saturated.millis(FOR_EVER.negated()));
    }

    @Test
    void whoWaitsForOneThatIsForgottenIsTold() throws Exception {
        try (StoreEngine storeA = store("node-a");
                SyncEngine a = sync(storeA, SyncConfig.local())) {
            NodeId gone = NodeId.of("node-b").orElseThrow();
            NodeId there = NodeId.of("node-c").orElseThrow();
            try (StoreEngine storeB = store("node-b");
                    StoreEngine storeC = store("node-c");
                    SyncEngine b = sync(storeB, SyncConfig.local());
                    SyncEngine c = sync(storeC, SyncConfig.local())) {
                tick(a, b, c);
                network.cutOff(Set.of(gone));
                put(storeA, "k");
                tick(a, c);
                assertEquals(
                        List.of(gone, there),
                        a.peers().orElseThrow().stream().map(PeerState::node).toList());
                assertTrue(awaitSynced(a, sync -> sync.forget(gone).orElseThrow()));
            }
        }
    }
}
