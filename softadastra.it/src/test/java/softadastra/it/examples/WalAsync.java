package softadastra.it.examples;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import softadastra.core.Result;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** One thread keeps the disk busy, with a bounded number of appends under way. */
public final class WalAsync {

    private WalAsync() {}

    public static void main(String[] args) {
        int mostInFlight = 256;
        Queue<CompletableFuture<Result<Long>>> inFlight = new ArrayDeque<>();
        long acknowledged = 0;
        try (WalWriter writer = WalWriter.open("example_async.log").orElseThrow()) {
            for (int i = 0; i < 2_000; i++) {
                if (inFlight.size() == mostInFlight) {
                    // The oldest; one force answers it, and with it most of the others.
                    acknowledged = inFlight.remove().join().orElseThrow();
                }
                inFlight.add(writer.appendAsync(WalRecordType.PUT, new byte[100]));
            }
            while (!inFlight.isEmpty()) {
                acknowledged = inFlight.remove().join().orElseThrow();
            }
        }
        System.out.println("On stable storage up to seq=" + acknowledged);
    }
}
