package softadastra.store;

import java.util.Objects;
import java.util.Optional;

/**
 * What came of a write with a condition. Either the condition held, and there is what the write did; or it did not, nothing was
 * written, and there is the entry that the key has instead, if it has one.
 *
 * @param <T> what the write answers
 * @param written what the write did; empty if the condition did not hold
 * @param current the key's entry when the condition was looked at and did not hold; empty if it had none, and if the condition
 *     held
 */
public record ConditionalResult<T>(Optional<T> written, Optional<Entry> current) {

    /** Refuses null. */
    public ConditionalResult {
        Objects.requireNonNull(written, "written");
        Objects.requireNonNull(current, "current");
    }

    /** What it did, or the entry that was there; long keys and values are abbreviated. */
    @Override
    public String toString() {
        return "ConditionalResult["
                + written.map(did -> "written: " + did)
                        .orElseGet(() -> "not written, "
                                + current.map(entry -> "current: " + entry).orElse("no entry"))
                + "]";
    }

    /**
     * Whether the condition held.
     *
     * @return whether it was written
     */
    public boolean isWritten() {
        return written.isPresent();
    }
}
