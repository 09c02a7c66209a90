package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.InMemoryNetwork;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.wal.spi.WalConfig;

/** Nodes that write the logs of {@link GoldenStoreLog}: their clocks stand still, and they do steps when a test says so. */
final class GoldenNodes {

    static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

    private GoldenNodes() {}

    static StoreEngine open(WalConfig log) {
        return StoreEngine.open(StoreConfig.of(log.withClock(InstantSource.fixed(NEW_YEAR)))
                        .withCheckpoints(CheckpointPolicy.manual()))
                .orElseThrow();
    }

    /** The store whose log is checked in. */
    static StoreEngine durable(Path log) {
        return open(WalConfig.durable(log).withNodeId("golden").withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES));
    }

    /** A store that has something to do with that. */
    static StoreEngine inMemory(String name) {
        return open(WalConfig.memory().withNodeId(name));
    }

    static SyncEngine sync(StoreEngine store, SyncConfig config, InMemoryNetwork network) {
        return SyncEngine.open(store, config, network.connect(store.identity().node()))
                .orElseThrow();
    }

    /** Writes to a key by whom that was. */
    static void put(StoreEngine store, String key) {
        put(store, key, "of " + store.identity().node());
    }

    static void put(StoreEngine store, String key, String value) {
        var unused = store.put(Key.of(key), Value.fromString(value)).orElseThrow();
    }

    /** Has them do so many steps, in turns, that all of them have what there is to have. */
    static void pass(List<SyncEngine> all) {
        List<Boolean> steps = new ArrayList<>();
        for (int round = 0; round < 60; round++) {
            all.forEach(sync -> steps.add(sync.tick().isOk()));
        }
        assertEquals(-1, steps.indexOf(false), steps::toString);
    }
}
