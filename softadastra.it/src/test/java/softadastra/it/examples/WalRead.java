package softadastra.it.examples;

import java.util.Arrays;
import java.util.List;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** Reads all records of a log at once. */
public final class WalRead {

    private WalRead() {}

    public static void main(String[] args) {
        String path = "example_read.log";
        try (WalWriter writer = WalWriter.open(path).orElseThrow()) {
            writer.append(WalRecordType.PUT, new byte[] {10, 20, 30}).orElseThrow();
            writer.append(WalRecordType.DELETE, new byte[] {40, 50}).orElseThrow();
        }

        try (WalReader reader = WalReader.open(path).orElseThrow()) {
            List<WalRecord> records = reader.readAll().orElseThrow();
            System.out.println("Total records: " + records.size());
            for (WalRecord record : records) {
                System.out.println("sequence  : " + record.sequence());
                System.out.println("type      : " + record.type());
                System.out.println("status    : " + record.status());
                System.out.println("timestamp : " + record.timestamp().millis());
                System.out.println("payload   : " + Arrays.toString(record.payload()));
            }
        }
    }
}
