package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static softadastra.it.format.GoldenNodes.durable;
import static softadastra.it.format.GoldenNodes.inMemory;
import static softadastra.it.format.GoldenNodes.pass;
import static softadastra.it.format.GoldenNodes.put;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.store.StoreEngine;
import softadastra.sync.InMemoryNetwork;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;

/**
 * Logs of nodes that want some of the keys, checked in under {@code src/test/resources/golden/v1}: {@code store-subscription}, which has
 * what it wants, what another one does, and operations that are left out, in a checkpoint and behind it; and {@code
 * store-subscription-begun}, in which nothing is left out yet. See {@link GoldenStoreLog}.
 */
class GoldenSubscriptionTest {

    private static final GoldenStoreLog GOLDEN = new GoldenStoreLog("store-subscription");
    private static final GoldenStoreLog BEGUN = new GoldenStoreLog("store-subscription-begun");

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
        return GoldenStoreLog.described(log, (store, sync, text) -> {
            text.line("wants %s, leaves out: %s"
                    .formatted(
                            sync.report().orElseThrow().subscription(),
                            store.replication().leavesOut()));
            text.entries();
            long operations = text.operations();
            long notes = text.notes();
            text.line("operations %d, notes %d, holds %s"
                    .formatted(operations, notes, store.context().counters()));
        });
    }

    private static SyncEngine sync(StoreEngine store, InMemoryNetwork network, String... prefixes) {
        return GoldenNodes.sync(store, SyncConfig.local().withSubscription(prefixes), network);
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
            putAll(hub, "note/1", "mail/1", "note/2");
            pass(all);
            var unused = store.checkpoint().orElseThrow();
            putAll(other, "mail/2", "note/3");
            putAll(hub, "mail/3", "task/1", "mail/4");
            put(store, "note/4");
            pass(all);
            assertEquals(hub.context(), store.context());
        }
    }

    private static void putAll(StoreEngine store, String... keys) {
        Stream.of(keys).forEach(key -> put(store, key));
    }
}
