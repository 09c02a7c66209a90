package softadastra.it.examples;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalFollower;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** Tails a log that somebody appends to. */
public final class WalFollow {

    private WalFollow() {}

    public static void main(String[] args) {
        try (Wal wal = Wal.open("example_follow.log").orElseThrow();
                WalWriter writer = wal.writer();
                WalReader reader = wal.reader();
                WalFollower follower = reader.follow(1).orElseThrow()) {
            CompletableFuture<Void> appending = CompletableFuture.runAsync(() -> {
                for (int i = 1; i <= 3; i++) {
                    writer.append(WalRecordType.PUT, new byte[i]).orElseThrow();
                }
            });

            // Waits for records to come; hands over each once, in order, and none before it is durable.
            while (follower.nextSequence() <= 3) {
                follower.poll(
                                Duration.ofSeconds(10),
                                record -> System.out.println("Followed seq=" + record.sequence()
                                        + " status=" + record.status()
                                        + " payload_size=" + record.payload().length))
                        .orElseThrow();
            }
            appending.join();
        }
    }
}
