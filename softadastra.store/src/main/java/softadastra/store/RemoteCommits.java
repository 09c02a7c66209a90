package softadastra.store;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.HybridClock;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordType;

/**
 * The way of what other nodes wrote, and of the notes about it: as that of this store's own writes ({@link Commits}), under the
 * same lock, but with versions, stamps and counters as their writers made them.
 *
 * <p>The first of it makes the store remember which keys were removed.
 */
final class RemoteCommits {

    /** So much of what own writes took the place of stands again at once, or all that there is of one key. */
    private static final long MAX_RESTORED_BYTES = 4 << 20;

    private final Commits commits;
    private final WalLog log;
    private final HybridClock clock;
    private final Versions versions;
    private final FirstContact contact;
    private long restoredBytes = MAX_RESTORED_BYTES;

    /** Whether what there is of one key is more than the log takes at once. */
    private boolean restoresOneByOne;

    /** Shares the lock of those who write, and what is only used under it. */
    RemoteCommits(Commits commits, WalLog log, HybridClock clock, Versions versions) {
        this.commits = commits;
        this.log = log;
        this.clock = clock;
        this.versions = versions;
        this.contact = new FirstContact(commits, log, versions);
    }

    /** Logs operations of other nodes, and what they do. */
    Replicated replicate(List<OperationRecord> operations, List<Skip> skips, Arbiter arbiter) {
        if (!operations.isEmpty() || !skips.isEmpty()) {
            // What is decided may rest on a removal that nobody had to remember until now.
            contact.happens();
        }
        return commits.writing(() -> {
            for (OperationRecord operation : operations) {
                requireNoFork(operation.id());
            }
            if (operations.isEmpty() && skips.isEmpty()) {
                return Replicated.NOTHING;
            }
            RemotePlan plan = plan(operations, skips, arbiter);
            operations.forEach(plan::add);
            plan.skip();
            return plan.isEmpty() ? plan.result(0) : plan.result(submit(plan));
        });
    }

    /** Logs operations that came without those they had replaced, and what is held from there on. */
    Replicated adopt(Adoption adoption, Arbiter arbiter) {
        contact.happens();
        return commits.writing(() -> {
            long own =
                    adoption.held().map(held -> held.counter(versions.self())).orElse(0L);
            if (own > 0) {
                requireNoFork(new OperationId(versions.self(), own));
            }
            for (OperationRecord survivor : adoption.survivors()) {
                requireNoFork(survivor.id());
            }
            RemotePlan plan = plan(adoption.survivors(), List.of(), arbiter);
            List<OperationRecord> replaced = replaced(adoption);
            replaced.forEach(plan::adopt);
            plan.list(adoption.beside());
            adoption.survivors().forEach(plan::adopt);
            plan.drop(adoption.gone());
            adoption.held().ifPresent(plan::raise);
            try {
                Replicated result = plan.result(submit(plan));
                versions.replaced().restored(replaced);
                versions.replaced().forget(adoption.told());
                restoredBytes = MAX_RESTORED_BYTES;
                restoresOneByOne = false;
                return result;
            } catch (SoftadastraException e) {
                boolean isAlone =
                        adoption.survivors().isEmpty() && adoption.held().isEmpty();
                if (isAlone && e.code() == ErrorCode.RECORD_TOO_LARGE) {
                    restoreLess(replaced);
                }
                throw e;
            }
        });
    }

    /** How many operations are to stand again with the next adoptions. */
    int replaced() {
        commits.lock().lock();
        try {
            return versions.replaced().size();
        } finally {
            commits.lock().unlock();
        }
    }

    /** Whether an operation on a key is to stand again with the next adoption. */
    boolean isReplaced(Key key, OperationId id) {
        commits.lock().lock();
        try {
            return versions.replaced().has(key, id);
        } finally {
            commits.lock().unlock();
        }
    }

    private List<OperationRecord> replaced(Adoption adoption) {
        if (!adoption.restores()) {
            return List.of();
        }
        // What is held from there on, nobody tells again.
        List<OperationRecord> some =
                versions.replaced().some(adoption.held().isPresent() ? Long.MAX_VALUE : restoredBytes);
        some.removeIf(each -> adoption.told().test(each.operation().key(), each.id()));
        return restoresOneByOne && adoption.held().isEmpty() ? some.subList(0, Math.min(1, some.size())) : some;
    }

    /** The log takes less at once; what it does not take by itself is let go, so that nothing waits for it. */
    private void restoreLess(List<OperationRecord> replaced) {
        if (replaced.size() == 1) {
            versions.replaced().restored(replaced);
        }
        boolean isOneKey =
                replaced.stream().map(each -> each.operation().key()).distinct().count() == 1;
        restoresOneByOne = isOneKey;
        restoredBytes = isOneKey ? restoredBytes : restoredBytes / 2;
    }

    /** Has what own writes take the place of, and do not know, stand beside them with the next adoption. */
    void keepReplaced(BiPredicate<Key, OperationId> which) {
        long written;
        commits.lock().lock();
        try {
            versions.replaced().keep(which);
            written = versions.added();
        } finally {
            commits.lock().unlock();
        }
        // What was under way is not remembered: whoever looks at what stands is to see it.
        commits.awaitVisible(written);
    }

    /** Has nothing of what own writes take the place of stand again. */
    void forgetReplaced() {
        commits.lock().lock();
        try {
            versions.replaced().keepNothing();
        } finally {
            commits.lock().unlock();
        }
    }

    /** Logs operations that are held, and do not stand as they should. */
    Replicated mend(List<OperationRecord> survivors, Arbiter arbiter) {
        contact.happens();
        return commits.writing(() -> {
            for (OperationRecord survivor : survivors) {
                requireNoFork(survivor.id());
            }
            RemotePlan plan = plan(survivors, List.of(), arbiter);
            survivors.forEach(plan::mend);
            return plan.isEmpty() ? plan.result(0) : plan.result(submit(plan));
        });
    }

    /** Writes to a key, if what stands there is of a sequence; waits until that is durable. */
    boolean resolve(Key key, @Nullable Value value, long sequence) {
        Decided<Boolean> decided = commits.writing(() -> commits.resolve(key, value, sequence));
        return commits.settled(decided);
    }

    /** Writes what stands alone under a key once more, and a note, if it is of a sequence; waits until that is durable. */
    boolean rewrite(Key key, long sequence, int noteType, byte[] note) {
        contact.happens();
        Decided<Boolean> decided = commits.writing(() -> {
            return commits.rewrite(key, sequence, noteType, note);
        });
        if (decided.answer()) {
            commits.awaitVisible(decided.restsOn());
        }
        return commits.settled(decided);
    }

    private void requireNoFork(OperationId id) {
        if (id.origin().equals(versions.self())
                && id.counter() > versions.totals().ownCounter()) {
            throw new SoftadastraException(
                    ErrorCode.ORIGIN_FORK,
                    "operation " + id + " is said to be this store's own, whose last one is "
                            + versions.totals().ownCounter());
        }
    }

    private RemotePlan plan(List<OperationRecord> operations, List<Skip> skips, Arbiter arbiter) {
        for (OperationRecord operation : operations) {
            // Before the batch has its timestamp, so that a restart does not take this back.
            boolean unused = clock.observe(operation.stamp(), Replication.MAX_FORWARD_MILLIS);
        }
        return new RemotePlan(
                versions, new SkipPlan(versions.self(), skips), arbiter, new ByteWriter(512), clock.nowPacked());
    }

    private long submit(RemotePlan plan) {
        WalBatch batch = plan.fill(new WalBatch());
        if (plan.records() == 0) {
            return 0;
        }
        return commits.submit(batch, batch.bytes(), plan.records(), last -> plan.addTo(versions, last));
    }

    /** Makes durable what is visible. */
    void settle() {
        commits.settleAll();
    }

    /** From here on the store's operations have another epoch; of the one before those up to a counter count as held. */
    long renew(long epoch, long kept, Consumer<Arbiter.NoteSink> notes) {
        contact.happens();
        return commits.writing(() -> {
            Renewal renewal = new Renewal(log.identity().epoch(), epoch, kept);
            WalBatch batch = new WalBatch();
            int[] records = {1};
            notes.accept((typeCode, payload) -> {
                Replication.requireNote(typeCode);
                WalBatch unused = batch.add(typeCode, payload);
                records[0]++;
            });
            // Last: the batch ends with its sequence.
            batch.add(WalRecordType.EPOCH, renewal.encode()).at(clock.nowPacked());
            return commits.submit(batch, batch.bytes(), records[0], last -> versions.renew(renewal, last));
        });
    }

    /** Writes what is seen under some keys again, as this store's own, as far as the same still stands there. */
    long reissue(List<Standing> old, BiConsumer<Standing, Arbiter.NoteSink> notes) {
        contact.happens();
        return commits.writing(() -> {
            Reissue again = new Reissue(versions, clock.nowPacked(), notes);
            old.forEach(again::add);
            if (again.records() == 0) {
                return 0L;
            }
            WalBatch batch = again.batch();
            return commits.submit(batch, batch.bytes(), again.records(), again::addTo);
        });
    }

    /** Raises the clock. */
    void observe(HybridTimestamp stamp) {
        commits.lock().lock();
        try {
            clock.atLeast(stamp);
        } finally {
            commits.lock().unlock();
        }
    }

    /** How far a stamp is ahead of physical time. */
    long millisAhead(HybridTimestamp stamp) {
        return stamp.millis() - clock.physicalMillis();
    }

    /** The origin of what this store logs. */
    Origin self() {
        return versions.self();
    }

    /** Logs a note of replication. */
    long note(int typeCode, byte[] payload) {
        contact.happens();
        return commits.writing(() -> {
            WalBatch note = new WalBatch().add(typeCode, payload).at(clock.nowPacked());
            return commits.submit(note, payload.length, 1, last -> {});
        });
    }

    /** Logs a note, and that operations may be left out from here on. */
    long noteLeavingOut(int typeCode, byte[] payload) {
        contact.happens();
        return commits.writing(() -> {
            versions.totals().leaveOut();
            byte[] mark = Raise.encodeSkip(Map.of());
            WalBatch note = new WalBatch()
                    .add(WalRecordType.HELD, mark)
                    .add(typeCode, payload)
                    .at(clock.nowPacked());
            return commits.submit(note, note.bytes(), 2, last -> {});
        });
    }

    /** Forgets removals, as far as a retention lets them go. */
    int collect(Retention retention, int atMost) {
        return commits.writing(
                () -> versions.unloaded() == null ? versions.graves().collect(retention, atMost) : 0);
    }

    /** How many removals are remembered. */
    int graves() {
        commits.lock().lock();
        try {
            return versions.graves().size();
        } finally {
            commits.lock().unlock();
        }
    }

    /** The last stamp of the clock, that of everything written included. */
    HybridTimestamp clock() {
        commits.lock().lock();
        try {
            return clock.last();
        } finally {
            commits.lock().unlock();
        }
    }

    /** Waits until a sequence is durable and visible. */
    void awaitVisible(long sequence) {
        commits.awaitVisible(sequence);
    }

    /** The last sequence that is durable and visible. */
    long durableAndVisible() {
        return Math.min(commits.durable(), versions.views().visible());
    }
}
