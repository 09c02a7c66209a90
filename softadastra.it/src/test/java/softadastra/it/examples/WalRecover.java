package softadastra.it.examples;

import java.nio.file.Path;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalWriter;
import softadastra.wal.spi.storage.FileStorage;
import softadastra.wal.tck.fault.FaultInjectingStorage;
import softadastra.wal.tck.fault.IoFailure;
import softadastra.wal.tck.fault.IoFaults;
import softadastra.wal.tck.fault.IoKind;

/** Goes on after the disk has failed, without closing the log. */
public final class WalRecover {

    private WalRecover() {}

    public static void main(String[] args) {
        Path path = Path.of("example_recover.log");
        // A disk of the test kit, which fails when it is told to.
        FaultInjectingStorage disk = new FaultInjectingStorage(FileStorage.at(path), IoFaults.none());
        WalConfig config = WalConfig.durable(path).withStorage(place -> disk);
        try (Wal wal = Wal.open(config).orElseThrow();
                WalWriter writer = wal.writer()) {
            writer.append(WalRecordType.PUT, new byte[] {1}).orElseThrow();

            disk.setFaults(IoFaults.once(IoKind.FORCE, disk.calls(IoKind.FORCE) + 1, IoFailure.IO_ERROR));
            SoftadastraError unknown =
                    writer.append(WalRecordType.PUT, new byte[] {2}).error();
            System.out.println(unknown.code() + ": " + unknown.message());
            SoftadastraError refused =
                    writer.append(WalRecordType.PUT, new byte[] {3}).error();
            System.out.println(refused.code() + ": " + refused.message());

            // Reads what is on the disk, which alone knows whether record 2 is there.
            WalRecovery recovered = wal.recover().orElseThrow();
            System.out.println("Recovered up to seq=" + recovered.lastSequence());
            long next = writer.append(WalRecordType.PUT, new byte[] {3}).orElseThrow();
            System.out.println("Appended seq=" + next);
        }
    }
}
