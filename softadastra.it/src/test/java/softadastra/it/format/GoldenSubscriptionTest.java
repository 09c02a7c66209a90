package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.OperationVisitor;
import softadastra.store.Origin;
import softadastra.store.Skip;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.wal.spi.WalConfig;

/**
 * The log of a node that wants some of the keys, checked in under {@code src/test/resources/golden/v1/store-subscription}: what it
 * wants, in a checkpoint and behind it, and operations that are left out; see {@link GoldenStoreLog}.
 */
class GoldenSubscriptionTest {

    private static final GoldenStoreLog GOLDEN = new GoldenStoreLog("store-subscription");
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");
    private static final Origin PHONE = new Origin(NodeId.of("phone").orElseThrow(), 0x0123_4567_89AB_CDEFL);

    @TempDir
    Path directory;

    @BeforeAll
    static void writeIfAsked(@TempDir Path scratch) throws IOException {
        GOLDEN.writeIfAsked(scratch, GoldenSubscriptionTest::write, GoldenSubscriptionTest::describe);
    }

    @Test
    void whatIsWantedAndWhatIsLeftOutComesBack() throws IOException {
        GOLDEN.check(directory, GoldenSubscriptionTest::describe);
    }

    private static String describe(Path log) {
        StringBuilder text = new StringBuilder();
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow();
                SyncEngine sync = SyncEngine.open(store, SyncConfig.local()).orElseThrow()) {
            text.append("wants %s\n".formatted(sync.report().orElseThrow().subscription()));
            store.entries()
                    .forEach(entry -> text.append("%s = %s\n"
                            .formatted(entry.key().asString(), entry.value().asString())));
            long start = store.replication().start().orElseThrow().sequence();
            long operations = store.operations(start, new OperationVisitor() {
                        @Override
                        public boolean visit(long sequence, OperationRecord record) {
                            text.append("%d %s\n".formatted(sequence, record));
                            return true;
                        }

                        @Override
                        public void skipped(long sequence, CausalContext through) {
                            text.append("%d left out up to %s\n".formatted(sequence, through.counters()));
                        }
                    })
                    .orElseThrow();
            text.append("operations %d, holds %s\n"
                    .formatted(operations, store.context().counters()));
        }
        return text.toString();
    }

    private static void write(Path log) {
        StoreConfig config = StoreConfig.of(WalConfig.durable(log)
                        .withNodeId("golden")
                        .withClock(InstantSource.fixed(NEW_YEAR))
                        .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES))
                .withCheckpoints(CheckpointPolicy.manual());
        try (StoreEngine store = StoreEngine.open(config).orElseThrow();
                SyncEngine sync = SyncEngine.open(store, SyncConfig.local().withSubscription("note/", "task/"))
                        .orElseThrow()) {
            assertEquals(2, sync.report().orElseThrow().subscription().size());
            apply(store, List.of(put(1, "note/1")), List.of(new Skip(PHONE, 2, 3)));
            var unused = store.checkpoint().orElseThrow();
            apply(store, List.of(put(4, "note/2"), put(7, "task/1")), List.of(new Skip(PHONE, 5, 6)));
            apply(store, List.of(), List.of(new Skip(PHONE, 8, 300)));
            store.put(Key.of("note/3"), Value.fromString("here")).orElseThrow();
        }
    }

    private static void apply(StoreEngine store, List<OperationRecord> operations, List<Skip> skips) {
        var replicated = store.replication()
                .apply(operations, skips, (incoming, standing) -> Effect.WON)
                .orElseThrow();
        assertEquals(0, replicated.passedOver());
    }

    private static OperationRecord put(int counter, String key) {
        return OperationRecord.remote(
                new OperationId(PHONE, counter),
                HybridTimestamp.of(NEW_YEAR.toEpochMilli(), counter),
                1,
                Effect.WON,
                CausalContext.of(counter == 1 ? Map.of() : Map.of(PHONE, counter - 1L)),
                Operation.put(Key.of(key), Value.fromString("from the phone")));
    }
}
