package softadastra.store;

import java.util.Objects;

/**
 * What a removal did.
 *
 * @param deleted whether the key had a value; if not, nothing changed and nothing was logged
 * @param key the key
 * @param version the version of the entry that was removed, 0 if there was none
 */
public record RemoveResult(boolean deleted, Key key, long version) {

    /** Refuses null. */
    public RemoveResult {
        Objects.requireNonNull(key, "key");
    }
}
