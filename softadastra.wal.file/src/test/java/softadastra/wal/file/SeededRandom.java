package softadastra.wal.file;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/** Stands in for the product's randomness: draws from a seed, one for each thread. */
final class SeededRandom extends SecureRandom {

    private static final long serialVersionUID = 1;

    private static final ThreadLocal<SplittableRandom> DRAWN_FROM =
            ThreadLocal.withInitial(() -> new SplittableRandom(1));

    SeededRandom() {
        // No provider is asked for: what it would cost is most of what opening a small log costs.
        super(null, null);
    }

    static void restart(long seed) {
        DRAWN_FROM.set(new SplittableRandom(seed));
    }

    @Override
    public void nextBytes(byte[] bytes) {
        DRAWN_FROM.get().nextBytes(bytes);
    }

    @Override
    public int nextInt() {
        return DRAWN_FROM.get().nextInt();
    }

    @Override
    public long nextLong() {
        return DRAWN_FROM.get().nextLong();
    }
}
