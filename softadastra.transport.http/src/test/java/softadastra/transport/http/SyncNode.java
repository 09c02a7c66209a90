package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.Entry;
import softadastra.store.EntryChange;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.sync.SyncReport;
import softadastra.sync.TransportConfig;
import softadastra.sync.TransportHost;

/** A whole node, in memory: a store, the engine that synchronises it, and the transport under test below. */
final class SyncNode implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** As the engine says. */
    private static final int LONGEST = 72 << 20;

    private final StoreEngine store;
    private final HttpTransport transport;
    private final SyncEngine sync;
    private final BlockingQueue<EntryChange> changes = new LinkedBlockingQueue<>();

    /** Opens it; it calls and is called before anything else happens. */
    SyncNode(String name, TransportConfig config, HttpLimits limits) {
        this.store = StoreEngine.open(StoreConfig.memoryOnly().withNodeId(name)).orElseThrow();
        this.transport = HttpTransportProvider.open(config, new Host(), limits).orElseThrow();
        this.sync = SyncEngine.open(store, SyncConfig.local(), transport).orElseThrow();
        var watch = store.watch("", changes::add).orElseThrow();
        assertNotNull(watch);
        sync.start().orElseThrow();
    }

    /** The limits that a node has. */
    static HttpLimits limits() {
        return HttpLimits.defaults(LONGEST);
    }

    private final class Host implements TransportHost {
        @Override
        public NodeId node() {
            return store.identity().node();
        }

        @Override
        public int maxMessageBytes() {
            return LONGEST;
        }

        @Override
        public Result<SyncReport> report() {
            return sync.report();
        }
    }

    HttpTransport transport() {
        return transport;
    }

    int port() {
        return transport.bound().orElseThrow().getPort();
    }

    SyncReport report() {
        return sync.report().orElseThrow();
    }

    void put(String key, String value) {
        store.put(Key.of(key), Value.fromString(value)).orElseThrow();
    }

    /** Waits until the next keys that change here, one after the other, are these. */
    void awaitChanged(String... keys) throws InterruptedException {
        for (String key : keys) {
            EntryChange change = changes.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertNotNull(change, () -> key + " did not come; links " + transport.links());
            assertEquals(key, change.key().asString());
        }
    }

    /** Waits until so many keys have changed here. */
    void awaitChanges(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            int after = i;
            assertNotNull(
                    changes.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS),
                    () -> "only " + after + " of " + count + " came; links " + transport.links());
        }
    }

    /** Waits until all that it knows have everything that is here. */
    void awaitSynced() {
        assertTrue(sync.awaitSynced(PATIENCE).orElseThrow(), () -> "not synced; links " + transport.links());
    }

    /** Each key with its value and version. */
    Map<String, String> contents() {
        Map<String, String> all = new TreeMap<>();
        for (Entry entry : store.entries().toList()) {
            all.put(entry.key().asString(), entry.value().asString() + " in version " + entry.version());
        }
        return all;
    }

    @Override
    public void close() {
        sync.close();
        store.close();
    }
}
