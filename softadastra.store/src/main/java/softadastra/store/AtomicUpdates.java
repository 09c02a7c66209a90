package softadastra.store;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import softadastra.core.SoftadastraError;

/**
 * Changes of values that depend on what they replace, without a lock: decided on the entry that was read, written if that is still
 * the key's entry, and decided again if not. A sequence is never used again, so that no two entries are taken for one.
 */
final class AtomicUpdates {

    private final StoreEngine store;

    AtomicUpdates(StoreEngine store) {
        this.store = store;
    }

    /** What a change of a key's value came to; the same value twice if it was left alone. */
    record Outcome(@Nullable Value before, @Nullable Value after) {
        @SuppressWarnings(
                "ReferenceEquality") // A value read is a new object, so this one can only have been handed back.
        boolean isChange() {
            return before != after;
        }
    }

    /**
     * Changes what a key has. Nothing is written for a key that is to have no value and has none, and where the answer is the
     * very value that was given.
     *
     * @param to answers what the key is to have, given what it has; asked again if that has changed meanwhile
     */
    Outcome apply(Key key, Function<@Nullable Value, @Nullable Value> to) {
        Entry known = store.get(key).orElse(null);
        while (true) {
            Value before = known == null ? null : known.value();
            Outcome outcome = new Outcome(before, to.apply(before));
            ConditionalResult<?> written = outcome.isChange() ? write(key, known, outcome.after) : null;
            if (written == null || written.isWritten()) {
                return outcome;
            }
            known = written.current().orElse(null);
        }
    }

    /** Writes if the key's entry is still the one that is known. */
    private ConditionalResult<?> write(Key key, @Nullable Entry known, @Nullable Value value) {
        long sequence = known == null ? 0 : known.sequence();
        if (value == null) {
            return store.removeIfSequence(key, sequence).orElseThrow();
        }
        requireValid(Limits.errorOf(key, value));
        return store.putIfSequence(key, value, sequence).orElseThrow();
    }

    /** Refuses what a store does not take, as maps do. */
    static void requireValid(@Nullable SoftadastraError error) {
        if (error != null) {
            throw new IllegalArgumentException(error.message());
        }
    }
}
