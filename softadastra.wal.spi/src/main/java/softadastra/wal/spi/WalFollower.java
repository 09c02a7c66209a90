package softadastra.wal.spi;

import java.time.Duration;
import java.util.function.Consumer;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;

/**
 * Tails a log: hands over its records in order, each once and none before it is durable, and waits for those to come.
 *
 * <p>In the process that owns the log it is woken by each force, and holds the history that it has yet to read, so close it.
 * In another process it sees what the log itself proves to be durable, within 100 ms of a pause of the owner. For one thread at
 * a time, except {@link #close}.
 */
@CheckReturnValue
public final class WalFollower implements AutoCloseable {

    private final WalFollow follow;

    WalFollower(WalFollow follow) {
        this.follow = follow;
    }

    /** The sequence of the next record that will be handed over. */
    public long nextSequence() {
        return follow.nextSequence();
    }

    /**
     * Hands over what is durable and was not handed over yet. Where there is nothing, blocks until there is, for at most so
     * long.
     *
     * @param timeout how long to wait for the first record; zero for not at all
     * @return how many records, 0 if none came in time; or INTERRUPTED (the thread's flag stays set), INVALID_STATE if this
     *     or the log was closed, HISTORY_GONE if checkpoints of an owner in another process were faster, CORRUPTION, IO_ERROR. A
     *     SoftadastraException of the consumer is the answer too, and the next call goes on behind that record
     */
    public Result<Long> poll(Duration timeout, Consumer<? super WalRecord> consumer) {
        return Result.attempt(() ->
                follow.poll(nanos(timeout), (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
                    consumer.accept(WalReader.record(sequence, typeCode, status, timestamp, buffer, offset, length));
                    return true;
                }));
    }

    private static long nanos(Duration timeout) {
        try {
            return timeout.toNanos();
        } catch (ArithmeticException e) {
            // About three centuries.
            return timeout.isNegative() ? 0 : Long.MAX_VALUE;
        }
    }

    /** Ends it, and wakes a thread that waits in {@link #poll}. Closing twice is fine. */
    @Override
    public void close() {
        follow.close();
    }
}
