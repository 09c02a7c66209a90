package softadastra.store;

import java.util.Objects;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;

/**
 * The identity of an operation, the same on every node that ever holds it.
 *
 * @param origin the node that wrote it, and the epoch in which it did
 * @param counter its number among the operations of that origin, from 1 without gaps
 */
public record OperationId(Origin origin, long counter) implements Comparable<OperationId> {

    /**
     * Refuses null and counters below 1.
     *
     * @throws SoftadastraException INVALID_ARGUMENT if the counter is below 1
     */
    public OperationId {
        Objects.requireNonNull(origin, "origin");
        if (counter < 1) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "invalid operation id: counter " + counter + " is below 1");
        }
    }

    /**
     * The identity with the given parts.
     *
     * @param node the node that wrote the operation
     * @param epoch the epoch in which it did
     * @param counter the operation's number in that epoch, from 1
     */
    public OperationId(NodeId node, long epoch, long counter) {
        this(new Origin(node, epoch), counter);
    }

    /**
     * The node that wrote the operation.
     *
     * @return the node
     */
    public NodeId node() {
        return origin.node();
    }

    /**
     * The epoch in which it did.
     *
     * @return the epoch
     */
    public long epoch() {
        return origin.epoch();
    }

    /** By origin, then by counter. */
    @Override
    public int compareTo(OperationId other) {
        int byOrigin = origin.compareTo(other.origin);
        return byOrigin != 0 ? byOrigin : Long.compare(counter, other.counter);
    }

    /** Origin and counter, such as {@code laptop@9c1f0e3f5a7b2d46:17}. */
    @Override
    public String toString() {
        return origin + ":" + counter;
    }
}
