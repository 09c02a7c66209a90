package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static softadastra.it.format.GoldenNodes.durable;
import static softadastra.it.format.GoldenNodes.open;
import static softadastra.it.format.GoldenNodes.pass;
import static softadastra.it.format.GoldenNodes.put;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.store.StoreEngine;
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
        return GoldenStoreLog.described(log, (store, sync, text) -> {
            text.entries();
            sync.failed().orElseThrow().forEach(each -> text.line("failed: %s".formatted(each)));
            long notes = text.notes();
            text.line("notes %d, of 69 by kind and of 70 by version %s, state %s, holds %s"
                    .formatted(
                            notes,
                            kinds(store),
                            sync.state().orElseThrow(),
                            store.context().counters()));
        });
    }

    private static Map<Integer, Integer> kinds(StoreEngine store) {
        List<Integer> kinds = new ArrayList<>();
        long unused = store.replication()
                .notes((sequence, typeCode, payload) -> {
                    if (typeCode == 69) {
                        kinds.add((int) payload[1]);
                    } else if (typeCode == 70) {
                        kinds.add(-payload[0]);
                    }
                })
                .orElseThrow();
        return kinds.stream()
                .collect(Collectors.groupingBy(kind -> kind, TreeMap::new, Collectors.summingInt(kind -> 1)));
    }

    private static StoreEngine inMemory(String name) {
        return open(WalConfig.memory().withNodeId(name).withHistory(WalHistory.PINNED));
    }

    private static SyncEngine sync(StoreEngine store, InMemoryNetwork network, int largest) {
        return GoldenNodes.sync(store, SyncConfig.local().withLargestValue(largest), network);
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
}
