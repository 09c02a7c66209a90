package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.LostSequences;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalRecord;

/**
 * The files of a closed log of several segments, and what must be left of it after any damage: exactly the records of the
 * frames whose bytes are as they were, in segments of which a header or its copy is.
 *
 * @param files the bytes of each file, by name
 * @param identity who the log was
 * @param entries where each record stands
 */
record SalvageImage(Map<String, byte[]> files, WalIdentity identity, List<WalInspector.Entry> entries) {

    private static final int SECTOR = 512;

    static WalConfig config(Path path) {
        return WalConfig.durable(path)
                .withProvider(new FileWalProvider())
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES);
    }

    static WalConfig salvage(Path path) {
        return config(path).withRecovery(RecoveryMode.SALVAGE);
    }

    /** An image of a new log of five segments or so. */
    static SalvageImage of(Path directory) {
        SplittableRandom random = new SplittableRandom(42);
        WalIdentity identity;
        try (Wal wal = Wal.open(config(directory).withNodeId("laptop")).orElseThrow()) {
            for (int i = 1; i <= 70; i++) {
                WalBatch batch = new WalBatch();
                for (int j = i % 4 == 0 ? 3 : 1; j > 0; j--) {
                    byte[] payload = new byte[random.nextInt(i % 10 == 0 ? 10_000 : 3_000)];
                    random.nextBytes(payload);
                    batch.add(1 + i % 3, payload);
                }
                if (i % 7 == 0) {
                    batch.at(HybridTimestamp.of(1_800_000_000_000L + i, i));
                }
                wal.log().awaitDurable(wal.log().submit(batch));
            }
            identity = wal.identity();
        }
        List<WalInspector.Entry> entries = new ArrayList<>();
        assertEquals(
                104,
                WalInspector.open(config(directory))
                        .flatMap(inspector -> inspector.dump(entry -> {
                            if (entry.record().isPresent()) {
                                entries.add(entry);
                            }
                        }))
                        .map(all -> entries.size())
                        .orElseThrow());
        return new SalvageImage(LogImage.bytes(directory), identity, entries);
    }

    /** The names of the segments that were started. */
    List<String> segments() {
        return entries.stream().map(WalInspector.Entry::file).distinct().toList();
    }

    long lastSequence() {
        return entries.get(entries.size() - 1).record().orElseThrow().sequence();
    }

    /** A copy of the files, to be damaged. */
    Map<String, byte[]> copy() {
        Map<String, byte[]> copy = new TreeMap<>();
        files.forEach((name, bytes) -> copy.put(name, bytes.clone()));
        return copy;
    }

    static void layOut(Path directory, Map<String, byte[]> files) {
        LogImage.layOut(directory, files, "", new byte[0]);
    }

    /** The records that must be found in damaged files, by sequence. */
    Map<Long, WalRecord> intact(Map<String, byte[]> damaged) {
        Map<Long, WalRecord> left = new TreeMap<>();
        for (WalInspector.Entry entry : entries) {
            byte[] now = damaged.get(entry.file());
            byte[] was = bytesOf(entry.file());
            if (now == null || now.length < SegmentHeader.BYTES) {
                continue;
            }
            int from = (int) entry.offset();
            int to = from + (int) entry.frameBytes();
            boolean header = Arrays.equals(now, 0, SECTOR, was, 0, SECTOR)
                    || Arrays.equals(now, SECTOR, 2 * SECTOR, was, SECTOR, 2 * SECTOR);
            if (header && now.length >= to && Arrays.equals(now, from, to, was, from, to)) {
                left.put(entry.record().orElseThrow().sequence(), entry.record().orElseThrow());
            }
        }
        return left;
    }

    private byte[] bytesOf(String file) {
        return files.getOrDefault(file, new byte[0]);
    }

    /** Fails unless what was lost and what was found are together all there was, to the end or to where it is unknown. */
    void assertAccounted(String what, Set<Long> found, List<LostSequences> lost) {
        Set<Long> accounted = new HashSet<>(found);
        for (LostSequences gap : lost) {
            OptionalLong through = gap.through();
            for (long sequence = gap.from(); sequence <= through.orElse(lastSequence()); sequence++) {
                assertTrue(accounted.add(sequence), what + ": " + sequence + " is lost twice, or lost and found");
            }
        }
        for (long sequence = 1; sequence <= lastSequence(); sequence++) {
            assertTrue(accounted.contains(sequence), what + ": " + sequence + " is gone, and nobody says so");
        }
        assertEquals(lastSequence(), accounted.size(), what);
    }
}
