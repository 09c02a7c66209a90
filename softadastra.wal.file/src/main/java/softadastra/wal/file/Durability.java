package softadastra.wal.file;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;

/** How a thread waits for records to be durable: by leading a group, as a member of one, or as somebody who only looks on. */
final class Durability {

    private final GroupWriter writer;
    private final PendingFrames pending;
    private final NextSegment next;
    private final CommitLock lock;
    private final CommitWaiters waiters;
    private final Poison poison;

    Durability(
            GroupWriter writer,
            PendingFrames pending,
            NextSegment next,
            CommitLock lock,
            CommitWaiters waiters,
            Poison poison) {
        this.writer = writer;
        this.pending = pending;
        this.next = next;
        this.lock = lock;
        this.waiters = waiters;
        this.poison = poison;
    }

    /** Makes a sequence durable; returns when it is. */
    void await(long sequence) {
        boolean first = true;
        boolean gathered = false;
        while (writer.durable() < sequence) {
            GroupWaiter waiter = leadOrJoin(sequence, first, gathered);
            if (waiter == null) {
                return;
            }
            first = false;
            gathered = waiters.await(waiter);
        }
    }

    /**
     * Makes a sequence durable, unless somebody else is about to or others are waited for.
     *
     * @param gathered whether others were waited for
     * @return how to wait; null if it is durable
     */
    private @Nullable GroupWaiter leadOrJoin(long sequence, boolean first, boolean gathered) {
        lock.lock();
        try {
            if (sequence >= pending.nextSequence()) {
                throw Findings.failure(
                        ErrorCode.INVALID_ARGUMENT,
                        "cannot wait for sequence " + sequence + ": the last one appended is "
                                + (pending.nextSequence() - 1));
            }
            if (first && writer.durable() < sequence) {
                waiters.join(sequence);
            }
            while (writer.durable() < sequence) {
                poison.refusePending();
                if (writer.isForcing() && !writer.isWriting()) {
                    // A failed force is told once, so there are never two at a time that could both be believed.
                    waiters.awaitChange();
                    continue;
                }
                GroupWaiter waiter =
                        writer.isWriting() ? waiters.enqueue(sequence) : gathered ? null : waiters.beforeLeading();
                if (waiter != null) {
                    return waiter;
                }
                next.noteFlush();
                writer.lead(true);
            }
            return null;
        } catch (Error e) {
            // This thread may be the one that the others wait for.
            poison.set("flush WAL", e);
            waiters.wakeAll();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until more than a sequence is durable, without making it so.
     *
     * @param ended is asked after each wake-up whether to go on
     * @return whether it is
     */
    boolean awaitBeyond(long sequence, long maxNanos, BooleanSupplier ended) throws InterruptedException {
        if (writer.durable() > sequence) {
            return true;
        }
        lock.lock();
        try {
            waiters.awaitBeyond(sequence, writer::durable, maxNanos, ended);
            return writer.durable() > sequence;
        } finally {
            lock.unlock();
        }
    }
}
