package softadastra.sync;

import java.util.List;
import softadastra.store.OperationRecord;

/**
 * The part of a message by which nodes that hold the same find out whether they have the same: sums over what stands at the sender, as
 * of what the message says it holds; and, to somebody whose sums were others, some of what stands there.
 *
 * @param sums one over everything; or {@link ContentSums#BUCKETS}, by keys; none where the part is left out
 * @param entries what stands under some keys, with all of it that does
 */
record Contents(List<Long> sums, List<OperationRecord> entries) {

    static final Contents NONE = new Contents(List.of(), List.of());

    /** Copies the lists. */
    Contents {
        sums = List.copyOf(sums);
        entries = List.copyOf(entries);
    }

    boolean isEmpty() {
        return sums.isEmpty();
    }
}
