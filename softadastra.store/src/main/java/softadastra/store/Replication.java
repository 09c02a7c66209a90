package softadastra.store;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.wal.spi.WalRecordType;

/**
 * What carries operations between stores has to do with one, beyond what everybody does: it logs operations of other nodes, and
 * notes of its own beside them. The store knows nothing of nodes, peers or policies: these are its caller's.
 *
 * <p>From the first operation of another node, or the first note, on, the log's store remembers which keys were removed, in its
 * checkpoints too, and whoever opens it; {@link #collect} forgets.
 *
 * <p>Thread-safe. On a closed store everything is answered INVALID_STATE.
 */
@CheckReturnValue
public final class Replication {

    /** The first type code of a note. */
    public static final int FIRST_NOTE = WalRecordType.FIRST_SKIPPABLE_CODE;

    /** The last type code of a note. */
    public static final int LAST_NOTE = 79;

    /** How far, in milliseconds beyond physical time, a stamp of another node raises the clock of this one: 2 minutes. */
    public static final long MAX_FORWARD_MILLIS = 120_000;

    private final RemoteCommits commits;
    private final ReplicationLog log;
    private final Checkpointer checkpointer;
    private final Supplier<Boolean> open;

    Replication(RemoteCommits commits, ReplicationLog log, Checkpointer checkpointer, Supplier<Boolean> open) {
        this.commits = commits;
        this.log = log;
        this.checkpointer = checkpointer;
        this.open = open;
    }

    static boolean isNote(int typeCode) {
        return typeCode >= FIRST_NOTE && typeCode <= LAST_NOTE;
    }

    static void requireNote(int typeCode) {
        if (!isNote(typeCode)) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid type code of a note: " + typeCode + " is not " + FIRST_NOTE + " to " + LAST_NOTE);
        }
    }

    private <T> Result<T> attempt(Supplier<T> action) {
        return open.get() ? Result.attempt(action) : Result.err(StoreEngine.closedError());
    }

    /**
     * Logs operations of other nodes, with what they do here, as one batch, and waits until it is durable, with or without
     * automatic flush. Readers see all of it at once.
     *
     * <p>An operation is passed over unless it is the next one of its origin, and everything in its context is held.
     *
     * @param operations the operations, each with its context in full; type and effect are decided here
     * @param arbiter decides what they do
     * @return what was logged, or an error, as of {@link StoreEngine#put}, and then nothing was; INVALID_ARGUMENT too if an
     *     operation has no context or the context of a delta; ORIGIN_FORK if one is said to be of this store's own origin and
     *     the store has not written it
     */
    public Result<Replicated> apply(List<OperationRecord> operations, Arbiter arbiter) {
        return apply(operations, List.of(), arbiter);
    }

    /**
     * The same, where some operations are left out: they count as held from here on, and nothing else comes of them. A range takes
     * effect as soon as everything before it is held, and is passed over if that does not come with this batch.
     *
     * @param operations the operations that are not left out
     * @param skips those that are
     * @param arbiter decides what the operations do
     * @return what was logged, or an error, as above
     */
    public Result<Replicated> apply(List<OperationRecord> operations, List<Skip> skips, Arbiter arbiter) {
        Objects.requireNonNull(arbiter, "arbiter");
        List<OperationRecord> all = List.copyOf(operations);
        List<Skip> without = List.copyOf(skips);
        return attempt(() -> {
            all.forEach(Replication::requireRemote);
            Replicated replicated = commits.replicate(all, without, arbiter);
            commits.awaitVisible(replicated.lastSequence());
            return replicated;
        });
    }

    private static void requireRemote(OperationRecord record) {
        Optional<String> problem = Limits.problemOf(record.operation());
        if (record.isLocal() || record.contextIsDelta()) {
            problem = Optional.of("its context is not there in full");
        }
        if (problem.isPresent()) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "invalid operation " + record.id() + ": " + problem.get());
        }
    }

    /**
     * Logs operations that came without those they had replaced, as one batch with the arbiter's notes, and waits until it is
     * durable. What is held already is passed over.
     *
     * @param adoption what came
     * @param arbiter decides what the operations do
     * @return what was logged, or an error, as of {@link #apply}; RECORD_TOO_LARGE too
     */
    public Result<Replicated> adopt(Adoption adoption, Arbiter arbiter) {
        Objects.requireNonNull(adoption, "adoption");
        Objects.requireNonNull(arbiter, "arbiter");
        return attempt(() -> {
            adoption.survivors().forEach(Replication::requireRemote);
            Replicated replicated = commits.adopt(adoption, arbiter);
            commits.awaitVisible(replicated.lastSequence());
            return replicated;
        });
    }

    /**
     * Says where what was adopted, and is not held yet, is to stand beside what this store writes over it: its writer had seen it, and
     * its operation does not say so, so elsewhere both stand. It stands again with the next adoption that {@linkplain
     * Adoption#restores restores}, whose arbiter is asked about it; where one is too large for the log, the next one restores less, and
     * what is too large by itself is let go. What was remembered before is forgotten, and so is all with the process.
     *
     * @param which whether one is to, by its key; called while writers wait, by these, and once more before it stands again
     * @return ok, or INVALID_STATE
     */
    public Result<Unit> keepReplaced(BiPredicate<Key, OperationId> which) {
        Objects.requireNonNull(which, "which");
        return attempt(() -> {
            commits.keepReplaced(which);
            return Unit.UNIT;
        });
    }

    /**
     * Forgets what {@link #keepReplaced} remembers, and remembers nothing from here on: all that was adopted is held, or comes again.
     *
     * @return ok, or INVALID_STATE
     */
    public Result<Unit> forgetReplaced() {
        return attempt(() -> {
            commits.forgetReplaced();
            return Unit.UNIT;
        });
    }

    /**
     * How many operations are remembered as {@link #keepReplaced} has it. Writers may add to them all the time.
     *
     * @return so many, or INVALID_STATE
     */
    public Result<Integer> replaced() {
        return attempt(commits::replaced);
    }

    /**
     * Whether an operation is remembered as {@link #keepReplaced} has it; for arbiters, while they decide.
     *
     * @param key its key
     * @param id the operation
     * @return whether it is to stand again
     */
    public boolean isReplaced(Key key, OperationId id) {
        return commits.isReplaced(key, id);
    }

    /**
     * Takes operations that are held already, and do not stand here as they should: as one batch, as if they came without those they had
     * replaced, and waits until it is durable.
     *
     * @param survivors the operations; contexts say what they replace of what stands here
     * @param arbiter decides what they do
     * @return what was logged, or an error, as of {@link #apply}; RECORD_TOO_LARGE too
     */
    public Result<Replicated> mend(List<OperationRecord> survivors, Arbiter arbiter) {
        Objects.requireNonNull(arbiter, "arbiter");
        List<OperationRecord> all = List.copyOf(survivors);
        return attempt(() -> {
            all.forEach(Replication::requireRemote);
            Replicated replicated = commits.mend(all, arbiter);
            commits.awaitVisible(replicated.lastSequence());
            return replicated;
        });
    }

    /**
     * Logs a note, and waits until it is durable.
     *
     * @param typeCode its type code, {@value #FIRST_NOTE} to {@value #LAST_NOTE}; the store does not interpret it
     * @param payload what it says
     * @return its sequence, or an error as of {@link StoreEngine#put}
     */
    public Result<Long> note(int typeCode, byte[] payload) {
        byte[] copy = payload.clone();
        return attempt(() -> {
            requireNote(typeCode);
            long sequence = commits.note(typeCode, copy);
            commits.awaitVisible(sequence);
            return sequence;
        });
    }

    /**
     * The same, of a note that says which keys are wanted here: from here on {@linkplain Skip operations may be left out}, and a release
     * that does not know of that refuses the log, also behind a checkpoint. It would take what is left out for what is here, and tell
     * others so.
     *
     * @param typeCode from {@link #FIRST_NOTE} to {@link #LAST_NOTE}
     * @param payload the note
     * @return its sequence, or an error, as of {@link #note}
     */
    public Result<Long> noteLeavingOut(int typeCode, byte[] payload) {
        byte[] copy = payload.clone();
        return attempt(() -> {
            requireNote(typeCode);
            long sequence = commits.noteLeavingOut(typeCode, copy);
            commits.awaitVisible(sequence);
            return sequence;
        });
    }

    /**
     * Whether operations may have been left out here: whether one was, or a {@linkplain #noteLeavingOut note} has said so.
     *
     * @return whether some may have been; and then what counts as held need not be here
     */
    public boolean leavesOut() {
        return log.leavesOut();
    }

    /**
     * Has the operations of this store another epoch from here on: those that it had issued are not to go on where they ended. Waits
     * until that is durable.
     *
     * @param epoch a number that no operation of this node has had; it is to be random
     * @param kept of the epoch before, the operations up to this counter count as held; what stands here of later ones is to be
     *     {@linkplain #reissue written again}, since others may know other operations by the same identities
     * @param notes adds what is to be noted with it, in the same batch: all of it is in the log, or nothing. It is called while other
     *     writers wait
     * @return its sequence, or an error as of {@link StoreEngine#put}
     */
    public Result<Long> renew(long epoch, long kept, Consumer<Arbiter.NoteSink> notes) {
        Objects.requireNonNull(notes, "notes");
        return attempt(() -> {
            long sequence = commits.renew(epoch, kept, notes);
            commits.awaitVisible(sequence);
            return sequence;
        });
    }

    /**
     * The origin of the operations that this store logs now.
     *
     * @return its node, in its current epoch
     */
    public Result<Origin> origin() {
        return attempt(commits::self);
    }

    /**
     * Writes again what is seen under some keys, as new operations of this store: values and removals, as one batch. Each takes the
     * place of all that stands under its key. A key where something else is the last by now is left out. Waits until it is durable.
     *
     * @param old the last one of those that stand under each key
     * @return the last sequence, 0 if nothing was left; or an error as of {@link StoreEngine#write}
     */
    public Result<Long> reissue(List<Standing> old) {
        return reissue(old, (each, sink) -> {});
    }

    /**
     * The same, with notes in the same batch: all of it is in the log, or nothing.
     *
     * @param old the last one of those that stand under each key
     * @param notes adds what is to be noted with one that is written again; called for each of them, in their order, and for none that
     *     is left out, while other writers wait
     * @return the last sequence, 0 if nothing was left; or an error as of {@link StoreEngine#write}
     */
    public Result<Long> reissue(List<Standing> old, BiConsumer<Standing, Arbiter.NoteSink> notes) {
        Objects.requireNonNull(notes, "notes");
        List<Standing> all = List.copyOf(old);
        return attempt(() -> {
            long sequence = commits.reissue(all, notes);
            commits.awaitVisible(sequence);
            return sequence;
        });
    }

    /**
     * Raises the clock, however far, so that what this store writes from here on is above a stamp. It is in the log with the next
     * record.
     *
     * @param stamp the stamp, of somebody who is trusted with that
     * @return ok, or INVALID_STATE
     */
    public Result<Unit> observe(HybridTimestamp stamp) {
        return attempt(() -> {
            commits.observe(stamp);
            return Unit.UNIT;
        });
    }

    /**
     * How far a stamp is ahead of the machine's clock.
     *
     * @param stamp the stamp
     * @return so many milliseconds, negative if it is behind; or INVALID_STATE
     */
    public Result<Long> millisAhead(HybridTimestamp stamp) {
        return attempt(() -> commits.millisAhead(stamp));
    }

    /**
     * Hands over all notes, in order: those of the log, and before them those that its checkpoint carries.
     *
     * @param visitor takes them; its exceptions pass through
     * @return how many there were, or CORRUPTION, IO_ERROR
     */
    public Result<Long> notes(NoteVisitor visitor) {
        return attempt(() -> log.notes(visitor));
    }

    /**
     * Says who owns the notes: from here on checkpoints and backups have them as their owner sums them up, so that they do not pile
     * up. Until it is said, as when a log is opened by somebody who knows no notes, they are carried on one by one.
     *
     * @param owner makes what sums up the notes of one checkpoint; called on the thread that writes it. What it throws fails the
     *     checkpoint, and the log is left as it is
     * @return ok, or INVALID_STATE
     */
    public Result<Unit> summarise(Supplier<? extends NoteSummary> owner) {
        Objects.requireNonNull(owner, "owner");
        return attempt(() -> {
            checkpointer.summarise(owner);
            return Unit.UNIT;
        });
    }

    /**
     * From where on {@link StoreEngine#operations} tells what happened, one operation after the other: the beginning of the log, or
     * behind its checkpoint, or behind what was {@linkplain #adopt adopted} last.
     *
     * @return where, and what was held before; or IO_ERROR, CORRUPTION
     */
    public Result<LogStart> start() {
        return attempt(log::start);
    }

    /**
     * The last sequence that is durable and that readers see.
     *
     * @return the sequence, or INVALID_STATE
     */
    public Result<Long> durable() {
        return attempt(commits::durableAndVisible);
    }

    /**
     * Whether the log has ever had anything to do with other nodes: whether it has had an operation of one, or a note.
     *
     * @return whether it has; where not, {@link #notes} has nothing to hand over
     */
    public boolean isUsed() {
        return log.remembersRemovals();
    }

    /**
     * Has a signal run whenever something has become visible, be it an operation or a note; with automatic flush, it is durable too.
     * What becomes visible at once, by several writers, is one signal. One that is added twice is run twice.
     *
     * @param signal run by whoever made it visible, after that: it must return at once, throw nothing, and not call the store
     */
    public void addSignal(Runnable signal) {
        log.addSignal(Objects.requireNonNull(signal, "signal"));
    }

    /**
     * Has a signal run no more, or once less, if it was added more than once. It may still run once, by somebody who has begun to.
     *
     * @param signal the one that was added, as its {@code equals} has it
     */
    public void removeSignal(Runnable signal) {
        log.removeSignal(signal);
    }

    /**
     * Makes durable what is visible: with automatic flush there is nothing to do, since nothing is visible before.
     *
     * @return what was visible when the call began, which is durable now, and the sequence behind it: of all operations before that,
     *     and of no other one; or an error as of {@link StoreEngine#flush}
     */
    public Result<LogStart> settle() {
        return attempt(() -> {
            LogStart here = log.here();
            commits.settle();
            return here;
        });
    }

    /**
     * What stands under the keys behind one, in their order: values, and removals that are remembered. Each is as it is when the
     * call gets there, and durable when the call ends; of a key that several operations stand under, each of them, the last one
     * first.
     *
     * @param behind the key to begin behind; empty for the first one
     * @param visitor takes them, until it says no
     * @return how many were handed over; or an error as of {@link StoreEngine#flush}, and then nothing is to be told of them
     */
    public Result<Long> standing(Optional<Key> behind, Predicate<Standing> visitor) {
        return attempt(() -> {
            long count = log.standing(behind, visitor);
            // What a writer without automatic flush has put there meanwhile, and has taken the place of what was
            // durable.
            commits.settle();
            return count;
        });
    }

    /**
     * What stands under a key, as far as readers see it: mostly one operation; several that stand beside each other until somebody
     * writes to the key, the last one first; those that merged to what readers see, as they were written.
     *
     * @param key the key
     * @return empty if nothing does
     */
    public Result<List<Standing>> standing(Key key) {
        Objects.requireNonNull(key, "key");
        return attempt(() -> log.standing(key));
    }

    /**
     * Writes to a key that operations stand beside each other under, if these are still the ones that the caller knows: what is
     * written takes the place of all of them, here and on every node, since it was written knowing them. So does any other write to
     * the key, but without looking.
     *
     * @param key the key
     * @param value its value from here on; empty to remove it
     * @param sequence the {@linkplain Standing#sequence() sequence} of what the caller has seen to stand there
     * @return whether it was written: not if something else stands there by now; or an error as of {@link StoreEngine#put}
     */
    public Result<Boolean> resolve(Key key, Optional<Value> value, long sequence) {
        SoftadastraError invalid = value.isPresent() ? Limits.errorOf(key, value.get()) : Limits.errorOf(key);
        return invalid != null
                ? Result.err(invalid)
                : attempt(() -> commits.resolve(key, value.orElse(null), sequence));
    }

    /**
     * Writes what stands under a key once more, its value or its removal, as an operation of this store's own that is after it; if it
     * still stands there, and alone. A note goes with it, in one batch, and both are waited for until they are durable.
     *
     * @param key the key
     * @param sequence the {@linkplain Standing#sequence() sequence} of what the caller has seen to stand there
     * @param noteType the type code of the note; see {@link #note}
     * @param note what it says
     * @return whether it was written: not if something else stands there by now, or beside it; or an error as of {@link
     *     StoreEngine#put}
     */
    public Result<Boolean> rewrite(Key key, long sequence, int noteType, byte[] note) {
        Objects.requireNonNull(key, "key");
        byte[] copy = note.clone();
        return attempt(() -> {
            requireNote(noteType);
            return commits.rewrite(key, sequence, noteType, copy);
        });
    }

    /**
     * Forgets removals, as far as a retention lets them go. A few at a time: each call goes on where the one before has ended.
     *
     * @param retention asked about removals
     * @param atMost how many to ask about
     * @return how many were forgotten
     */
    public Result<Integer> collect(Retention retention, int atMost) {
        Objects.requireNonNull(retention, "retention");
        return attempt(() -> commits.collect(retention, atMost));
    }

    /**
     * How many removals are remembered, about.
     *
     * @return the number
     */
    public Result<Integer> remembered() {
        return attempt(commits::graves);
    }

    /**
     * The last stamp of this store's clock: all that it issues from here on is above.
     *
     * @return the stamp
     */
    public Result<HybridTimestamp> clock() {
        return attempt(commits::clock);
    }
}
