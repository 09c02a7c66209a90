package softadastra.it.kill;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.Value;

/**
 * What the child writes into its store, step by step, the same for the same seed, so that the parent knows without being told: a
 * put, a removal, or a batch of both.
 */
record StoreSteps(long seed) {
    private static final int KEYS = 120;

    /** Step {@code number}, from 1. More than one operation is a batch. */
    List<Operation> step(long number) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
        int size = random.nextInt(10) < 8 ? 1 : random.nextInt(2, 7);
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Key key = Key.of("key-" + random.nextInt(KEYS));
            operations.add(random.nextInt(4) == 0 ? Operation.delete(key) : Operation.put(key, value(random)));
        }
        return operations;
    }

    private static Value value(SplittableRandom random) {
        // Some are large, so that segments end often and in the middle of everything.
        byte[] bytes = new byte[random.nextInt(40) == 0 ? 40_000 : random.nextInt(300)];
        random.nextBytes(bytes);
        return Value.of(bytes);
    }
}
