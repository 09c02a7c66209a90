package softadastra.it.kill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.ChildJvm;
import softadastra.it.Tries;
import softadastra.it.kill.LogGroups.Place;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;

/**
 * A log to which several threads append records and batches, killed with SIGKILL at any moment, has every group that it
 * acknowledged at the sequence that it told, each thread's in order, whole, and nothing that was not sent to it. A reader
 * that looks before anybody recovers the log sees the same.
 *
 * <p>{@code -Dsoftadastra.log.kills=N} sets how many rounds there are.
 */
class LogKillTest {
    private static final int ROUNDS = 15;
    private static final int THREADS = 4;
    private static final int MOST_ACKNOWLEDGED = 400;

    @TempDir
    Path directory;

    private final long seed = Tries.seed();
    private final LogGroups groups = new LogGroups(seed);

    /** The last sequence of every group that was acknowledged, by thread and group. */
    private final List<TreeMap<Long, Long>> acknowledged = new ArrayList<>();

    /** How many groups of each thread the log has. */
    private final long[] found = new long[THREADS];

    @Test
    void acknowledgedGroupsSurviveEveryKill() {
        int rounds = Tries.rounds("softadastra.log.kills", ROUNDS);
        SplittableRandom random = new SplittableRandom(seed);
        Path log = directory.resolve("growing.wal");
        for (int thread = 0; thread < THREADS; thread++) {
            acknowledged.add(new TreeMap<>());
        }
        long records = 0;
        for (int round = 1; round <= rounds; round++) {
            String name = "seed " + seed + ", round " + round;
            writeUntilKilled(log, WalConfig.MIN_SEGMENT_BYTES << random.nextInt(3), random.nextInt(MOST_ACKNOWLEDGED));
            List<WalRecord> seen = read(log);
            try (Wal wal = Wal.open(log).orElseThrow()) {
                List<WalRecord> recovered = wal.reader().readAll().orElseThrow();
                assertSame(seen, recovered, name);
                check(recovered, name);
                records = recovered.size();
            }
        }
        System.out.println("SIGKILL: " + rounds + " kills of a log with " + THREADS + " writers, " + records
                + " records recovered; seed " + seed);
    }

    private void writeUntilKilled(Path log, long segmentBytes, int until) {
        List<String> arguments =
                new ArrayList<>(List.of(log.toString(), Long.toString(seed), Long.toString(segmentBytes)));
        for (long groupsOfThread : found) {
            arguments.add(Long.toString(groupsOfThread));
        }
        try (ChildJvm child = ChildJvm.ofTests(
                List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                LogChild.class,
                arguments.toArray(String[]::new))) {
            assertEquals(Optional.of("open"), child.line());
            for (int i = 0; i < until; i++) {
                acknowledge(child.line().orElseThrow());
            }
            child.kill();
            for (Optional<String> line = child.line(); line.isPresent(); line = child.line()) {
                acknowledge(line.get());
            }
        }
    }

    private void acknowledge(String line) {
        String[] parts = line.split(" ", -1);
        assertEquals(3, parts.length, line);
        acknowledged.get(Integer.parseInt(parts[0])).put(Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }

    private static List<WalRecord> read(Path log) {
        try (WalReader reader = WalReader.open(log).orElseThrow()) {
            return reader.readAll().orElseThrow();
        }
    }

    /** The same but for what is proven by now. */
    private static void assertSame(List<WalRecord> seen, List<WalRecord> recovered, String name) {
        assertEquals(seen.size(), recovered.size(), name);
        for (int i = 0; i < seen.size(); i++) {
            WalRecord one = seen.get(i);
            WalRecord other = recovered.get(i);
            assertEquals(
                    new WalRecord(one.sequence(), one.typeCode(), other.status(), one.timestamp(), one.payload()),
                    other,
                    name);
        }
    }

    private void check(List<WalRecord> records, String name) {
        long[] next = new long[THREADS];
        Place open = new Place(0, 0, 0, 1);
        for (int i = 0; i < records.size(); i++) {
            WalRecord record = records.get(i);
            Place place = Place.of(record.payload());
            Place expected = open.isLast()
                    ? new Place(place.thread(), next[place.thread()], 0, groups.size(place.thread(), place.group()))
                    : open.next();
            assertEquals(expected, place, name);
            assertEquals(i + 1, record.sequence(), name);
            assertEquals(LogGroups.typeCode(place.thread()), record.typeCode(), name);
            assertArrayEquals(groups.payload(place.thread(), place.group(), place.index()), record.payload(), name);
            if (place.isLast()) {
                Long told = acknowledged.get(place.thread()).get(place.group());
                assertTrue(told == null || told == record.sequence(), () -> name + ": " + place + " was at " + told);
                next[place.thread()]++;
            }
            open = place;
        }
        assertTrue(open.isLast(), () -> name + ": the last batch is cut short");
        for (int thread = 0; thread < THREADS; thread++) {
            // Each thread waits for one group before it sends the next, so one may be there that nobody was told of.
            long sure = Math.max(found[thread], lastAcknowledged(thread) + 1);
            long there = next[thread];
            assertTrue(there == sure || there == sure + 1, () -> name + ": " + there + " groups, told of " + sure);
            found[thread] = there;
        }
    }

    private long lastAcknowledged(int thread) {
        TreeMap<Long, Long> told = acknowledged.get(thread);
        return told.isEmpty() ? -1 : told.lastKey();
    }
}
