package softadastra.wal.spi;

import java.util.Objects;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;

/**
 * What a log is seeded with that does not begin empty: whose it is, and the sequences that it never gives out, since a
 * checkpoint stands for them.
 *
 * @param node the node that the log belongs to
 * @param provisional whether the node's id was drawn at random because none was given; the first explicit id replaces it
 * @param lastSequence the last sequence that the checkpoint covers, 0 or more; the log's first record gets the next one
 * @param lastTimestamp the highest timestamp of any record up to there; those of the log go on from it
 */
public record WalSeed(NodeId node, boolean provisional, long lastSequence, HybridTimestamp lastTimestamp) {

    /** Refuses null, and a negative sequence. */
    public WalSeed {
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(lastTimestamp, "lastTimestamp");
        if (lastSequence < 0) {
            throw new IllegalArgumentException("lastSequence " + lastSequence);
        }
    }
}
