package softadastra.wal.memory;

import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointWriter;

/** Gathers a checkpoint of a log in memory. */
final class MemoryCheckpointWriter implements WalCheckpointWriter {

    private final MemoryWalLog log;
    private final long begin;
    private final Blob blob = new Blob();
    private boolean closed;

    MemoryCheckpointWriter(MemoryWalLog log, long begin) {
        this.log = log;
        this.begin = begin;
    }

    @Override
    public long beginSequence() {
        return begin;
    }

    @Override
    public long length() {
        return blob.length();
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        requireOpen();
        blob.add(source, offset, length);
    }

    @Override
    public WalCheckpoint publish(long endSequence) {
        requireOpen();
        WalCheckpoint published = log.publish(begin, endSequence, blob);
        closed = true;
        return published;
    }

    private void requireOpen() {
        if (closed) {
            throw new SoftadastraException(ErrorCode.INVALID_STATE, "failed to write WAL checkpoint: it is closed");
        }
        log.requireOpenNow("write WAL checkpoint");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            log.checkpointAbandoned();
        }
    }
}
