package softadastra.sync;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.store.Key;

/**
 * Which keys a node wants to have: those that begin with one of some texts. Of operations on other keys it is told that they are left
 * out, but of its own.
 *
 * <pre>
 * subscription = count:varint  { prefix:utf8 } * count           none of them begins with another one; in order
 * </pre>
 *
 * @param prefixes the texts, none of which begins with another one; the empty one alone for all keys
 */
record Subscription(SortedSet<String> prefixes) {

    /** So many texts at most. */
    static final int MAX_PREFIXES = 64;

    /** A text has so many bytes of UTF-8 at most. */
    static final int MAX_PREFIX_BYTES = 256;

    /** All keys. */
    static final Subscription EVERYTHING = of(List.of(""));

    Subscription {
        prefixes = Collections.unmodifiableSortedSet(new TreeSet<>(prefixes));
    }

    /** The keys that begin with one of some texts. */
    static Subscription of(Collection<String> texts) {
        TreeSet<String> shortest = new TreeSet<>();
        for (String each : new TreeSet<>(texts)) {
            // In order, so what it begins with comes before it.
            if (shortest.stream().noneMatch(each::startsWith)) {
                shortest.add(each);
            }
        }
        return new Subscription(shortest);
    }

    boolean isEverything() {
        return prefixes.contains("");
    }

    /** The texts, as people are told of them: none for all keys. */
    List<String> told() {
        return isEverything() ? List.of() : List.copyOf(prefixes);
    }

    /** Whether a key is wanted. */
    boolean matches(Key key) {
        if (isEverything()) {
            return true;
        }
        String text = key.asString();
        return prefixes.stream().anyMatch(text::startsWith);
    }

    /** Whether every key that another subscription wants is wanted. */
    boolean covers(Subscription other) {
        return isEverything()
                || other.prefixes.stream().allMatch(text -> prefixes.stream().anyMatch(text::startsWith));
    }

    void write(ByteWriter out) {
        out.writeVarint(prefixes.size());
        prefixes.forEach(out::writeUtf8);
    }

    /**
     * Reads what {@link #write} has written.
     *
     * @throws softadastra.core.MalformedDataException if it is none
     */
    static Subscription read(ByteReader in) {
        int position = in.position();
        int count = in.readCount();
        if (count < 1 || count > MAX_PREFIXES) {
            throw in.malformed("subscription of " + count + " prefixes", position);
        }
        TreeSet<String> texts = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            boolean unused = texts.add(in.readUtf8(MAX_PREFIX_BYTES));
        }
        Subscription subscription = of(texts);
        if (subscription.prefixes.size() != count) {
            throw in.malformed("subscription with a prefix twice", position);
        }
        return subscription;
    }

    /** The texts, as people read them. */
    @Override
    public String toString() {
        return isEverything() ? "all keys" : prefixes.toString();
    }
}
