package softadastra.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import softadastra.store.Key;

/** A key, or the beginning of keys, as a user has it in hand: in the form that each store takes. */
final class Probe {

    private final String text;
    private final byte[] utf8;
    private final Key key;

    private Probe(String text) {
        this.text = text;
        this.utf8 = text.getBytes(StandardCharsets.US_ASCII);
        this.key = Key.of(text);
    }

    static Probe of(String text) {
        return new Probe(text);
    }

    String text() {
        return text;
    }

    /** The bytes themselves, not to be changed. */
    byte[] utf8() {
        return utf8;
    }

    Key key() {
        return key;
    }

    /** Whether a key begins with this. */
    boolean begins(byte[] other) {
        return other.length >= utf8.length && Arrays.equals(other, 0, utf8.length, utf8, 0, utf8.length);
    }
}
