package softadastra.sync;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import softadastra.core.NodeId;

/**
 * What a node knows of another one.
 *
 * @param node its id
 * @param address where it is reached; empty while there is no way to it
 * @param up whether there is a way to it, as far as is known
 * @param behind how many of the operations that are held here it has not acknowledged
 * @param ahead how many of the operations that it is known to hold are yet to come here
 * @param inFlight how many of these were sent and not yet acknowledged
 * @param retries how many operations were sent to it again, since the engine was opened
 * @param heardMillisAgo how long ago, in milliseconds, it was heard of last; empty if not since the engine was opened
 * @param clockOffsetMillis how far, in milliseconds, its clock was ahead of this node's when it was heard of last, the way of the
 *     message included; empty if it was not heard of
 * @param subscription which keys it wants, as {@link SyncConfig#subscription} has them; empty for all
 */
public record PeerState(
        NodeId node,
        Optional<String> address,
        boolean up,
        long behind,
        long ahead,
        long inFlight,
        long retries,
        OptionalLong heardMillisAgo,
        OptionalLong clockOffsetMillis,
        List<String> subscription) {

    /** Refuses null, and copies the list. */
    public PeerState {
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(heardMillisAgo, "heardMillisAgo");
        Objects.requireNonNull(clockOffsetMillis, "clockOffsetMillis");
        subscription = List.copyOf(subscription);
    }
}
