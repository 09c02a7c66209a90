package softadastra.store;

import java.util.Objects;
import softadastra.core.NodeId;

/**
 * Where operations come from: a node, in one of its epochs. The operations of one origin are counted from 1 without gaps.
 *
 * @param node the node
 * @param epoch the random number that tells histories of one node apart (see {@link softadastra.wal.spi.WalIdentity})
 */
public record Origin(NodeId node, long epoch) implements Comparable<Origin> {

    /** Refuses null. */
    public Origin {
        Objects.requireNonNull(node, "node");
    }

    /** By node, then by epoch as an unsigned number. */
    @Override
    public int compareTo(Origin other) {
        if (this == other) {
            return 0;
        }
        int byNode = node.compareTo(other.node);
        return byNode != 0 ? byNode : Long.compareUnsigned(epoch, other.epoch);
    }

    /** Node and epoch, such as {@code laptop@9c1f0e3f5a7b2d46}. */
    @Override
    public String toString() {
        return node + "@" + java.util.HexFormat.of().toHexDigits(epoch);
    }
}
