package softadastra.cli.control;

import java.util.Objects;
import java.util.Optional;
import softadastra.store.Key;
import softadastra.store.KeyRange;

/**
 * Which entries to look at.
 *
 * @param prefix what the keys begin with
 * @param from the first key, or the next one there is
 * @param to the first key behind them
 * @param limit at most so many
 * @param keysOnly whether values may be left out
 */
public record EntryQuery(String prefix, Optional<String> from, Optional<String> to, long limit, boolean keysOnly) {

    /** Refuses null. */
    public EntryQuery {
        Objects.requireNonNull(prefix, "prefix");
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
    }

    /** The entries whose keys begin with a text. */
    public static EntryQuery prefix(String prefix, long limit, boolean keysOnly) {
        return new EntryQuery(prefix, Optional.empty(), Optional.empty(), limit, keysOnly);
    }

    KeyRange range() {
        return KeyRange.prefix(prefix)
                .and(from.map(Key::of).map(KeyRange::from).orElse(KeyRange.all()))
                .and(to.map(Key::of).map(KeyRange::below).orElse(KeyRange.all()));
    }
}
