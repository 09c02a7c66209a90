package softadastra.it.examples;

import java.util.concurrent.atomic.AtomicLong;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** Writes down a state, lets the records go that led to it, and starts from it again. */
public final class WalCheckpoints {

    private WalCheckpoints() {}

    public static void main(String[] args) {
        String path = "example_checkpoint.log";
        try (Wal wal = Wal.open(path).orElseThrow();
                WalWriter writer = wal.writer()) {
            // The state of this program is the sum of all payloads.
            byte sum = 0;
            for (byte i = 1; i <= 4; i++) {
                writer.append(WalRecordType.UPDATE, new byte[] {i}).orElseThrow();
                sum += i;
            }

            WalPin pin = wal.reader().pin(1).orElseThrow();
            try (WalCheckpointWriter checkpoint = wal.log().beginCheckpoint()) {
                checkpoint.write(new byte[] {sum}, 0, 1);
                WalCheckpoint published = checkpoint.publish(checkpoint.beginSequence() - 1);
                System.out.println("Checkpoint covers all up to seq=" + published.endSequence());
            }
            System.out.println("Pinned, the log begins at seq=" + wal.stats().firstSequence());
            pin.close();
            System.out.println("Without the pin at seq=" + wal.stats().firstSequence());
            System.out.println(wal.reader().forEach(1, record -> {}).error().message());

            writer.append(WalRecordType.UPDATE, new byte[] {5}).orElseThrow();
        }

        try (Wal wal = Wal.open(path).orElseThrow()) {
            AtomicLong sum = new AtomicLong();
            WalCheckpoint checkpoint = wal.log().checkpoint().orElseThrow();
            try (WalCheckpointReader state = checkpoint.open()) {
                byte[] bytes = new byte[1];
                state.read(0, bytes, 0, 1);
                sum.set(bytes[0]);
            }
            wal.replayer()
                    .replayFrom(checkpoint.beginSequence(), record -> sum.addAndGet(record.payload()[0]))
                    .orElseThrow();
            System.out.println("Sum after reopening: " + sum);
        }
    }
}
