package softadastra.it.soak;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.Tries;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;

/**
 * A log that is written to, followed, checkpointed, interrupted, closed under its writers and opened again, round after round,
 * loses nothing that it acknowledged, and takes no more descriptors and no more direct memory as time goes on.
 *
 * <p>{@code -Dsoftadastra.soak=PT10M} has it go on for that long.
 */
class SoakTest {
    static final int WRITERS = 16;

    private static final int ROUNDS = 3;
    private static final int ROUNDS_TO_WARM_UP = 2;
    private static final int MOST_APPENDS = 200;
    private static final long MOST_DESCRIPTORS = 16;
    private static final long MOST_DIRECT_BYTES = 4 << 20;
    private static final long REPORTS = 10;

    @TempDir
    Path directory;

    private final long[] acknowledged = new long[WRITERS];
    private long appended;
    private long interrupts;
    private long checkpoints;
    private final Level open = new Level("while the log was open");
    private final Level closed = new Level("after it was closed");

    @Test
    void nothingIsLostAndNothingPilesUp(TestReporter reporter) throws Exception {
        Optional<Duration> time =
                Optional.ofNullable(System.getProperty("softadastra.soak")).map(Duration::parse);
        int rounds = time.isPresent() ? Integer.MAX_VALUE : Tries.rounds("softadastra.soak.rounds", ROUNDS);
        long begun = System.nanoTime();
        long nanos = time.map(Duration::toNanos).orElse(Long.MAX_VALUE);
        SplittableRandom random = new SplittableRandom(Tries.seed());
        int round = 0;
        long reported = 0;
        while (round < rounds && System.nanoTime() - begun < nanos) {
            round++;
            soak(random);
            closed.sample();
            long part = time.isPresent() ? (System.nanoTime() - begun) / (nanos / REPORTS) : round;
            if (part > reported) {
                reported = part;
                say(round, begun);
            }
        }
        try (Wal wal = open()) {
            long left = new SoakRound(wal, acknowledged).recovered().sequence();
            assertTrue(left >= appended, () -> left + " records of " + appended);
        }
        String figures = round + " rounds, " + WRITERS + " writers, " + appended + " records acknowledged, none lost, "
                + checkpoints + " checkpoints, " + interrupts + " interrupts; seed " + Tries.seed();
        reporter.publishEntry("soak", figures);
        System.out.println("soak: " + figures);
    }

    private void soak(SplittableRandom random) throws InterruptedException {
        Wal wal = open();
        SoakRound one = new SoakRound(wal, acknowledged);
        SoakState state = one.recovered();
        one.run(state, random.nextInt(MOST_APPENDS / 2, MOST_APPENDS), random.nextBoolean(), random, open::sample);
        appended += one.appended();
        interrupts += one.interrupts();
        checkpoints += one.checkpoints();
    }

    private Wal open() {
        WalConfig config =
                WalConfig.durable(directory.resolve("soak.wal")).withSegmentBytes(4 * WalConfig.MIN_SEGMENT_BYTES);
        return Wal.open(config).orElseThrow();
    }

    /** What the process holds, at the same point of each round: no more later than at first. */
    private static final class Level {
        private final String when;
        private int samples;
        private long descriptors;
        private long directBytes;

        Level(String when) {
            this.when = when;
        }

        void sample() {
            long nowOpen = descriptors();
            long nowDirect = directBytes();
            if (++samples <= ROUNDS_TO_WARM_UP) {
                descriptors = Math.max(descriptors, nowOpen);
                directBytes = Math.max(directBytes, nowDirect);
            }
            assertTrue(
                    nowOpen <= descriptors + MOST_DESCRIPTORS,
                    () -> nowOpen + " descriptors " + when + ", sample " + samples + ", " + descriptors + " at first");
            assertTrue(
                    nowDirect <= directBytes + MOST_DIRECT_BYTES,
                    () -> nowDirect + " bytes of direct memory " + when + ", sample " + samples + ", " + directBytes
                            + " at first");
        }
    }

    private void say(int round, long begun) {
        System.out.println("soak: " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun) + " s, round " + round
                + ", " + appended + " records, " + descriptors() + " descriptors, " + directBytes()
                + " bytes of direct memory");
    }

    /** The open descriptors of this process, 0 where that cannot be known. */
    private static long descriptors() {
        Path open = Path.of("/proc/self/fd");
        if (!Files.isDirectory(open)) {
            return 0;
        }
        try (Stream<Path> descriptors = Files.list(open)) {
            return descriptors.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
