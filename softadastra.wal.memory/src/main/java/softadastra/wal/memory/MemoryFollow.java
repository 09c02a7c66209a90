package softadastra.wal.memory;

import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalFollow;
import softadastra.wal.spi.WalRecordVisitor;

/** Goes along with a log in memory, where every record is as durable as it will be at once. */
final class MemoryFollow implements WalFollow {

    private final MemoryWalLog log;
    private final MemoryPins.Pin pin;
    private volatile long next;
    private volatile boolean closed;

    MemoryFollow(MemoryWalLog log, MemoryPins.Pin pin) {
        this.log = log;
        this.pin = pin;
        this.next = pin.fromSequence();
    }

    @Override
    public long nextSequence() {
        return next;
    }

    @Override
    public long poll(long maxNanos, WalRecordVisitor visitor) {
        try {
            long last = log.awaitBeyond(next - 1, maxNanos, () -> closed);
            requireOpen();
            if (last < next) {
                return 0;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SoftadastraException(
                    ErrorCode.INTERRUPTED, "failed to follow WAL: the thread was interrupted while it waited");
        }
        long delivered = log.read(next, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
            next = sequence + 1;
            return visitor.visit(sequence, typeCode, status, timestamp, buffer, offset, length) && !closed;
        });
        pin.moveTo(next);
        return delivered;
    }

    private void requireOpen() {
        if (closed) {
            throw new SoftadastraException(ErrorCode.INVALID_STATE, "failed to follow WAL: the follower is closed");
        }
        log.requireOpenNow("follow WAL");
    }

    @Override
    public void close() {
        closed = true;
        pin.close();
        log.wakeFollowers();
    }
}
