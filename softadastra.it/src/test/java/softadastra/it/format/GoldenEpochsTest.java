package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.NodeId;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.InMemoryNetwork;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncStage;
import softadastra.wal.spi.WalConfig;

/**
 * Logs of nodes that have gone on in new epochs, checked in under {@code src/test/resources/golden/v1}: {@code store-epochs}, which has
 * come back once before its checkpoint and once behind it; {@code store-returning}, which is on its way back while a fence is open; and
 * {@code store-left}, which has taken its leave. See {@link GoldenStoreLog}.
 */
class GoldenEpochsTest {

    private static final GoldenStoreLog EPOCHS = new GoldenStoreLog("store-epochs");
    private static final GoldenStoreLog RETURNING = new GoldenStoreLog("store-returning");
    private static final GoldenStoreLog LEFT = new GoldenStoreLog("store-left");
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");
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
        StringBuilder text = new StringBuilder();
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow();
                SyncEngine sync = SyncEngine.open(store, SyncConfig.local()).orElseThrow()) {
            SyncReport report = sync.report().orElseThrow();
            text.append("log of %s in epoch %x, %s, open fences %s, state %s, peers %s\n"
                    .formatted(
                            store.identity(),
                            report.epoch(),
                            report.stage(),
                            report.openFences(),
                            report.state(),
                            report.peers().stream().map(peer -> peer.node()).toList()));
            store.entries()
                    .forEach(entry -> text.append("%s = %s\n"
                            .formatted(entry.key().asString(), entry.value().asString())));
            long start = store.replication().start().orElseThrow().sequence();
            long operations = store.operations(start, (sequence, record) -> {
                        text.append("%d %s\n".formatted(sequence, record));
                        return true;
                    })
                    .orElseThrow();
            long notes = store.replication()
                    .notes((sequence, typeCode, payload) -> text.append("note %d at %d: 0x%s\n"
                            .formatted(typeCode, sequence, HexFormat.of().formatHex(payload))))
                    .orElseThrow();
            text.append("operations %d, notes %d, holds %s\n"
                    .formatted(operations, notes, store.context().counters()));
        }
        return text.toString();
    }

    private static StoreEngine open(WalConfig log) {
        return StoreEngine.open(StoreConfig.of(log.withClock(InstantSource.fixed(NEW_YEAR)))
                        .withCheckpoints(CheckpointPolicy.manual()))
                .orElseThrow();
    }

    private static StoreEngine inMemory(String name) {
        return open(WalConfig.memory().withNodeId(name));
    }

    private static SyncEngine sync(StoreEngine store, InMemoryNetwork network) {
        return SyncEngine.open(
                        store,
                        SyncConfig.local(),
                        network.connect(store.identity().node()))
                .orElseThrow();
    }

    private static void write(Path log, SyncStage end) {
        InMemoryNetwork network = new InMemoryNetwork(1);
        try (StoreEngine store = open(
                        WalConfig.durable(log).withNodeId("golden").withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES));
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

    private static void put(StoreEngine store, String key) {
        Value value = Value.fromString("of " + store.identity().node());
        var unused = store.put(Key.of(key), value).orElseThrow();
    }

    private static void pass(List<SyncEngine> all) {
        List<Boolean> steps = new ArrayList<>();
        for (int round = 0; round < 60; round++) {
            all.forEach(sync -> steps.add(sync.tick().isOk()));
        }
        assertEquals(-1, steps.indexOf(false), steps::toString);
    }
}
