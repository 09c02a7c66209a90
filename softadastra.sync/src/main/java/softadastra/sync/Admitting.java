package softadastra.sync;

import java.util.Objects;
import java.util.Optional;
import softadastra.core.NodeId;
import softadastra.store.OperationRecord;
import softadastra.store.Value;

/** Which operations a node takes, by all of its rules. */
@FunctionalInterface
interface Admitting {

    /** Takes whatever comes. */
    Admitting EVERYTHING = incoming -> Optional.empty();

    /**
     * That an operation is not taken.
     *
     * @param code why
     * @param reason why, in words
     */
    record No(RejectionCode code, String reason) {}

    /** Why an operation is not taken; empty if it is. */
    Optional<No> asked(OperationRecord incoming);

    /**
     * The rules of a node; {@link #EVERYTHING} where there are none.
     *
     * @param self the node, whose own operations are always taken: those of an earlier epoch come back from others
     * @param admission what the application says
     * @param largestValue how many bytes a value may have
     */
    static Admitting of(NodeId self, Admission admission, int largestValue) {
        if (admission == Admission.EVERYTHING && largestValue >= Value.MAX_BYTES) {
            return EVERYTHING;
        }
        return incoming -> {
            if (incoming.id().node().equals(self)) {
                return Optional.empty();
            }
            int bytes =
                    incoming.operation().value().map(value -> value.length()).orElse(0);
            if (bytes > largestValue) {
                return Optional.of(new No(
                        RejectionCode.TOO_LARGE,
                        "value has " + bytes + " bytes, and at most " + largestValue + " are taken"));
            }
            return refusal(admission, incoming).map(reason -> new No(RejectionCode.REFUSED, reason));
        };
    }

    private static Optional<String> refusal(Admission admission, OperationRecord incoming) {
        try {
            return Objects.requireNonNull(admission.refusal(incoming.id().node(), incoming.operation()));
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            // Whatever it is, it must not keep other operations from being taken.
            return Optional.of("the admission has failed: " + e.getClass().getName());
        }
    }
}
