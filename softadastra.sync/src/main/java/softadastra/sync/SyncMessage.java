package softadastra.sync;

import java.util.List;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;

/**
 * What one node tells another. Every message has the sender's state, and so acknowledges; it may have operations besides.
 *
 * <p>State and promise belong together, as one cut: every operation that the sender will ever write and that {@code held} does
 * not have gets a stamp above {@code promise}.
 *
 * @param from the sender
 * @param held what the sender holds durably
 * @param promise see above; packed, 0 for none
 * @param want up to which stamp the sender would like promises; packed, 0 for none
 * @param operations operations, each with its context in full, in an order that causality allows
 * @param snapshot whether the operations are survivors: what stands at the sender of all that it holds, as far as the receiver
 *     lacks it. Their contexts are what the sender holds then
 * @param conflicts of a snapshot: what the sender has decided and the receiver, who sees only what stood in the end, cannot
 */
record SyncMessage(
        Origin from,
        Vector held,
        long promise,
        long want,
        List<OperationRecord> operations,
        boolean snapshot,
        List<Conflict> conflicts) {

    SyncMessage {
        operations = List.copyOf(operations);
        conflicts = List.copyOf(conflicts);
    }
}
