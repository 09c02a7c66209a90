package softadastra.store;

import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.UUID;
import softadastra.wal.spi.WalConfig;

/**
 * Stands in for what the file log has of chance and choice, for {@link AlteredClasses}: draws from a seed, one for each thread.
 * Public for those classes.
 */
public final class SeededRandom extends SecureRandom {

    private static final long serialVersionUID = 1;

    private static final ThreadLocal<SplittableRandom> DRAWN_FROM =
            ThreadLocal.withInitial(() -> new SplittableRandom(1));

    /** In place of {@link SecureRandom}'s own. */
    public SeededRandom() {
        // No provider is asked for: what it would cost is most of what opening a small log costs.
        super(null, null);
    }

    static void restart(long seed) {
        DRAWN_FROM.set(new SplittableRandom(seed));
    }

    /** In place of a random one. */
    public static UUID uuid() {
        SplittableRandom random = DRAWN_FROM.get();
        return new UUID(random.nextLong(), random.nextLong());
    }

    /** In place of the configured size of segments, where it is judged: it may be as small as it likes. */
    public static long legalBytes(WalConfig config) {
        return WalConfig.MIN_SEGMENT_BYTES;
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
