package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Key;
import softadastra.store.OperationRecord;
import softadastra.store.OperationVisitor;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.InMemoryNetwork;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.wal.spi.WalConfig;

/**
 * Logs of nodes that want some of the keys, checked in under {@code src/test/resources/golden/v1}: {@code store-subscription}, which has
 * what it wants, what another one does, and operations that are left out, in a checkpoint and behind it; and {@code
 * store-subscription-begun}, in which nothing is left out yet. See {@link GoldenStoreLog}.
 */
class GoldenSubscriptionTest {

    private static final GoldenStoreLog GOLDEN = new GoldenStoreLog("store-subscription");
    private static final GoldenStoreLog BEGUN = new GoldenStoreLog("store-subscription-begun");
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path directory;

    @BeforeAll
    static void writeIfAsked(@TempDir Path scratch, @TempDir Path more) throws IOException {
        GOLDEN.writeIfAsked(scratch, GoldenSubscriptionTest::write, GoldenSubscriptionTest::describe);
        BEGUN.writeIfAsked(more, GoldenSubscriptionTest::begin, GoldenSubscriptionTest::describe);
    }

    @Test
    void whatIsWantedAndWhatIsLeftOutComesBack() throws IOException {
        GOLDEN.check(directory, GoldenSubscriptionTest::describe);
    }

    @Test
    void whatIsWantedComesBackBeforeAnythingIsLeftOut() throws IOException {
        BEGUN.check(directory, GoldenSubscriptionTest::describe);
    }

    private static String describe(Path log) {
        StringBuilder text = new StringBuilder();
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow();
                SyncEngine sync = SyncEngine.open(store, SyncConfig.local()).orElseThrow()) {
            text.append("wants %s, leaves out: %s\n"
                    .formatted(
                            sync.report().orElseThrow().subscription(),
                            store.replication().leavesOut()));
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

    private static StoreEngine durable(Path log) {
        return open(WalConfig.durable(log).withNodeId("golden").withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES));
    }

    private static SyncEngine sync(StoreEngine store, InMemoryNetwork network, String... prefixes) {
        NodeId node = store.identity().node();
        return SyncEngine.open(store, SyncConfig.local().withSubscription(prefixes), network.connect(node))
                .orElseThrow();
    }

    private static void begin(Path log) {
        try (StoreEngine store = durable(log);
                SyncEngine sync = sync(store, new InMemoryNetwork(1), "note/", "task/")) {
            assertEquals(2, sync.report().orElseThrow().subscription().size());
            put(store, "note/1");
        }
    }

    private static void write(Path log) {
        InMemoryNetwork network = new InMemoryNetwork(1);
        try (StoreEngine store = durable(log);
                StoreEngine hub = inMemory("hub");
                StoreEngine other = inMemory("other");
                SyncEngine sync = sync(store, network, "note/", "task/");
                SyncEngine hubs = sync(hub, network);
                SyncEngine others = sync(other, network, "mail/")) {
            List<SyncEngine> all = List.of(sync, hubs, others);
            put(hub, "note/1", "mail/1", "note/2");
            pass(all);
            var unused = store.checkpoint().orElseThrow();
            put(other, "mail/2", "note/3");
            put(hub, "mail/3", "task/1", "mail/4");
            put(store, "note/4");
            pass(all);
            assertEquals(hub.context(), store.context());
        }
    }

    private static void put(StoreEngine store, String... keys) {
        for (String key : keys) {
            store.put(Key.of(key), Value.fromString("of " + store.identity().node()))
                    .orElseThrow();
        }
    }

    private static void pass(List<SyncEngine> all) {
        for (int round = 0; round < 30; round++) {
            all.forEach(sync -> {
                var unused = sync.tick().orElseThrow();
            });
        }
    }
}
