package softadastra.wal.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.SplittableRandom;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalWriter;

/** Payloads to write, and how to read them back. */
final class Payloads {

    private Payloads() {}

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static String text(WalRecord record) {
        return new String(record.payload(), UTF_8);
    }

    static List<String> texts(List<WalRecord> records) {
        return records.stream().map(Payloads::text).toList();
    }

    static List<Long> sequences(List<WalRecord> records) {
        return records.stream().map(WalRecord::sequence).toList();
    }

    /** Bytes that compress badly and differ everywhere, the same for the same seed. */
    static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    static List<WalRecord> all(Wal wal) {
        try (WalReader reader = wal.reader()) {
            return reader.readAll().orElseThrow();
        }
    }

    static List<WalRecord> all(WalConfig config) {
        try (WalReader reader = WalReader.open(config).orElseThrow()) {
            return reader.readAll().orElseThrow();
        }
    }

    /** Opens the log as its owner, appends one record for each text, and closes it. */
    static void write(WalConfig config, String... texts) {
        try (WalWriter writer = WalWriter.open(config).orElseThrow()) {
            for (String text : texts) {
                writer.append(64, bytes(text)).orElseThrow();
            }
        }
    }
}
