package softadastra.sync;

import java.util.List;
import java.util.Optional;
import softadastra.store.Key;
import softadastra.store.OperationRecord;

/**
 * A part of what stands at a node, for one that cannot be told operation by operation: all keys of a range, as they were when the part
 * was made.
 *
 * @param cut what the sender held when it began, all of which is held with the last part; see {@link Progress}
 * @param full whether everything is named that stands in the range, or only what the receiver is thought to lack
 * @param behind the range begins behind this key; empty for the first one
 * @param through the range ends with this key; empty for the last part
 * @param survivors what the receiver is thought to lack: values and removals, by key
 * @param known of a full one: keys of the range whose values the receiver has
 * @param conflicts what the sender has decided about keys of the range and the receiver, who sees only what stood in the end, cannot
 * @param rejected operations on keys of the range that the sender holds and goes without, as the receiver does with this part
 */
record Chunk(
        Vector cut,
        boolean full,
        Optional<Key> behind,
        Optional<Key> through,
        List<OperationRecord> survivors,
        List<Key> known,
        List<Conflict> conflicts,
        List<Rejection> rejected) {

    Chunk {
        survivors = List.copyOf(survivors);
        known = List.copyOf(known);
        conflicts = List.copyOf(conflicts);
        rejected = List.copyOf(rejected);
    }
}
