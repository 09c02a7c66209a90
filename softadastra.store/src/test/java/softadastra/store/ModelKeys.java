package softadastra.store;

import java.util.List;
import java.util.Random;

/** The keys, prefixes and ranges of the model test: few, so that they collide, and of one to four bytes a character. */
final class ModelKeys {

    // UTF-16 has the last two the other way round.
    static final List<Key> KEYS = List.of(
            Key.of("a"),
            Key.of("a/1"),
            Key.of("a/10"),
            Key.of("a/2"),
            Key.of("a/ü"),
            Key.of("b"),
            Key.of("a/"),
            Key.of("ä"),
            Key.of("ä/1"),
            Key.of("日本"),
            Key.of("日本/1"),
            Key.of("\u0000"),
            Key.of("\uff5e"),
            Key.of("😀"));

    static final List<String> PREFIXES = List.of("", "a", "a/", "a/1", "ä", "日", "😀", "q");

    static final List<KeyRange> RANGES = List.of(
            KeyRange.all(),
            KeyRange.prefix("a/"),
            KeyRange.between(Key.of("a/1"), Key.of("ä")),
            KeyRange.from(Key.of("b")),
            KeyRange.below(Key.of("b")),
            KeyRange.prefix("日"));

    private ModelKeys() {}

    static Key key(int number) {
        return KEYS.get(Math.floorMod(number, KEYS.size()));
    }

    static KeyRange range(int number) {
        return RANGES.get(Math.floorMod(number, RANGES.size()));
    }

    /** A value of a length, different from all others but by its length. */
    static Value value(int length, long number) {
        byte[] bytes = new byte[Math.max(0, length)];
        new Random(number).nextBytes(bytes);
        return Value.of(bytes);
    }
}
