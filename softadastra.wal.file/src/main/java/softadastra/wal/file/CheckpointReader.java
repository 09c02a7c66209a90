package softadastra.wal.file;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/** Reads a checkpoint's content block by block, and keeps the last block. Readers do not wait for each other. */
final class CheckpointReader implements WalCheckpointReader {

    private static final int PROGRESS_BLOCKS = 64;

    /** The content of a block that has been verified; not changed any more. */
    private static final class Block {
        final long number;
        final byte[] bytes;

        Block(long number, byte[] bytes) {
            this.number = number;
            this.bytes = bytes;
        }
    }

    private final StorageFile file;
    private final String name;
    private final CheckpointHeader header;

    /** Whoever reads holds it shared, so that the file is closed under nobody's hands. */
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

    private volatile @Nullable Block last;
    private boolean closed;

    CheckpointReader(StorageFile file, String name, CheckpointHeader header) {
        this.file = file;
        this.name = name;
        this.header = header;
    }

    @Override
    public long length() {
        return header.length();
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(position, length, header.length());
        Objects.checkFromIndexSize(offset, length, target.length);
        use.readLock().lock();
        try {
            if (closed) {
                throw Findings.failure(
                        ErrorCode.INVALID_STATE, "failed to read WAL checkpoint " + name + ": its reader is closed");
            }
            int done = 0;
            while (done < length) {
                long at = position + done;
                Block block = block(at / CheckpointHeader.BLOCK_CONTENT);
                int from = (int) (at % CheckpointHeader.BLOCK_CONTENT);
                int count = Math.min(length - done, CheckpointHeader.BLOCK_CONTENT - from);
                System.arraycopy(block.bytes, from, target, offset + done, count);
                done += count;
            }
        } finally {
            use.readLock().unlock();
        }
    }

    private Block block(long number) {
        Block known = last;
        if (known != null && known.number == number) {
            return known;
        }
        byte[] bytes = new byte[CheckpointHeader.BLOCK_BYTES];
        try {
            damageOf(number, bytes).ifPresent(damage -> {
                throw damage.toError().toException();
            });
        } catch (IOException e) {
            throw StorageErrors.failed("read WAL checkpoint " + name, e).toException();
        }
        Block read = new Block(number, bytes);
        last = read;
        return read;
    }

    /** Reads a block; what is wrong with it, if anything is. */
    private Optional<WalFinding> damageOf(long number, byte[] block) throws IOException {
        long start = number * CheckpointHeader.BLOCK_CONTENT;
        int content = (int) Math.min(CheckpointHeader.BLOCK_CONTENT, header.length() - start);
        long at = CheckpointHeader.BYTES + number * CheckpointHeader.BLOCK_BYTES;
        int read = file.read(at, block, 0, content + Integer.BYTES);
        BlockCrc crc = new BlockCrc(header.salt());
        if (read < content + Integer.BYTES
                || LittleEndian.getInt(block, content) != crc.of(number, block, 0, content)) {
            return Optional.of(Findings.damagedCheckpoint(name, at, "the checksum of its block does not match"));
        }
        return Optional.empty();
    }

    /** Reads all of it, to the first damage. */
    Optional<WalFinding> verify(WalProgress progress) throws IOException {
        byte[] block = new byte[CheckpointHeader.BLOCK_BYTES];
        long blocks = (header.length() + CheckpointHeader.BLOCK_CONTENT - 1) / CheckpointHeader.BLOCK_CONTENT;
        for (long number = 0; number < blocks; number++) {
            if (number % PROGRESS_BLOCKS == 0) {
                progress.progress("verify checkpoint", number * CheckpointHeader.BLOCK_CONTENT, header.length());
            }
            Optional<WalFinding> damage = damageOf(number, block);
            if (damage.isPresent()) {
                return damage;
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        use.writeLock().lock();
        try {
            closed = true;
            file.close();
        } catch (IOException e) {
            throw StorageErrors.failed("close WAL checkpoint " + name, e).toException();
        } finally {
            use.writeLock().unlock();
        }
    }
}
