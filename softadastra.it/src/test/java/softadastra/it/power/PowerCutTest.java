package softadastra.it.power;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.ChildJvm;
import softadastra.it.Tries;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.tck.kill.KillGroups;
import softadastra.wal.tck.kill.KillGroups.Place;

/**
 * A log on a real file system, under a real kernel, has after a power cut at any moment whatever it had acknowledged before,
 * each batch whole, and nothing that was not sent to it.
 *
 * <p>{@code -Dsoftadastra.powercuts=200} sets how many cuts there are. It takes root, loop devices, and an XFS that copies by
 * reference, so that without the option there are none.
 */
class PowerCutTest {
    private static final int CUTS = Integer.getInteger("softadastra.powercuts", 0);
    private static final int CUTS_PER_LOG = 10;
    private static final int THREADS = 4;
    private static final int MOST_ACKNOWLEDGED = 300;
    private static final String END = "the child has ended";

    @TempDir
    Path directory;

    private final long seed = Tries.seed();
    private final SplittableRandom random = new SplittableRandom(seed);
    private final KillGroups groups = new KillGroups(seed);
    private long records;
    private long promised;
    private int torn;
    private int empty;

    @Test
    void whatWasAcknowledgedSurvivesEveryPowerCut(TestReporter reporter) throws IOException {
        assumeTrue(
                CUTS > 0, "power is cut with -Dsoftadastra.powercuts=200, by root, on loop devices with XFS and ext4");
        StringBuilder lacking = new StringBuilder();
        Optional<LoopDisk> made = LoopDisk.make(directory, lacking);
        assumeTrue(made.isPresent(), () -> "no disk whose power can be cut: " + lacking);
        try (LoopDisk disk = made.orElseThrow()) {
            int cuts = 0;
            for (int log = 1; cuts < CUTS; log++) {
                int here = Math.min(CUTS_PER_LOG, CUTS - cuts);
                cutWhileWriting(disk, "log-" + log, here);
                cuts += here;
            }
        }
        String figures = CUTS + " cuts, " + promised + " acknowledged groups looked for, " + records
                + " records recovered, " + torn + " torn tails, " + empty + " logs cut before their first record, "
                + "none lost; seed " + seed;
        reporter.publishEntry("power cuts", figures);
        System.out.println("power cuts: " + figures);
    }

    private void cutWhileWriting(LoopDisk disk, String name, int cuts) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                disk.path().resolve(name).toString(),
                Long.toString(seed),
                Long.toString(WalConfig.MIN_SEGMENT_BYTES << random.nextInt(4))));
        for (int thread = 0; thread < THREADS; thread++) {
            arguments.add("0");
        }
        Map<String, Long> acknowledged = new HashMap<>();
        try (ChildJvm child = ChildJvm.ofTests(
                List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                CutChild.class,
                arguments.toArray(String[]::new))) {
            // Read on all the time: a child that waits for its reader writes nothing that a cut could hit.
            BlockingQueue<String> lines = new LinkedBlockingQueue<>();
            Thread reader = new Thread(() -> readAll(child, lines));
            reader.start();
            for (int cut = 1; cut <= cuts; cut++) {
                // The first one also comes while the log is made.
                for (int left = random.nextInt(cut == 1 ? 3 : MOST_ACKNOWLEDGED); left > 0; left--) {
                    acknowledge(acknowledged, next(lines));
                }
                List<String> more = new ArrayList<>();
                lines.drainTo(more);
                more.forEach(line -> acknowledge(acknowledged, line));
                disk.cut();
                check(disk, name, acknowledged, "seed " + seed + ", " + name + ", cut " + cut);
            }
            child.kill();
            join(reader);
        }
    }

    private static void readAll(ChildJvm child, BlockingQueue<String> lines) {
        for (Optional<String> line = child.line(); line.isPresent(); line = child.line()) {
            lines.add(line.get());
        }
        lines.add(END);
    }

    private static void join(Thread reader) {
        try {
            reader.join();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted after the last cut", e);
        }
    }

    private static String next(BlockingQueue<String> lines) {
        try {
            return lines.take();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted between two cuts", e);
        }
    }

    private static void acknowledge(Map<String, Long> acknowledged, String line) {
        String[] parts = line.split(" ", -1);
        if (parts.length == 3) {
            acknowledged.put(parts[0] + " " + parts[1], Long.parseLong(parts[2]));
        } else {
            assertEquals("open", line);
        }
    }

    private void check(LoopDisk disk, String name, Map<String, Long> acknowledged, String what) throws IOException {
        Path mounted = disk.mountCut();
        try (Wal wal = Wal.open(mounted.resolve(name)).orElseThrow()) {
            List<WalRecord> found = wal.reader().readAll().orElseThrow();
            Map<String, Long> ends = ends(found, what);
            acknowledged.forEach(
                    (group, sequence) -> assertEquals(sequence, ends.get(group), () -> what + ": " + group));
            promised += acknowledged.size();
            records += found.size();
            torn += wal.recovery().tornBytes() > 0 ? 1 : 0;
            empty += found.isEmpty() ? 1 : 0;
        } finally {
            disk.unmountCut();
        }
    }

    /** The last sequence of each group; each is whole, as it was sent, and each thread's are in order. */
    private Map<String, Long> ends(List<WalRecord> found, String what) {
        Map<String, Long> ends = new HashMap<>();
        long[] next = new long[THREADS];
        int index = 0;
        for (int i = 0; i < found.size(); i++) {
            WalRecord record = found.get(i);
            Place place = Place.of(record.payload());
            assertEquals(i + 1L, record.sequence(), what);
            assertEquals(next[place.thread()], place.group(), what);
            assertEquals(index, place.index(), what);
            assertArrayEquals(groups.payload(place.thread(), place.group(), index), record.payload(), what);
            index = place.isLast() ? 0 : index + 1;
            if (place.isLast()) {
                ends.put(place.thread() + " " + place.group(), record.sequence());
                next[place.thread()]++;
            }
        }
        assertTrue(index == 0, () -> what + ": the last batch is cut short");
        return ends;
    }
}
