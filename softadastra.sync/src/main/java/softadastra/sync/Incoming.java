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
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replicated;
import softadastra.store.Replication;
import softadastra.store.Skip;
import softadastra.store.Standing;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Logs what comes in: operations one after the other, and parts of what stands at somebody who holds more. For one thread. */
final class Incoming {

    /** What came in goes into batches of so many bytes at most, or of one operation. */
    private static final long MAX_BATCH_BYTES = 16 << 20;

    private final StoreEngine store;
    private final Replication replication;
    private final Origin self;
    private final Peers peers;
    private final Subscriptions subscriptions;
    private final Conflicts conflicts;
    private final Supplier<LastWriteWins> arbiters;

    /** Takes note of what was decided, once it is logged. */
    private final Consumer<LastWriteWins> decided;

    private final Receiving receiving;
    private final Oversized oversized;
    private long applied;

    Incoming(
            StoreEngine store,
            Origin self,
            Peers peers,
            Supplier<LastWriteWins> arbiters,
            Consumer<LastWriteWins> decided,
            NoteState notes) {
        this.store = store;
        this.replication = store.replication();
        this.self = self;
        this.peers = peers;
        this.subscriptions = notes.subscriptions();
        this.conflicts = notes.conflicts();
        this.arbiters = arbiters;
        this.decided = decided;
        this.receiving = new Receiving(replication, arbiters, subscriptions, decided, notes.progress());
        this.oversized = new Oversized(replication, arbiters, decided);
    }

    /** How far this node is with what stands at somebody; empty if nothing is under way. */
    Optional<Progress> progress() {
        return receiving.progress();
    }

    /** How many operations were taken since the last call. */
    long takeApplied() {
        long some = applied;
        applied = 0;
        return some;
    }

    /** Logs the operations of some messages, as far as they are next. Blocks until they are durable. */
    void apply(List<SyncMessage> messages) {
        List<OperationRecord> operations = new ArrayList<>();
        List<Skip> skips = new ArrayList<>();
        for (SyncMessage message : messages) {
            for (OperationRecord operation : message.operations()) {
                OperationId id = operation.id();
                if (subscriptions.own().matches(operation.operation().key())) {
                    operations.add(operation);
                } else {
                    // Its sender has yet to hear what is wanted here.
                    skips.add(new Skip(id.origin(), id.counter(), id.counter()));
                }
            }
            if (message.isMeantFor(self)) {
                skips.addAll(message.skips());
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
        SortedMap<Origin, Long> gaps =
                subscriptions.newGaps(skips, new Vector(store.context().counters()));
        int atOnce = operations.size();
        int from = 0;
        do {
            List<OperationRecord> some = upTo(operations.subList(from, Math.min(operations.size(), from + atOnce)));
            LastWriteWins arbiter = arbiters.get();
            Result<Replicated> replicated = replication.apply(some, skips, noting(arbiter, gaps));
            if (replicated.isErr() && replicated.error().code() == ErrorCode.RECORD_TOO_LARGE) {
                // With what it replaces, which is reported, it is more than a batch may be.
                if (some.size() > 1) {
                    atOnce = some.size() / 2;
                    continue;
                }
                // What it follows on may be left out.
                Replicated before = replication
                        .apply(List.of(), skips, noting(arbiters.get(), gaps))
                        .orElseThrow();
                noteGaps(before, gaps);
                replicated = oversized.apply(some.get(0), arbiter);
                peers.restart();
            } else if (replicated.isOk()) {
                noteGaps(replicated.value(), gaps);
                decided.accept(arbiter);
            }
            applied += replicated.orElseThrow().taken();
            from += some.size();
        } while (from < operations.size());
    }

    /** Takes over what a batch was to note, if there was one: where nothing was next, nothing is logged. */
    private void noteGaps(Replicated logged, SortedMap<Origin, Long> gaps) {
        if (logged.lastSequence() > 0) {
            subscriptions.noteGaps(gaps);
        }
    }

    /** Has it in the batch itself what is left out for the first time. */
    private static Arbiter noting(LastWriteWins arbiter, SortedMap<Origin, Long> gaps) {
        if (gaps.isEmpty()) {
            return arbiter;
        }
        return new Arbiter() {
            @Override
            public Effect decide(OperationRecord incoming, List<Standing> standing) {
                return arbiter.decide(incoming, standing);
            }

            @Override
            public Optional<Value> merge(Key key, List<Standing> siblings) {
                return arbiter.merge(key, siblings);
            }

            @Override
            public void addNotes(NoteSink sink) {
                arbiter.addNotes(sink);
                sink.add(Subscriptions.NOTE, Subscriptions.encodeGaps(gaps));
            }
        };
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
        if (!message.isMeantFor(self)) {
            return;
        }
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
                                subscriptions.own().matches(each.operation().key()))
                        .map(each -> subscriptions.from(message.from(), each, known))
                        .toList(),
                chunk.known(),
                chunk.conflicts().stream()
                        .filter(each -> subscriptions.own().matches(each.key()) && isNew(each))
                        .toList());
        applied += Math.max(0, receiving.take(news, before, known, false, now));
        if (!store.context().equals(before)) {
            peers.restart();
        }
    }

    /**
     * Whether a conflict that somebody else has decided is to be told here. Of what is held and does not stand, all that there was to
     * tell was told when it lost, and may have been taken since.
     */
    private boolean isNew(Conflict conflict) {
        return !conflicts.isTold(conflict.loser())
                && (!store.context().includes(conflict.loser()) || stands(conflict.key(), conflict.loser()));
    }

    private boolean stands(Key key, OperationId id) {
        return replication.standing(key).orElseThrow().stream()
                .anyMatch(standing -> standing.id().equals(id));
    }
}
