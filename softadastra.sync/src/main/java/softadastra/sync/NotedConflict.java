package softadastra.sync;

import java.util.Objects;

/**
 * A conflict that was decided here, and where the log was by then. Whoever has seen what there was under a key up to a sequence has
 * seen the conflicts of that key that are of it or before it, and none behind it.
 *
 * @param conflict the conflict
 * @param sequence a sequence of the log that it is noted at or before, and that was its last one at some time since; sequences are a
 *     node's own, and a checkpoint may move this one on
 */
public record NotedConflict(Conflict conflict, long sequence) {

    /** Refuses null. */
    public NotedConflict {
        Objects.requireNonNull(conflict, "conflict");
    }
}
