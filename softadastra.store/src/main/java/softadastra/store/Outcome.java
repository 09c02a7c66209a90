package softadastra.store;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;

/**
 * What came of an operation of another node where its {@link Effect} alone does not say it: with it, replay needs no policy and
 * compares no clocks.
 *
 * @param floor the stamp that whatever is written to the key next must be above, where that is not the stamp of what stands there: an
 *     operation was passed over whose stamp is later
 * @param standing the operations that stand beside each other from here on, the last one first; empty where that is one, or those
 *     that stood there and this one
 * @param merged what is shown in place of the last one's value; empty if nothing is
 */
public record Outcome(Optional<HybridTimestamp> floor, List<OperationId> standing, Optional<Merged> merged) {

    /** Nothing but what the effect says. */
    public static final Outcome NONE = new Outcome(Optional.empty(), List.of(), Optional.empty());

    /**
     * Copies the list.
     *
     * @throws SoftadastraException INVALID_ARGUMENT if a single operation stands beside itself, or one twice, or something is shown in
     *     place of the value of a single one
     */
    public Outcome {
        Objects.requireNonNull(floor, "floor");
        standing = List.copyOf(standing);
        Objects.requireNonNull(merged, "merged");
        boolean twice = new HashSet<>(standing).size() < standing.size();
        if (standing.size() == 1 || twice || (standing.isEmpty() && merged.isPresent())) {
            throw new SoftadastraException(ErrorCode.INVALID_ARGUMENT, "invalid outcome: standing are " + standing);
        }
    }

    /**
     * What several operations were merged to.
     *
     * @param value the value; empty for none
     * @param version the version of the last of them
     * @param stamp the stamp of the last of them
     */
    public record Merged(Optional<Value> value, long version, HybridTimestamp stamp) {

        /**
         * Refuses null.
         *
         * @throws SoftadastraException INVALID_ARGUMENT if the version is below 1
         */
        public Merged {
            Objects.requireNonNull(value, "value");
            Objects.requireNonNull(stamp, "stamp");
            if (version < 1) {
                throw new SoftadastraException(ErrorCode.INVALID_ARGUMENT, "invalid outcome: version " + version);
            }
        }
    }
}
