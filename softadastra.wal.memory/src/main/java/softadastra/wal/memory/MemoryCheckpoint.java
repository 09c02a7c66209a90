package softadastra.wal.memory;

import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;

/** A checkpoint of a log in memory. It is gone when a newer one has taken its place, or its log is closed. */
record MemoryCheckpoint(MemoryWalLog log, long beginSequence, long endSequence, HybridTimestamp timestamp, Blob blob)
        implements WalCheckpoint {

    @Override
    public long length() {
        return blob.length();
    }

    @Override
    public WalCheckpointReader open() {
        if (!log.isInForce(this)) {
            throw new SoftadastraException(
                    ErrorCode.HISTORY_GONE,
                    "failed to open WAL checkpoint: history is gone, a newer checkpoint took its place");
        }
        return new Reader(blob);
    }

    private record Reader(Blob blob) implements WalCheckpointReader {

        @Override
        public long length() {
            return blob.length();
        }

        @Override
        public void read(long position, byte[] target, int offset, int length) {
            blob.copy(position, target, offset, length);
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
