package softadastra.sync;

import java.util.List;
import java.util.Objects;
import softadastra.core.NodeId;
import softadastra.store.Origin;

/**
 * A fence whose limit is not known yet. Until it is, nobody new is let in, who is on its way back stays there, and no removal is forgotten.
 * It takes word of all members: when one that is waited for will not come back, {@link SyncEngine#forget} says so.
 *
 * @param fenced the member that takes part no more, in the epoch that it had
 * @param waitsFor the nodes that have not said yet that they know of the fence, or that hold less of what the fenced one has written than
 *     another one does, this node itself among them if it does; in order. Empty when the next step closes it
 */
public record OpenFence(Origin fenced, List<NodeId> waitsFor) {

    /** Refuses null, and copies the list. */
    public OpenFence {
        Objects.requireNonNull(fenced, "fenced");
        waitsFor = List.copyOf(waitsFor);
    }
}
