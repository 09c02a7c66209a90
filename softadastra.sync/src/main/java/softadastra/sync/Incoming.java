package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replicated;
import softadastra.store.Replication;
import softadastra.store.Skip;
import softadastra.store.StoreEngine;

/** Logs what comes in: operations one after the other, and parts of what stands at somebody who holds more. For one thread. */
final class Incoming {

    /** What came in goes into batches of so many bytes at most, or of one operation. */
    private static final long MAX_BATCH_BYTES = 16 << 20;

    private final StoreEngine store;
    private final Replication replication;
    private final Membership membership;
    private final Peers peers;
    private final Subscriptions subscriptions;
    private final Conflicts conflicts;
    private final Supplier<LastWriteWins> arbiters;

    /** Takes note of what was decided, once it is logged. */
    private final Consumer<LastWriteWins> decided;

    private final Forks forks;
    private final Receiving receiving;
    private final Oversized oversized;
    private long applied;
    private boolean learned;

    private final AsksForAll asksForAll;

    Incoming(
            StoreEngine store,
            Membership membership,
            Peers peers,
            Supplier<LastWriteWins> arbiters,
            Consumer<LastWriteWins> decided,
            Forks forks,
            NoteState notes) {
        this.store = store;
        this.replication = store.replication();
        this.membership = membership;
        this.peers = peers;
        this.subscriptions = notes.subscriptions();
        this.conflicts = notes.conflicts();
        this.arbiters = arbiters;
        this.decided = decided;
        this.forks = forks;
        this.receiving = new Receiving(
                replication,
                arbiters,
                subscriptions,
                decided,
                rejected -> isMissing(store, membership.self(), rejected),
                notes.progress(),
                store::context,
                notes.hasLearned());
        this.asksForAll = new AsksForAll(notes.progress().map(Progress::full).orElse(false));
        this.oversized = new Oversized(replication, this::arbiter, decided);
    }

    /** How far this node is with what stands at somebody; empty if nothing is under way. */
    Optional<Progress> progress() {
        return receiving.progress();
    }

    /** What was begun of what stands at somebody is not gone on with: removals may have been forgotten since. */
    void startOver() {
        receiving.giveUp();
    }

    /**
     * Whether something is to come of what stands at somebody. What was begun and is held by now, since the rest has come operation by
     * operation, is not gone on with.
     */
    boolean isReceiving(Vector held) {
        return progress()
                .filter(each -> (each.full() && isAskingForAll())
                        || !held.includes(membership.members().clamp(each.cut())))
                .isPresent();
    }

    /** Whether this node asks for all that stands elsewhere, and not only for what it lacks. */
    boolean asksForAll(long now) {
        if (asksForAll.hasEnded(now)) {
            // What was begun of it nobody goes on with.
            receiving.giveUp();
        }
        return asksForAll.isOn(now);
    }

    /** Whether there are operations here of somebody who wants less than this node, and may have handed them on. */
    private boolean hasOfThoseWhoWantLess() {
        return store.context().counters().keySet().stream()
                .map(subscriptions::of)
                .anyMatch(theirs -> subscriptions.own().covers(theirs) && !theirs.covers(subscriptions.own()));
    }

    /** How many operations were taken since the last call. */
    long takeApplied() {
        long some = applied;
        applied = 0;
        return some;
    }

    /** Whether this node has learned all that stands at another one, since the last call. */
    boolean takeLearned() {
        boolean all = learned;
        learned = false;
        return all;
    }

    /** Logs the operations of some messages, as far as they are next. Blocks until they are durable. */
    void apply(List<SyncMessage> messages) {
        List<OperationRecord> operations = new ArrayList<>();
        List<Skip> skips = new ArrayList<>();
        Members members = membership.members();
        for (SyncMessage message : messages) {
            if (!isEchoedBy(message)) {
                continue;
            }
            for (OperationRecord operation : message.operations()) {
                OperationId id = operation.id();
                if (members.refuses(id) || isToCome(id)) {
                    continue;
                }
                if (subscriptions.own().matches(operation.operation().key())) {
                    operations.add(members.clamp(operation));
                } else if (subscriptions.of(message.from()).isEverything()) {
                    // Its sender has yet to hear what is wanted here.
                    skips.add(new Skip(id.origin(), id.counter(), id.counter()));
                }
            }
            // Of who wants everything nothing is to be left out, whoever says so.
            if (message.isMeantFor(membership.self())
                    && !subscriptions.own().isEverything()
                    && membership.stage() != Stage.WHOLE) {
                message.skips().forEach(skip -> members.clamp(skip).ifPresent(skips::add));
            }
            if (message.chunk().isPresent()
                    || !message.operations().isEmpty()
                    || !message.skips().isEmpty()) {
                // It asks to be told, also if nothing was new.
                peers.owe(message.from());
            }
        }
        if (operations.isEmpty() && skips.isEmpty()) {
            return;
        }
        CausalContext before = store.context();
        SortedMap<Origin, Skip> gaps = subscriptions.newGaps(skips, new Vector(before));
        int atOnce = operations.size();
        int from = 0;
        do {
            List<OperationRecord> some = upTo(operations.subList(from, Math.min(operations.size(), from + atOnce)));
            LastWriteWins arbiter = arbiter();
            Result<Replicated> replicated = replication.apply(some, skips, noting(arbiter, gaps));
            if (replicated.isErr() && replicated.error().code() == ErrorCode.RECORD_TOO_LARGE) {
                // With what it replaces, which is reported, it is more than a batch may be.
                if (some.size() > 1) {
                    atOnce = some.size() / 2;
                    continue;
                }
                // What it follows on may be left out.
                Replicated preceding = replication
                        .apply(List.of(), skips, noting(arbiters.get(), gaps))
                        .orElseThrow();
                noteGaps(preceding, gaps);
                replicated = oversized.apply(some.get(0), arbiter);
                peers.restart();
            } else if (replicated.isOk()) {
                noteGaps(replicated.value(), gaps);
                decided.accept(arbiter);
                if (replicated.value().passedOver() > 0) {
                    forks.look(some, store.context());
                }
            }
            applied += replicated.orElseThrow().taken();
            from += some.size();
        } while (from < operations.size());
        membership.clocks().taken(operations, before, store.context());
    }

    /** Decides about what comes operation by operation, maybe while parts come too. */
    private LastWriteWins arbiter() {
        LastWriteWins arbiter = arbiters.get();
        arbiter.passingOver(receiving::isLate);
        return arbiter;
    }

    /**
     * Whether an operation is left to the parts that are coming of all that stands elsewhere. Behind the part that its key belongs to it
     * would stand here for good if it has been removed and that forgotten: the removal is held with the last part.
     */
    private boolean isToCome(OperationId id) {
        return membership.stage() == Stage.WHOLE
                || (isAskingForAll()
                        && progress()
                                .filter(each -> each.full() && each.cut().includes(id))
                                .isPresent());
    }

    private boolean isAskingForAll() {
        return membership.stage() == Stage.WHOLE || asksForAll.isAsking();
    }

    /** Takes over what a batch was to note, if there was one: where nothing was next, nothing is logged. */
    private void noteGaps(Replicated logged, SortedMap<Origin, Skip> gaps) {
        if (logged.lastSequence() > 0) {
            subscriptions.noteGaps(gaps);
        }
    }

    /** Has it in the batch itself what is left out for the first time. */
    private static Arbiter noting(LastWriteWins arbiter, SortedMap<Origin, Skip> gaps) {
        if (gaps.isEmpty()) {
            return arbiter;
        }
        return new Noting(arbiter, sink -> {
            arbiter.addNotes(sink);
            sink.add(Subscriptions.NOTE, Subscriptions.encodeGaps(gaps));
        });
    }

    /** As many of some operations as one batch may have. */
    private static List<OperationRecord> upTo(List<OperationRecord> operations) {
        long bytes = 0;
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i).operation();
            bytes += operation.key().length()
                    + operation.value().map(value -> value.length()).orElse(0);
            if (i > 0 && bytes > MAX_BATCH_BYTES) {
                return operations.subList(0, i);
            }
        }
        return operations;
    }

    /** Takes a part of what stands at somebody who holds more. */
    void adopt(SyncMessage message, long now) {
        if (!message.isMeantFor(membership.self()) || !isEchoedBy(message)) {
            return;
        }
        Members members = membership.members();
        Chunk chunk = message.chunk().orElseThrow();
        CausalContext before = store.context();
        CausalContext known = message.state().cut().held().toContext();
        Chunk news = new Chunk(
                chunk.cut(),
                chunk.full(),
                chunk.behind(),
                chunk.through(),
                chunk.survivors().stream()
                        .filter(each ->
                                subscriptions.own().matches(each.operation().key()) && !members.refuses(each.id()))
                        .map(each -> subscriptions.from(message.from(), each, known))
                        .toList(),
                chunk.known(),
                chunk.conflicts().stream()
                        .filter(each -> subscriptions.own().matches(each.key()) && isNew(each))
                        .toList(),
                chunk.rejected().stream()
                        .filter(each -> subscriptions.own().matches(each.key()))
                        .map(each -> each.at(message.from().node()))
                        .toList());
        if (!receiving.hasLearned() && subscriptions.of(message.from()).isEverything() && hasOfThoseWhoWantLess()) {
            asksForAll.begin(now);
        } else if (chunk.full()) {
            asksForAll.goOn(now);
        }
        boolean isBack = membership.stage() == Stage.WHOLE;
        long taken = receiving.take(news, before, known, members, isBack || asksForAll.isOn(now), now);
        if (taken >= 0) {
            forks.look(news.survivors(), before);
        }
        if (taken > 0) {
            membership.clocks().adopted(news.survivors(), before);
        }
        applied += Math.max(0, taken);
        learned |= isBack && taken >= 0 && receiving.progress().isEmpty();
        if (receiving.hasLearned()) {
            asksForAll.end();
        }
        if (!store.context().equals(before)) {
            peers.restart();
        }
    }

    /**
     * Whether somebody has said what it knows of this node. If that is more than its log has, that was put back; once what comes in was
     * taken, this could not be seen any more.
     */
    private boolean isEchoedBy(SyncMessage message) {
        Peer peer = peers.get(message.from());
        return peer != null && (peer.hasEchoed() || message.state().relayed().containsKey(membership.self()));
    }

    /**
     * Whether a conflict that somebody else has decided is to be told here. Of what is held and does not stand, all that there was to
     * tell was told when it lost, and may have been taken since.
     */
    private boolean isNew(Conflict conflict) {
        return !conflicts.isTold(conflict.loser())
                && (!store.context().includes(conflict.loser())
                        || stands(replication, conflict.key(), conflict.loser()));
    }

    /** Whether something that the sender goes without is not here either; of this node's own it hears from who has rejected it. */
    private static boolean isMissing(StoreEngine store, Origin self, Rejection rejected) {
        OperationId id = rejected.id();
        return !id.node().equals(self.node())
                && !store.context().includes(id)
                && !stands(store.replication(), rejected.key(), id);
    }

    private static boolean stands(Replication replication, Key key, OperationId id) {
        return replication.standing(key).orElseThrow().stream()
                .anyMatch(standing -> standing.id().equals(id));
    }
}
