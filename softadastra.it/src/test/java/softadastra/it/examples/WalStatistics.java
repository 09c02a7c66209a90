package softadastra.it.examples;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalStats;
import softadastra.wal.spi.WalWriter;

/** Eight threads append, and the log says how it served them. */
public final class WalStatistics {

    private WalStatistics() {}

    public static void main(String[] args) {
        // The common pool may have a single thread, and what waits for a force keeps it.
        Executor threads = task -> new Thread(task).start();
        try (Wal wal = Wal.open("example_stats.log").orElseThrow();
                WalWriter writer = wal.writer()) {
            CompletableFuture<?>[] appending = IntStream.range(0, 8)
                    .mapToObj(thread -> CompletableFuture.runAsync(() -> append(writer), threads))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(appending).join();

            WalStats stats = wal.stats();
            System.out.println("appended         : " + stats.appended());
            System.out.println("durable sequence : " + stats.durableSequence());
            System.out.println("mean group       : " + stats.meanGroup());
            System.out.println("largest group    : " + stats.largestGroup());
            System.out.println("forces           : " + stats.forces());
            System.out.println("force p50, p99   : " + stats.forceLatency().p50() / 1_000 + ", "
                    + stats.forceLatency().p99() / 1_000 + " us");
            System.out.println("segments         : " + stats.segments());
            System.out.println("bytes on disk    : " + stats.bytes());
        }
    }

    private static void append(WalWriter writer) {
        for (int i = 0; i < 100; i++) {
            writer.append(WalRecordType.PUT, new byte[100]).orElseThrow();
        }
    }
}
