package softadastra.it.examples;

import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** Writes two records into a log, and makes them durable with one flush. */
public final class WalWrite {

    private WalWrite() {}

    public static void main(String[] args) {
        String path = "example_wal.log";
        WalConfig config = WalConfig.durable(path).withAutoFlush(false);
        try (WalWriter writer = WalWriter.open(config).orElseThrow()) {
            long first =
                    writer.append(WalRecordType.PUT, new byte[] {10, 20, 30}).orElseThrow();
            System.out.println("Written record seq=" + first);
            long second = writer.append(WalRecordType.PUT, new byte[] {40, 50}).orElseThrow();
            System.out.println("Written record seq=" + second);

            // Without autoFlush, this is what makes them durable.
            writer.flush().orElseThrow();
            System.out.println("WAL written to: " + path);
        }
    }
}
