package softadastra.it.examples;

import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** Reads the records of a log one by one, in constant memory. */
public final class WalStream {

    private WalStream() {}

    public static void main(String[] args) {
        String path = "example_stream.log";
        try (WalWriter writer = WalWriter.open(path).orElseThrow()) {
            writer.append(WalRecordType.PUT, new byte[] {10, 20, 30}).orElseThrow();
            writer.append(WalRecordType.DELETE, new byte[] {40, 50}).orElseThrow();
        }

        try (WalReader reader = WalReader.open(path).orElseThrow()) {
            reader.forEach(record -> System.out.println("[record] seq=" + record.sequence()
                            + " type=" + record.type()
                            + " status=" + record.status()
                            + " timestamp=" + record.timestamp().millis()
                            + " payload_size=" + record.payload().length))
                    .orElseThrow();
        }
    }
}
