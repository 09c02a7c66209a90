package softadastra.cli.control;

import java.util.Objects;
import softadastra.sync.Conflict;

/**
 * A conflict that waits for somebody to deal with it.
 *
 * @param conflict the conflict
 * @param sequence up to where in the log conflicts were looked at: whoever {@linkplain Node#resolve resolves} with it touches nothing
 *     that has come behind it
 */
public record Unresolved(Conflict conflict, long sequence) {

    /** Refuses null. */
    public Unresolved {
        Objects.requireNonNull(conflict, "conflict");
    }
}
