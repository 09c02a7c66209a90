package softadastra.store;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import softadastra.store.ModelStep.Verb;

/**
 * What is done to a store, step by step: made at random from a seed, printed, shrunk when it fails, and given again as text.
 *
 * <pre>
 * seed:42 open:2 put:3:120 batch:3:9:4:-1 crash:5:77 checkpoint open put:3:1
 * </pre>
 *
 * @param seed what values, clocks and looks are drawn from
 * @param inMemory whether the log is the one in memory, without crashes
 * @param steps what is done, in order
 */
record ModelScript(long seed, boolean inMemory, List<ModelStep> steps) {

    private static final String SEED = "seed:";
    private static final String MEMORY = "memory";
    private static final int MAX_STEPS = 70;
    private static final int LARGE = 24_000;

    ModelScript {
        steps = List.copyOf(steps);
    }

    /** The script of a text, as {@link #toString} gives it; a seed alone is that of a random one. */
    static ModelScript parse(String text) {
        String[] words = text.strip().split("\\s+", -1);
        if (!words[0].startsWith(SEED)) {
            throw new IllegalArgumentException("no script: " + text);
        }
        long seed = Long.parseLong(words[0].substring(SEED.length()));
        if (words.length == 1) {
            return random(seed);
        }
        boolean inMemory = words[1].equals(MEMORY);
        List<ModelStep> steps = new ArrayList<>();
        for (int i = inMemory ? 2 : 1; i < words.length; i++) {
            steps.add(ModelStep.parse(words[i]));
        }
        return new ModelScript(seed, inMemory, steps);
    }

    /** What the steps of a seed are made from. */
    static SplittableRandom choices(long seed) {
        // No multiple of what the generator adds by itself: each seed would choose as the one before, but for the
        // first time; and not the seed, from which values, clocks and looks are drawn.
        return new SplittableRandom(seed ^ 0x2545F4914F6CDD1DL);
    }

    static ModelScript random(long seed) {
        return new Maker(seed).make();
    }

    ModelScript with(List<ModelStep> other) {
        return new ModelScript(seed, inMemory, other);
    }

    @Override
    public String toString() {
        return SEED
                + seed
                + (inMemory ? " " + MEMORY : "")
                + steps.stream().map(step -> " " + step).collect(Collectors.joining());
    }

    /** Makes one at random. */
    private static final class Maker {
        private final long seed;
        private final SplittableRandom random;
        private final List<ModelStep> steps = new ArrayList<>();
        private final boolean inMemory;
        private final int keys;
        private final int largest;

        /** What this script is rich in. */
        private final boolean async;

        private final boolean faults;
        private final int options;

        Maker(long seed) {
            this.seed = seed;
            this.random = choices(seed);
            this.inMemory = random.nextInt(8) == 0;
            this.keys = 2 + random.nextInt(ModelKeys.KEYS.size() - 1);
            this.largest = new int[] {20, 60, 300, 3_000}[random.nextInt(4)];
            this.async = random.nextInt(3) == 0;
            this.faults = !inMemory && random.nextInt(3) == 0;
            this.options = random.nextInt(ModelOptions.ALL);
        }

        ModelScript make() {
            int count = 5 + random.nextInt(MAX_STEPS - 5);
            add(Verb.OPEN, options);
            while (steps.size() < count) {
                step();
            }
            return new ModelScript(seed, inMemory, steps);
        }

        private void add(Verb verb, Integer... numbers) {
            steps.add(ModelStep.of(verb, numbers));
        }

        private int key() {
            return random.nextInt(keys);
        }

        private int length() {
            return random.nextInt(60) == 0 ? random.nextInt(LARGE) : random.nextInt(largest);
        }

        private void step() {
            int choice = random.nextInt(100);
            if (choice < 50) {
                write();
            } else if (choice < 56) {
                add(random.nextInt(3) > 0 ? Verb.SNAP : Verb.UNSNAP, random.nextInt(4));
            } else if (choice < 63) {
                watch();
            } else if (choice < 70) {
                checkpoint();
            } else if (choice < 73) {
                add(Verb.LOAD);
            } else if (choice < 76) {
                add(Verb.IDLE);
            } else if (choice < 78) {
                add(Verb.HISTORY);
            } else if (choice < 80) {
                add(Verb.TICK, random.nextInt(2_000) - 700);
            } else if (choice < 84) {
                add(Verb.FLUSH);
            } else if (choice < 87) {
                add(random.nextBoolean() ? Verb.EVENT : Verb.FOREIGN, random.nextInt(largest));
            } else if (choice < 92) {
                add(Verb.OPEN, random.nextInt(3) == 0 ? random.nextInt(ModelOptions.ALL) : options);
            } else if (!inMemory) {
                trouble();
            }
        }

        private void write() {
            boolean later = async && random.nextBoolean();
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4, 5, 6 -> add(later ? Verb.APUT : Verb.PUT, key(), length());
                case 7, 8, 9 -> add(later ? Verb.AREMOVE : Verb.REMOVE, key());
                case 10, 11, 12, 13 -> batch(later ? Verb.ABATCH : Verb.BATCH);
                case 14, 15 -> add(Verb.PUTNEW, key(), length());
                case 16, 17 -> add(Verb.PUTIF, key(), length(), random.nextInt(4));
                case 18 -> add(Verb.REMOVEIF, key(), random.nextInt(4));
                default -> add(later ? Verb.ANSWER : Verb.PUT, key(), length());
            }
        }

        private void batch(Verb verb) {
            List<Integer> numbers = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                numbers.add(key());
                numbers.add(random.nextInt(3) == 0 ? ModelStep.REMOVED : length());
            }
            steps.add(new ModelStep(verb, numbers));
        }

        private void checkpoint() {
            Verb verb = random.nextInt(3) == 0 ? Verb.AUTO : Verb.CHECKPOINT;
            add(verb, random.nextInt(4) / 2 * random.nextInt(3), random.nextInt(4) / 2 * random.nextInt(3));
        }

        private void watch() {
            switch (random.nextInt(7)) {
                case 0, 1, 2 ->
                    add(Verb.WATCH, random.nextInt(ModelKeys.RANGES.size()), random.nextInt(2) * random.nextInt(12));
                case 3 -> add(Verb.UNWATCH, random.nextInt(3));
                default -> add(Verb.TELL);
            }
        }

        private void trouble() {
            int kind = random.nextInt(faults ? 8 : 4);
            switch (kind) {
                case 0 -> add(Verb.KILL);
                case 1 -> add(Verb.CUT, random.nextInt(1_000));
                case 2, 3 -> {
                    add(Verb.CRASH, random.nextInt(18), random.nextInt(3) * random.nextInt(1_000));
                    busy();
                }
                case 4 -> {
                    add(Verb.FULL, random.nextInt(2) * random.nextInt(30_000));
                    busy();
                    add(random.nextBoolean() ? Verb.ROOM : Verb.OPEN, options);
                }
                default -> {
                    add(Verb.FAIL, random.nextInt(14), random.nextInt(3), random.nextInt(2));
                    busy();
                    add(Verb.OPEN, options);
                }
            }
        }

        /** What a crash or a failure comes in the middle of. */
        private void busy() {
            switch (random.nextInt(4)) {
                case 0 -> checkpoint();
                case 1 -> batch(Verb.BATCH);
                case 2 -> add(Verb.OPEN, options);
                default -> {}
            }
            for (int i = random.nextInt(5); i > 0; i--) {
                write();
            }
        }
    }
}
