package softadastra.it.examples;

import softadastra.store.CheckpointPolicy;
import softadastra.store.Key;
import softadastra.store.StoreCheckpoint;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** A log that is written over and over, and what a checkpoint makes of it. */
public final class StoreCheckpoints {

    private StoreCheckpoints() {}

    public static void main(String[] args) {
        // Sooner than by default, for a disk that is dear; manual() for never.
        StoreConfig config = StoreConfig.durable("data/checkpoints.wal")
                .withAutoFlush(false)
                .withCheckpoints(CheckpointPolicy.whenGrown().withGrowth(0.5));
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            for (int i = 0; i < 5_000; i++) {
                store.put(Key.of("counter"), Value.fromString("is at " + i)).orElseThrow();
            }
            long before = store.stats().totalBytes();
            StoreCheckpoint checkpoint = store.checkpoint().orElseThrow();
            System.out.println(
                    "Checkpoint of " + checkpoint.entries() + " entry up to sequence " + checkpoint.sequence());
            System.out.println("Smaller: " + (store.stats().totalBytes() < before));
        }
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            System.out.println("Operations to replay: " + store.recovery().operations());
        }
    }
}
