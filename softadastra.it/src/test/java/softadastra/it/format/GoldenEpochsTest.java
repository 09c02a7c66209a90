package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static softadastra.it.format.GoldenNodes.durable;
import static softadastra.it.format.GoldenNodes.inMemory;
import static softadastra.it.format.GoldenNodes.pass;
import static softadastra.it.format.GoldenNodes.put;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.NodeId;
import softadastra.store.StoreEngine;
import softadastra.sync.InMemoryNetwork;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncStage;

/**
 * Logs of nodes that have gone on in new epochs, checked in under {@code src/test/resources/golden/v1}: {@code store-epochs}, which has
 * come back once before its checkpoint and once behind it; {@code store-returning}, which is on its way back while a fence is open; and
 * {@code store-left}, which has taken its leave. See {@link GoldenStoreLog}.
 */
class GoldenEpochsTest {

    private static final GoldenStoreLog EPOCHS = new GoldenStoreLog("store-epochs");
    private static final GoldenStoreLog RETURNING = new GoldenStoreLog("store-returning");
    private static final GoldenStoreLog LEFT = new GoldenStoreLog("store-left");
    private static final NodeId GOLDEN = new NodeId("golden");
    private static final NodeId OTHER = new NodeId("other");

    @TempDir
    Path directory;

    @BeforeAll
    static void writeIfAsked(@TempDir Path one, @TempDir Path two, @TempDir Path three) throws IOException {
        EPOCHS.writeIfAsked(one, log -> write(log, SyncStage.TAKES_PART), GoldenEpochsTest::describe);
        RETURNING.writeIfAsked(two, log -> write(log, SyncStage.WRITING_AGAIN), GoldenEpochsTest::describe);
        LEFT.writeIfAsked(three, log -> write(log, SyncStage.LEFT), GoldenEpochsTest::describe);
    }

    @Test
    void whoHasComeBackIsInItsNewEpoch() throws IOException {
        EPOCHS.check(directory, GoldenEpochsTest::describe);
    }

    @Test
    void whoIsOnItsWayBackStillIs() throws IOException {
        RETURNING.check(directory, GoldenEpochsTest::describe);
    }

    @Test
    void whoHasLeftStillHas() throws IOException {
        LEFT.check(directory, GoldenEpochsTest::describe);
    }

    private static String describe(Path log) {
        return GoldenStoreLog.described(log, (store, sync, text) -> {
            SyncReport report = sync.report().orElseThrow();
            text.line("log of %s in epoch %x, %s, open fences %s, state %s, peers %s"
                    .formatted(
                            store.identity(),
                            report.epoch(),
                            report.stage(),
                            report.openFences(),
                            report.state(),
                            report.peers().stream().map(peer -> peer.node()).toList()));
            text.entries();
            long operations = text.operations();
            long notes = text.notes();
            text.line("operations %d, notes %d, holds %s"
                    .formatted(operations, notes, store.context().counters()));
        });
    }

    private static SyncEngine sync(StoreEngine store, InMemoryNetwork network) {
        return GoldenNodes.sync(store, SyncConfig.local(), network);
    }

    private static void write(Path log, SyncStage end) {
        InMemoryNetwork network = new InMemoryNetwork(1);
        try (StoreEngine store = durable(log);
                StoreEngine hub = inMemory("hub");
                StoreEngine other = inMemory("other");
                SyncEngine sync = sync(store, network);
                SyncEngine hubs = sync(hub, network);
                SyncEngine others = sync(other, network)) {
            List<SyncEngine> all = List.of(sync, hubs, others);
            put(store, "before");
            put(hub, "there");
            pass(all);
            forgotten(network, store, sync, hub, hubs, "first", all);
            await(all, SyncStage.TAKES_PART);
            var checkpoint = store.checkpoint().orElseThrow();
            put(store, "behind the checkpoint of " + checkpoint.entries());
            pass(all);
            if (end == SyncStage.WRITING_AGAIN) {
                network.cutOff(Set.of(OTHER));
                hubs.forget(GOLDEN).orElseThrow();
                put(store, "not known to the fence");
                await(all, SyncStage.WRITING_AGAIN);
            } else {
                forgotten(network, store, sync, hub, hubs, "second", all);
                await(all, SyncStage.TAKES_PART);
                put(store, "in the third epoch");
                pass(all);
            }
            if (end == SyncStage.LEFT) {
                sync.leave().orElseThrow();
                pass(all);
            }
            assertEquals(end, stage(sync));
        }
    }

    /** It is fenced while it writes, and comes back. */
    private static void forgotten(
            InMemoryNetwork network,
            StoreEngine store,
            SyncEngine sync,
            StoreEngine hub,
            SyncEngine hubs,
            String when,
            List<SyncEngine> all) {
        long before = sync.report().orElseThrow().epoch();
        network.cutOff(Set.of(GOLDEN));
        put(store, "only here the " + when + " time");
        put(store, "there");
        put(hub, "there");
        hubs.forget(GOLDEN).orElseThrow();
        pass(all);
        network.cutOff(Set.of());
        pass(all);
        assertNotEquals(before, sync.report().orElseThrow().epoch());
    }

    /** Has them do steps until the first is so far, and all hold the same: what is not answered is sent again after a while. */
    private static void await(List<SyncEngine> all, SyncStage stage) {
        do {
            pass(all);
        } while (stage(all.get(0)) != stage
                || (stage == SyncStage.TAKES_PART
                        && all.get(0).state().orElseThrow().outboxSize() > 0));
    }

    private static SyncStage stage(SyncEngine sync) {
        return sync.report().orElseThrow().stage();
    }
}
