package softadastra.it.kill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.ChildJvm;
import softadastra.it.Tries;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.wal.spi.WalConfig;

/**
 * A store that is killed with SIGKILL at any moment, while it opens and while it writes with automatic flush, has everything
 * that it acknowledged, in order, whole batches only, and nothing that was not sent to it.
 *
 * <p>Most rounds go on with the log of the round before; every fifth starts a new one. {@code -Dsoftadastra.kills=N} sets how
 * many there are.
 */
class StoreKillTest {
    private static final int ROUNDS = 50;
    private static final int FRESH_EVERY = 5;
    private static final int MOST_ACKNOWLEDGED = 150;

    @TempDir
    Path directory;

    @Test
    void acknowledgedWritesSurviveEveryKill() {
        long seed = Tries.seed();
        int rounds = Tries.rounds("softadastra.kills", ROUNDS);
        SplittableRandom random = new SplittableRandom(seed);
        Victim growing = new Victim(directory.resolve("growing.wal"), seed, random);
        long written = 0;
        for (int round = 1; round <= rounds; round++) {
            boolean fresh = round % FRESH_EVERY == 0;
            Victim victim = fresh ? new Victim(directory.resolve(round + ".wal"), seed + round, random) : growing;
            victim.round("seed " + seed + ", round " + round);
            written += fresh ? victim.steps : 0;
        }
        System.out.println("SIGKILL: " + rounds + " kills of a store, " + (written + growing.steps)
                + " writes recovered, " + growing.model.lastSequence() + " records in the growing log; seed " + seed);
    }

    /** A store, and what is known of it. */
    private static final class Victim {
        private final Path log;
        private final long seed;
        private final SplittableRandom random;
        private final StoreModel model = new StoreModel();
        private long steps;

        Victim(Path log, long seed, SplittableRandom random) {
            this.log = log;
            this.seed = seed;
            this.random = random;
        }

        void round(String name) {
            // Small segments, so that they end often; a log takes what size it is opened with.
            long segmentBytes = WalConfig.MIN_SEGMENT_BYTES << random.nextInt(3);
            int until = random.nextInt(MOST_ACKNOWLEDGED + 1);
            boolean whileOpening = random.nextInt(8) == 0;
            long acknowledged = writeUntilKilled(segmentBytes, until, whileOpening);
            try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow()) {
                apply(acknowledged, store.lastRecoveredSequence());
                assertEquals(model.lastSequence(), store.lastRecoveredSequence(), name);
                assertEquals(model.entries(), StoreModel.entriesOf(store), name);
                assertEquals(Optional.of(model.log()), StoreModel.logOf(store), name);
            }
        }

        /** The number of the last step that the child said was acknowledged. */
        private long writeUntilKilled(long segmentBytes, int until, boolean whileOpening) {
            long acknowledged = steps;
            try (ChildJvm child = ChildJvm.ofTests(
                    List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                    StoreChild.class,
                    log.toString(),
                    Long.toString(seed),
                    Long.toString(segmentBytes),
                    Long.toString(steps + 1))) {
                assertEquals(Optional.of("opening"), child.line());
                if (!whileOpening) {
                    assertEquals(Optional.of("open"), child.line());
                    for (int i = 0; i < until; i++) {
                        acknowledged = next(acknowledged, child.line().orElseThrow());
                    }
                }
                child.kill();
                for (Optional<String> line = child.line(); line.isPresent(); line = child.line()) {
                    acknowledged = line.get().equals("open") ? acknowledged : next(acknowledged, line.get());
                }
            }
            return acknowledged;
        }

        private static long next(long acknowledged, String line) {
            assertEquals(Long.toString(acknowledged + 1), line);
            return acknowledged + 1;
        }

        /** Takes over what was acknowledged, and the one step that may have been under way, if it is there as a whole. */
        private void apply(long acknowledged, long lastSequence) {
            StoreSteps sent = new StoreSteps(seed);
            while (steps < acknowledged) {
                model.apply(sent.step(++steps));
            }
            assertTrue(lastSequence >= model.lastSequence(), () -> "lost: the log ends at " + lastSequence);
            if (lastSequence > model.lastSequence()) {
                model.apply(sent.step(++steps));
            }
        }
    }
}
