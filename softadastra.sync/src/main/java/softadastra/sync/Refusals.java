package softadastra.sync;

import java.util.List;
import softadastra.store.OperationId;
import softadastra.store.Origin;

/**
 * The part of a message that is about rejected operations: word for those who wrote them, and word back that it has come. Who is not
 * meant passes it on, so that it gets to nodes that have no link to each other.
 *
 * @param words operations that were rejected
 * @param receipts those whose writers have that in their logs
 */
record Refusals(List<Word> words, List<Receipt> receipts) {

    static final Refusals NONE = new Refusals(List.of(), List.of());

    /**
     * That a node has rejected an operation.
     *
     * @param by the node
     * @param rejection what it has rejected, and why
     * @param hops how often it may be passed on
     */
    record Word(Origin by, Rejection rejection, int hops) {}

    /**
     * That the writer of an operation knows that a node has rejected it.
     *
     * @param by the node
     * @param id the operation
     * @param hops how often it may be passed on
     */
    record Receipt(Origin by, OperationId id, int hops) {}

    /** Copies the lists. */
    Refusals {
        words = List.copyOf(words);
        receipts = List.copyOf(receipts);
    }

    boolean isEmpty() {
        return words.isEmpty() && receipts.isEmpty();
    }
}
