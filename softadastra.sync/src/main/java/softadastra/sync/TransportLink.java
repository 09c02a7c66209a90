package softadastra.sync;

import java.util.Objects;
import java.util.Optional;
import softadastra.core.NodeId;

/**
 * A way to another node, as its transport sees it.
 *
 * @param address where it leads to, as it was configured; or where the other node came from
 * @param node who is there; empty while nobody has answered
 * @param up whether messages go through, as far as is known
 * @param problem why not; empty while it is up
 */
public record TransportLink(String address, Optional<NodeId> node, boolean up, Optional<String> problem) {

    /** Refuses null. */
    public TransportLink {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(problem, "problem");
    }
}
