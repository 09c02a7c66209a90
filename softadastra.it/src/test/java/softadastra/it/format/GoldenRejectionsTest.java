package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.NodeId;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.FailedOperation;
import softadastra.sync.InMemoryNetwork;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalHistory;

/**
 * Logs of nodes that have rejected something, or whose own operations were, checked in under {@code src/test/resources/golden/v1}: {@code
 * store-rejections}, which has rejected operations of another node and had its own rejected, in a checkpoint and behind it; and {@code
 * store-rejections-taken}, which has got what stands at a node that goes without something. See {@link GoldenStoreLog}.
 */
class GoldenRejectionsTest {

    private static final GoldenStoreLog GOLDEN = new GoldenStoreLog("store-rejections");
    private static final GoldenStoreLog TAKEN = new GoldenStoreLog("store-rejections-taken");
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path directory;

    @BeforeAll
    static void writeIfAsked(@TempDir Path scratch, @TempDir Path more) throws IOException {
        GOLDEN.writeIfAsked(scratch, GoldenRejectionsTest::write, GoldenRejectionsTest::describe);
        TAKEN.writeIfAsked(more, GoldenRejectionsTest::take, GoldenRejectionsTest::describe);
    }

    @Test
    void whatWasRejectedAndWhatHasFailedComesBack() throws IOException {
        GOLDEN.check(directory, GoldenRejectionsTest::describe);
    }

    @Test
    void whatSomebodyElseGoesWithoutComesBack() throws IOException {
        TAKEN.check(directory, GoldenRejectionsTest::describe);
    }

    private static String describe(Path log) {
        StringBuilder text = new StringBuilder();
        Map<Integer, Integer> kinds = new TreeMap<>();
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow();
                SyncEngine sync = SyncEngine.open(store, SyncConfig.local()).orElseThrow()) {
            store.entries()
                    .forEach(entry -> text.append("%s = %s\n"
                            .formatted(entry.key().asString(), entry.value().asString())));
            for (FailedOperation each : sync.failed().orElseThrow()) {
                text.append("failed: %s\n".formatted(each));
            }
            long notes = store.replication()
                    .notes((sequence, typeCode, payload) -> {
                        if (typeCode == 69) {
                            int unused = kinds.merge((int) payload[1], 1, Integer::sum);
                        } else if (typeCode == 70) {
                            int unused = kinds.merge(-payload[0], 1, Integer::sum);
                        }
                        text.append("note %d at %d: 0x%s\n"
                                .formatted(typeCode, sequence, HexFormat.of().formatHex(payload)));
                    })
                    .orElseThrow();
            text.append("notes %d, of 69 by kind and of 70 by version %s, state %s, holds %s\n"
                    .formatted(
                            notes,
                            kinds,
                            sync.state().orElseThrow(),
                            store.context().counters()));
        }
        return text.toString();
    }

    private static StoreEngine open(WalConfig log) {
        return StoreEngine.open(StoreConfig.of(log.withClock(InstantSource.fixed(NEW_YEAR)))
                        .withCheckpoints(CheckpointPolicy.manual()))
                .orElseThrow();
    }

    private static StoreEngine inMemory(String name) {
        return open(WalConfig.memory().withNodeId(name).withHistory(WalHistory.PINNED));
    }

    private static StoreEngine durable(Path log) {
        return open(WalConfig.durable(log).withNodeId("golden").withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES));
    }

    private static SyncEngine sync(StoreEngine store, InMemoryNetwork network, int largest) {
        NodeId node = store.identity().node();
        return SyncEngine.open(store, SyncConfig.local().withLargestValue(largest), network.connect(node))
                .orElseThrow();
    }

    private static void write(Path log) {
        InMemoryNetwork network = new InMemoryNetwork(1);
        try (StoreEngine store = durable(log);
                StoreEngine writer = inMemory("writer");
                StoreEngine strict = inMemory("strict");
                SyncEngine sync = sync(store, network, 10);
                SyncEngine writers = sync(writer, network, 1_000);
                SyncEngine stricts = sync(strict, network, 5)) {
            List<SyncEngine> all = List.of(sync, writers, stricts);
            put(writer, "large", "more than ten");
            put(writer, "replaced", "more than ten, too");
            put(store, "ours", "too much");
            put(store, "ours, and dealt with", "too much");
            pass(all);
            put(writer, "replaced", "small");
            pass(all);
            List<FailedOperation> failed = sync.failed().orElseThrow();
            assertEquals(2, failed.size());
            var discarded = sync.discard(failed.get(1).id()).orElseThrow();
            var checkpoint = store.checkpoint().orElseThrow();
            put(writer, "large behind", "more than ten");
            put(writer, "large, and replaced behind", "more than ten");
            put(store, "ours behind", "too much");
            pass(all);
            put(writer, "large, and replaced behind", "small");
            pass(all);
            assertEquals(2, sync.failed().orElseThrow().size(), () -> discarded + " " + checkpoint);
        }
    }

    private static void take(Path log) {
        InMemoryNetwork network = new InMemoryNetwork(1);
        WalConfig rejecter = WalConfig.durable(log.resolveSibling("strict.wal")).withNodeId("strict");
        try (StoreEngine writer = inMemory("writer");
                StoreEngine strict = open(rejecter);
                SyncEngine writers = sync(writer, network, 1_000);
                SyncEngine stricts = sync(strict, network, 5)) {
            put(writer, "small", "1");
            put(writer, "large", "more than five");
            put(writer, "large, and replaced", "more than five");
            pass(List.of(writers, stricts));
            // When it is opened again it has no more than what stands there.
            assertEquals(1, strict.checkpoint().orElseThrow().entries());
        }
        try (StoreEngine strict = open(rejecter);
                StoreEngine store = durable(log);
                SyncEngine stricts = sync(strict, network, 5);
                SyncEngine sync = sync(store, network, 1_000)) {
            pass(List.of(stricts, sync));
            assertEquals(1, store.size());
            put(store, "large, and replaced", "by the one that has never had it");
            pass(List.of(stricts, sync));
        }
    }

    private static void put(StoreEngine store, String key, String value) {
        var unused = store.put(Key.of(key), Value.fromString(value)).orElseThrow();
    }

    private static void pass(List<SyncEngine> all) {
        List<Boolean> steps = new ArrayList<>();
        for (int round = 0; round < 30; round++) {
            all.forEach(sync -> steps.add(sync.tick().isOk()));
        }
        assertEquals(-1, steps.indexOf(false), steps::toString);
    }
}
