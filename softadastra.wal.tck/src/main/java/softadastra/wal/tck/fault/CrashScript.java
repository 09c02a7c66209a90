package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * A workload as a list of steps: made at random from a seed, printed, shrunk when it fails, and given again as text.
 *
 * <pre>
 * seed:42 open append:3x200 await idle kill open append:1x9000 close
 * </pre>
 *
 * @param seed what the payloads are drawn from
 * @param steps what is done, in order
 */
public record CrashScript(long seed, List<CrashStep> steps) {

    private static final String SEED = "seed:";

    /** How large records get: most are small, and some span many sectors, or more than a small segment has left. */
    private static final int[] LARGEST = {40, 300, 1_200, 4_000, 20_000};

    /** A script of steps. */
    public CrashScript {
        steps = List.copyOf(steps);
    }

    /**
     * A script at random: one to five runs of a process, each ended by closing, a kill or a power cut.
     *
     * @param seed the same seed gives the same script
     */
    public static CrashScript random(long seed) {
        SplittableRandom random = new SplittableRandom(Hash.mix(seed));
        List<CrashStep> steps = new ArrayList<>();
        int largest = LARGEST[random.nextInt(LARGEST.length)];
        int runs = 1 + random.nextInt(5);
        for (int run = 0; run < runs; run++) {
            boolean autoFlush = random.nextInt(3) > 0;
            steps.add(new CrashStep.Open(autoFlush, random.nextInt(5) == 0));
            int count = random.nextInt(14);
            for (int i = 0; i < count; i++) {
                addStep(steps, random, largest);
            }
            steps.add(ending(random));
        }
        return new CrashScript(seed, steps);
    }

    private static void addStep(List<CrashStep> steps, SplittableRandom random, int largest) {
        switch (random.nextInt(16)) {
            case 0, 1, 2 -> steps.add(new CrashStep.Await());
            case 3, 4 -> steps.add(new CrashStep.Idle());
            case 5 -> {
                if (random.nextInt(4) == 0) {
                    steps.add(new CrashStep.FailForce());
                    addFailing(steps, random, largest);
                }
            }
            case 6 -> {
                steps.add(new CrashStep.Begin(random.nextInt(3) == 0 ? random.nextInt(40_000) : random.nextInt(700)));
                if (random.nextBoolean()) {
                    addPublishing(steps, random);
                }
            }
            case 7 -> steps.add(random.nextInt(3) == 0 ? new CrashStep.Pin() : new CrashStep.Publish());
            case 8 -> {
                if (random.nextInt(3) == 0) {
                    steps.add(new CrashStep.KillAfter(random.nextInt(12)));
                }
            }
            default -> {
                int records = random.nextInt(3) == 0 ? 2 + random.nextInt(3) : 1;
                steps.add(new CrashStep.Append(records, random.nextInt(largest)));
            }
        }
    }

    /** What comes upon the failure, or before it: an append, a checkpoint, and now and then a recovery in place. */
    private static void addFailing(List<CrashStep> steps, SplittableRandom random, int largest) {
        if (random.nextBoolean()) {
            steps.add(new CrashStep.Append(1, random.nextInt(largest)));
            steps.add(new CrashStep.Await());
        }
        if (random.nextBoolean()) {
            steps.add(new CrashStep.Recover());
        }
    }

    /** Now and then the process is killed while it publishes. */
    private static void addPublishing(List<CrashStep> steps, SplittableRandom random) {
        if (random.nextInt(3) == 0) {
            steps.add(new CrashStep.KillAfter(random.nextInt(8)));
        }
        steps.add(new CrashStep.Publish());
    }

    private static CrashStep ending(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> new CrashStep.Kill();
            case 1 -> new CrashStep.Cut(random.nextInt(1_000));
            default -> new CrashStep.Close();
        };
    }

    /**
     * The script of a text, as {@link #toString} gives it.
     *
     * @throws IllegalArgumentException if it is none, naming what is wrong
     */
    public static CrashScript parse(String text) {
        List<CrashStep> steps = new ArrayList<>();
        long seed = 0;
        for (String word : text.strip().split("\\s+", -1)) {
            if (word.startsWith(SEED)) {
                seed = Long.parseLong(word.substring(SEED.length()));
            } else {
                steps.add(CrashStep.parse(word)
                        .orElseThrow(() -> new IllegalArgumentException("no step of a crash script: " + word)));
            }
        }
        return new CrashScript(seed, steps);
    }

    @Override
    public String toString() {
        return SEED + seed + steps.stream().map(step -> " " + step).collect(Collectors.joining());
    }
}
