package softadastra.sync;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import softadastra.core.NodeId;

/**
 * Who comes and goes in a simulation: nodes that join late, go for long, lose their log, or get an earlier one, as somebody does who
 * copies files by hand.
 */
final class SimulatedMoves {

    /** Longer than what somebody hears of who hears it through others; and less than a run takes. */
    private static final long SHORT_RETENTION_NANOS = 20_000_000_000L;

    private static final long LONG_RETENTION_NANOS = 3_600_000_000_000L;

    /** What becomes of a node. */
    enum Move {
        JOINS,
        SAVES,
        GOES,
        LOSES,
        IS_PUT_BACK
    }

    private final boolean moving;
    private final long retentionNanos;

    /** Nodes that join later. */
    private final Set<NodeId> later = new HashSet<>();

    /** Nodes whose log was put back, until others have said what they know of them. */
    private final Set<NodeId> outdated = new HashSet<>();

    private final Set<NodeId> everPutBack = new HashSet<>();

    /** For how many steps nodes are away. */
    private final Map<NodeId, Integer> away = new HashMap<>();

    SimulatedMoves(boolean moving, SplittableRandom random) {
        this.moving = moving;
        this.retentionNanos = moving && random.nextInt(3) == 0 ? SHORT_RETENTION_NANOS : LONG_RETENTION_NANOS;
    }

    boolean isMoving() {
        return moving;
    }

    long retentionNanos() {
        return retentionNanos;
    }

    /** Has a node join later. */
    void postpone(NodeId node) {
        later.add(node);
    }

    /** Whether a node has yet to join. */
    boolean isLater(NodeId node) {
        return later.contains(node);
    }

    /** How many nodes have yet to join. */
    int later() {
        return later.size();
    }

    /** Everybody is to be there. */
    void gather() {
        later.clear();
    }

    /** Whether a node that is down stays that for another step. */
    boolean isAway(NodeId node) {
        return isLater(node) || away.merge(node, -1, Integer::sum) >= 0;
    }

    /** What becomes of a node that something is to become of. */
    Move next(NodeId node, SplittableRandom random) {
        int choice = random.nextInt(97) % 4;
        if (later.remove(node)) {
            return Move.JOINS;
        }
        return switch (choice) {
            case 0 -> Move.SAVES;
            case 1 -> {
                away.put(node, 20 + random.nextInt(40));
                yield Move.GOES;
            }
            case 2 -> Move.LOSES;
            default -> Move.IS_PUT_BACK;
        };
    }

    /** A node's log is gone, or an earlier one is in its place. */
    void lost(NodeId node, boolean putBack) {
        if (putBack) {
            outdated.add(node);
            everPutBack.add(node);
        }
    }

    /** Whether a node has an earlier log and was not told yet. */
    boolean isOutdated(NodeId node) {
        return outdated.contains(node);
    }

    /** Whether a node has ever had an earlier log: what it went on with may go by the names of what others have. */
    boolean wasPutBack(NodeId node) {
        return everPutBack.contains(node);
    }

    /** Others have told a node all there was to know; whether it had an earlier log until then. */
    boolean isUpToDate(NodeId node) {
        return outdated.remove(node);
    }

    /** A node has come back in a new epoch. */
    void returned(NodeId node) {
        outdated.remove(node);
    }
}
