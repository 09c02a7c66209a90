package softadastra.store;

import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalLog;

/**
 * Makes what a store has logged durable, and visible for that. Where nobody waits for the log, a write is visible before, and this makes
 * it durable only. Thread-safe, without the lock of those who write.
 *
 * <p>It goes for the log as it was when the store was opened: one that has failed and was recovered since may hold something else under
 * the same sequences.
 */
final class Settling {
    private final WalLog log;
    private final long generation;
    private final boolean autoFlush;
    private final Versions versions;
    private final LogFailure failure;

    Settling(WalLog log, boolean autoFlush, Versions versions, LogFailure failure) {
        this.log = log;
        this.generation = log.generation();
        this.autoFlush = autoFlush;
        this.versions = versions;
        this.failure = failure;
    }

    /** Waits until a sequence is durable, if that is what writers wait for. */
    void settle(long sequence) {
        if (autoFlush && versions.views().visible() < sequence) {
            awaitVisible(sequence);
        }
    }

    /** Waits until a sequence is durable, and visible for that. */
    void awaitVisible(long sequence) {
        if (durable() >= sequence && versions.views().visible() >= sequence) {
            return;
        }
        try {
            awaitDurable(sequence);
            // Never up to a sequence that somebody waits for, which may be within a batch.
            versions.publish(durable());
        } catch (RuntimeException | Error e) {
            failure.set(e, log);
            throw e;
        }
    }

    private void awaitDurable(long sequence) {
        try {
            log.awaitDurable(sequence, generation);
        } catch (SoftadastraException e) {
            versions.publish(durable());
            if (durable() < sequence) {
                throw LogFailure.indeterminate(e);
            }
        }
    }

    /** Makes everything logged so far durable. */
    void flush() {
        long sequence = log.lastSequence();
        try {
            log.flush();
            // A log that was recovered since has made something else durable.
            requireSameGeneration();
            versions.publish(sequence);
        } catch (RuntimeException | Error e) {
            failure.set(e, log);
            throw e;
        }
    }

    /** Whether something is visible that is not durable yet, as it may be where nobody waits for the log. */
    boolean isBehind() {
        return !autoFlush && durable() < versions.views().visible();
    }

    /** What is durable of what this store has written. */
    long durable() {
        long durable = log.durableSequence();
        return log.generation() == generation ? durable : 0;
    }

    /** Refuses a log that was recovered since the store was opened. */
    void requireSameGeneration() {
        if (log.generation() != generation) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_STATE,
                    "failed to write to store: its log has failed and was recovered, and may lack what the store has"
                            + " applied; open the store again");
        }
    }
}
