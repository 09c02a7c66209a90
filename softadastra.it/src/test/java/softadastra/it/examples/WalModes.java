package softadastra.it.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** What each recovery mode makes of a log with damage in the middle. */
public final class WalModes {

    private WalModes() {}

    public static void main(String[] args) {
        WalConfig config = WalConfig.durable("example_modes.log");
        try (WalWriter writer = WalWriter.open(config).orElseThrow()) {
            for (int i = 1; i <= 5; i++) {
                writer.append(WalRecordType.PUT, new byte[100]).orElseThrow();
            }
        }
        damage(config, 3);

        System.out.println("TORN_TAIL: " + Wal.open(config).error().code() + " "
                + Wal.open(config).error().message());
        System.out.println("STRICT: "
                + Wal.open(config.withRecovery(RecoveryMode.STRICT)).error().code());

        try (WalReader reader =
                WalReader.open(config.withRecovery(RecoveryMode.SALVAGE)).orElseThrow()) {
            System.out.println("SALVAGE: " + reader.readAll().orElseThrow().size() + " records");
            reader.recovery().findings().forEach(finding -> System.out.println("  " + finding.message()));
        }
        try (Wal wal = Wal.open(config.withRecovery(RecoveryMode.POINT_IN_TIME)).orElseThrow()) {
            System.out.println("POINT_IN_TIME: " + wal.stats().lastSequence() + " records");
            wal.recovery().findings().forEach(finding -> System.out.println("  " + finding.message()));
        }
    }

    /** Flips a bit of a record, as a bad disk does. */
    private static void damage(WalConfig config, long sequence) {
        WalInspector log = WalInspector.open(config).orElseThrow();
        log.dump(entry -> {
                    if (entry.record().isPresent() && entry.record().get().sequence() == sequence) {
                        flip(Path.of(config.location(), entry.file()), entry.offset() + entry.frameBytes() - 50);
                    }
                })
                .orElseThrow();
    }

    private static void flip(Path file, long position) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 1)).flip();
            channel.write(one, position);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
