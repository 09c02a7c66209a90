package softadastra.sync;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Skip;

/**
 * What one node tells another. Every message has the sender's state, and so acknowledges; it may have operations besides.
 *
 * @param state how the sender is
 * @param operations operations, each with its context in full, in an order that causality allows
 * @param chunk a part of what stands at the sender
 * @param refusals word of operations that were rejected
 * @param contents sums over what stands at the sender
 * @param to whom what the message leaves out is meant for: what one origin does not want another one of that node may
 * @param skips operations that are left out, in no order, since the receiver does not want them
 */
record SyncMessage(
        State state,
        List<OperationRecord> operations,
        Optional<Chunk> chunk,
        Refusals refusals,
        Contents contents,
        Optional<Origin> to,
        List<Skip> skips) {

    SyncMessage {
        operations = List.copyOf(operations);
        skips = List.copyOf(skips);
    }

    /** Whether it leaves out what somebody else does not want. */
    boolean isMeantFor(Origin origin) {
        return to.isEmpty() || to.get().equals(origin);
    }

    /** A message without word of operations that were rejected. */
    SyncMessage(State state, List<OperationRecord> operations, Optional<Chunk> chunk) {
        this(state, operations, chunk, Refusals.NONE, Contents.NONE);
    }

    /** A message to one origin. */
    static SyncMessage to(
            Origin receiver, State state, List<OperationRecord> operations, Optional<Chunk> chunk, List<Skip> skips) {
        return new SyncMessage(state, operations, chunk, Refusals.NONE, Contents.NONE, Optional.of(receiver), skips);
    }

    /** A message to anybody. */
    SyncMessage(
            State state,
            List<OperationRecord> operations,
            Optional<Chunk> chunk,
            Refusals refusals,
            Contents contents) {
        this(state, operations, chunk, refusals, contents, Optional.empty(), List.of());
    }

    /** A message that says how the sender is, and nothing else. */
    static SyncMessage of(State state) {
        return new SyncMessage(state, List.of(), Optional.empty());
    }

    Origin from() {
        return state.from();
    }

    /**
     * How a node is, as of one sequence of its log.
     *
     * @param from the node, in its epoch
     * @param cut what it holds and has promised, and the members it knows
     * @param members these members
     * @param want up to which stamp it would like promises; packed, 0 for none
     * @param millis what its clock shows
     * @param lacking members it would like to hear of, since it does not hear them
     * @param accused members that it has not heard of for longer than the retention, itself or through others
     * @param relayed what is known of members that the receiver does not hear
     * @param progress how far it is with what stands elsewhere, if that is under way
     * @param subscriptions those who do not want everything: of the sender, the writers of the message's operations, and the nodes
     *     whose cuts are relayed
     * @param whole whether it is to be told all that stands elsewhere, since it may have what is gone there
     */
    record State(
            Origin from,
            Cut cut,
            Members members,
            long want,
            long millis,
            SortedSet<Origin> lacking,
            SortedSet<Origin> accused,
            SortedMap<Origin, Relayed> relayed,
            Optional<Progress> progress,
            SortedMap<Origin, Subscription> subscriptions,
            boolean whole) {

        State {
            lacking = Collections.unmodifiableSortedSet(new TreeSet<>(lacking));
            subscriptions = Collections.unmodifiableSortedMap(new TreeMap<>(subscriptions));
            accused = Collections.unmodifiableSortedSet(new TreeSet<>(accused));
            relayed = Collections.unmodifiableSortedMap(new TreeMap<>(relayed));
        }
    }
}
