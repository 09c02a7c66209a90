package softadastra.sync;

import java.util.Optional;
import softadastra.core.NodeId;
import softadastra.store.Operation;

/**
 * Says which operations of other nodes a node takes. One that it refuses is rejected for good: it is held and passed on to others, so
 * that nothing behind it has to wait, but what stood under its key at this node stays, and the node that wrote it is told: {@link
 * SyncEngine#failed}.
 *
 * <p>A node that refuses what others take has something else under that key than they have, until somebody writes to it again. So this
 * does not converge by itself; if all nodes refuse the same, they agree with each other, but not with the one that wrote it. It is to
 * be a function of what it is given alone.
 *
 * <p>It is asked once about each operation, in the order in which they come, and what it has answered is in the log: another admission
 * decides about what comes from then on. Operations of the node itself are never refused.
 */
@FunctionalInterface
public interface Admission {

    /** Takes whatever comes. */
    Admission EVERYTHING = (origin, operation) -> Optional.empty();

    /**
     * Why an operation is refused. It is called by whoever writes to the store next to it: it must return at once, and must not call
     * the store. Where it throws, the operation is refused, and the reason names the class of what
     * it has thrown.
     *
     * @param origin the node that wrote it
     * @param operation what it does
     * @return the reason, for people, of which the first 256 characters are told; empty if it is taken
     */
    Optional<String> refusal(NodeId origin, Operation operation);
}
