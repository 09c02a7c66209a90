package softadastra.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The hash of a key's bytes under a seed, eight bytes at a time: each is mixed in by the multiplication and fold of wyhash
 * (Wang Yi, "wyhash", 2019). The seed keeps keys that were chosen to collide in one store from colliding in others.
 */
final class KeyHash {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MULTIPLIER = 0xa0761d6478bd642fL;
    private static final long SECOND_MULTIPLIER = 0xe7037ed1a0b428dbL;

    private final long seed;

    KeyHash(long seed) {
        this.seed = seed ^ MULTIPLIER;
    }

    /** The hash of a key; never 0 or 1, which mean something else to the index. */
    int of(byte[] key) {
        long hash = seed;
        int i = 0;
        for (; i + Long.BYTES <= key.length; i += Long.BYTES) {
            hash = fold(hash ^ (long) LONG.get(key, i), MULTIPLIER);
        }
        long rest = key.length;
        for (; i < key.length; i++) {
            rest = (rest << Byte.SIZE) | (key[i] & 0xFF);
        }
        hash = fold(hash ^ rest, SECOND_MULTIPLIER);
        int folded = (int) (hash ^ (hash >>> Integer.SIZE));
        return folded == 0 || folded == 1 ? folded + 2 : folded;
    }

    private static long fold(long a, long b) {
        return Math.multiplyHigh(a, b) ^ (a * b);
    }
}
