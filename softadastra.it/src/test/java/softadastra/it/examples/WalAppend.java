package softadastra.it.examples;

import softadastra.core.Result;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** Appends one record: when append answers ok, the record is on stable storage. */
public final class WalAppend {

    private WalAppend() {}

    public static void main(String[] args) {
        try (WalWriter writer = WalWriter.open("example_append.log").orElseThrow()) {
            Result<Long> appended = writer.append(WalRecordType.PUT, new byte[] {1, 2, 3});
            if (appended.isErr()) {
                System.err.println(appended.error().display());
                return;
            }
            System.out.println("Appended record #" + appended.value());
        }
    }
}
