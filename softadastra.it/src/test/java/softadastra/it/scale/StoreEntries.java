package softadastra.it.scale;

import java.util.SplittableRandom;
import softadastra.store.Key;
import softadastra.store.Value;

/** Entries by number: keys of 16 bytes, in the order of their numbers, and values of 100 that follow from them. */
final class StoreEntries {
    static final int KEY_BYTES = 16;
    static final int VALUE_BYTES = 100;

    private StoreEntries() {}

    static Key key(long number) {
        String digits = Long.toString(number);
        return Key.of("user:" + "0".repeat(KEY_BYTES - "user:".length() - digits.length()) + digits);
    }

    static Value value(long number) {
        byte[] bytes = new byte[VALUE_BYTES];
        new SplittableRandom(number).nextBytes(bytes);
        return Value.of(bytes);
    }
}
