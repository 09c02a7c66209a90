package softadastra.wal.spi;

import java.util.UUID;
import softadastra.core.NodeId;

/**
 * Who a log is, and whose.
 *
 * @param logId identifies this log; drawn when it is created
 * @param node the node it belongs to
 * @param provisional whether the node's id was drawn at random because none was given; the first explicit id replaces it
 * @param epoch a random number, drawn when the log is created, restored, repaired or opened short of its end, so that the
 *     operations of two histories of one node never have the same identity
 */
public record WalIdentity(UUID logId, NodeId node, boolean provisional, long epoch) {}
