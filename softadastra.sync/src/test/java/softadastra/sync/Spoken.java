package softadastra.sync;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Skip;
import softadastra.store.Value;

/** What somebody says, made by hand: whatever is not set is as of a node that has just begun. */
final class Spoken {

    final Origin from;
    final Vector held = new Vector();
    final SortedSet<Origin> lacking = new TreeSet<>();
    final SortedSet<Origin> accused = new TreeSet<>();
    final SortedMap<Origin, Relayed> relayed = new TreeMap<>();
    final SortedMap<Origin, Subscription> subscriptions = new TreeMap<>();
    Members members = Members.NONE;
    Optional<Progress> progress = Optional.empty();
    long sequence = 9;
    long promise;
    long want;
    boolean whole;

    Spoken(Origin from) {
        this.from = from;
    }

    static Spoken by(String node, long epoch) {
        return new Spoken(new Origin(NodeId.of(node).orElseThrow(), epoch));
    }

    /** Says that it knows nothing of another one, which listens from then on. */
    Spoken to(Origin other) {
        return relaying(other, new Cut(0, new Vector(), 0, 0, false));
    }

    Spoken relaying(Origin other, Cut cut) {
        relayed.put(other, new Relayed(cut, 0, new TreeSet<>()));
        return this;
    }

    Spoken holding(Origin origin, long counter) {
        held.raise(origin, counter);
        return this;
    }

    Spoken at(long last) {
        sequence = last;
        return this;
    }

    Spoken promising(long stamp) {
        promise = stamp;
        return this;
    }

    Spoken wanting(long stamp) {
        want = stamp;
        return this;
    }

    Spoken knowing(Members others) {
        members = others;
        return this;
    }

    Spoken subscribed(Origin origin, String... prefixes) {
        subscriptions.put(origin, Subscription.of(List.of(prefixes)));
        return this;
    }

    Spoken learning(Progress reached) {
        progress = Optional.of(reached);
        return this;
    }

    /** An operation of its own, whose writer knew nothing. */
    OperationRecord put(long counter, HybridTimestamp stamp, String key, Value value) {
        return OperationRecord.remote(
                new OperationId(from, counter),
                stamp,
                1,
                Effect.WON,
                CausalContext.EMPTY,
                Operation.put(Key.of(key), value));
    }

    SyncMessage.State state() {
        return new SyncMessage.State(
                from,
                new Cut(sequence, held, promise, members.digest(), false),
                members,
                want,
                0,
                lacking,
                accused,
                relayed,
                progress,
                subscriptions,
                whole);
    }

    /** As it goes over the wire. */
    byte[] encoded(OperationRecord... operations) {
        return SyncMessageCodec.encode(new SyncMessage(state(), List.of(operations), Optional.empty()));
    }

    /** The same, with what is left out for somebody. */
    byte[] leavingOut(Origin receiver, Skip... skips) {
        return SyncMessageCodec.encode(SyncMessage.to(receiver, state(), List.of(), Optional.empty(), List.of(skips)));
    }

    /** The same, with a part of what stands there. */
    byte[] telling(Origin receiver, Chunk chunk) {
        return SyncMessageCodec.encode(SyncMessage.to(receiver, state(), List.of(), Optional.of(chunk), List.of()));
    }
}
