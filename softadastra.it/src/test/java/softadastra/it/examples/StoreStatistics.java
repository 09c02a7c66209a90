package softadastra.it.examples;

import softadastra.store.Key;
import softadastra.store.Snapshot;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.StoreStats;
import softadastra.store.Value;

/** What a store says of itself. */
public final class StoreStatistics {

    private StoreStatistics() {}

    public static void main(String[] args) {
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable("data/statistics.wal"))
                        .orElseThrow();
                Snapshot snapshot = store.snapshot()) {
            for (int i = 0; i < 100; i++) {
                store.put(Key.of("user:" + i % 10), Value.fromString("v")).orElseThrow();
            }
            StoreStats stats = store.stats();
            System.out.println("entries          : " + stats.entries() + ", then " + snapshot.size());
            System.out.println("live bytes       : " + stats.liveBytes());
            System.out.println("bytes on disk    : " + stats.totalBytes());
            System.out.println("applied, durable : " + stats.appliedSequence() + ", " + stats.durableSequence());
            System.out.println("checkpointed     : " + stats.checkpointSequence());
            System.out.println("open snapshots   : " + stats.snapshots());
            System.out.println("mean group       : " + stats.wal().meanGroup());
            System.out.println(
                    "force p99        : " + stats.wal().forceLatency().p99() / 1_000 + " us");
        }
    }
}
