package softadastra.store;

import java.util.Objects;

/**
 * From where on the log tells what happened, operation by operation.
 *
 * @param sequence the first sequence to read
 * @param held what was held before it
 */
public record LogStart(long sequence, CausalContext held) {

    /** Refuses null. */
    public LogStart {
        Objects.requireNonNull(held, "held");
    }
}
