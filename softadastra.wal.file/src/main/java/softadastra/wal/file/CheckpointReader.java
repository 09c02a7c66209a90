package softadastra.wal.file;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/** Reads a checkpoint's content block by block, and keeps the last block. */
final class CheckpointReader implements WalCheckpointReader {

    private static final int PROGRESS_BLOCKS = 64;

    private final StorageFile file;
    private final String name;
    private final CheckpointHeader header;
    private final BlockCrc crc;
    private final byte[] block = new byte[CheckpointHeader.BLOCK_BYTES];
    private long loaded = -1;
    private boolean closed;

    CheckpointReader(StorageFile file, String name, CheckpointHeader header) {
        this.file = file;
        this.name = name;
        this.header = header;
        this.crc = new BlockCrc(header.salt());
    }

    @Override
    public long length() {
        return header.length();
    }

    @Override
    public synchronized void read(long position, byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(position, length, header.length());
        Objects.checkFromIndexSize(offset, length, target.length);
        if (closed) {
            throw Findings.failure(
                    ErrorCode.INVALID_STATE, "failed to read WAL checkpoint " + name + ": its reader is closed");
        }
        int done = 0;
        while (done < length) {
            long at = position + done;
            load(at / CheckpointHeader.BLOCK_CONTENT);
            int from = (int) (at % CheckpointHeader.BLOCK_CONTENT);
            int count = Math.min(length - done, CheckpointHeader.BLOCK_CONTENT - from);
            System.arraycopy(block, from, target, offset + done, count);
            done += count;
        }
    }

    private void load(long number) {
        if (number == loaded) {
            return;
        }
        try {
            damageOf(number).ifPresent(damage -> {
                throw damage.toError().toException();
            });
        } catch (IOException e) {
            throw StorageErrors.failed("read WAL checkpoint " + name, e).toException();
        }
    }

    /** Loads a block; what is wrong with it, if anything is. */
    private Optional<WalFinding> damageOf(long number) throws IOException {
        loaded = -1;
        long start = number * CheckpointHeader.BLOCK_CONTENT;
        int content = (int) Math.min(CheckpointHeader.BLOCK_CONTENT, header.length() - start);
        long at = CheckpointHeader.BYTES + number * CheckpointHeader.BLOCK_BYTES;
        int read = file.read(at, block, 0, content + Integer.BYTES);
        if (read < content + Integer.BYTES
                || LittleEndian.getInt(block, content) != crc.of(number, block, 0, content)) {
            return Optional.of(Findings.damagedCheckpoint(name, at, "the checksum of its block does not match"));
        }
        loaded = number;
        return Optional.empty();
    }

    /** Reads all of it, to the first damage. */
    synchronized Optional<WalFinding> verify(WalProgress progress) throws IOException {
        long blocks = (header.length() + CheckpointHeader.BLOCK_CONTENT - 1) / CheckpointHeader.BLOCK_CONTENT;
        for (long number = 0; number < blocks; number++) {
            if (number % PROGRESS_BLOCKS == 0) {
                progress.progress("verify checkpoint", number * CheckpointHeader.BLOCK_CONTENT, header.length());
            }
            Optional<WalFinding> damage = damageOf(number);
            if (damage.isPresent()) {
                return damage;
            }
        }
        return Optional.empty();
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            file.close();
        } catch (IOException e) {
            throw StorageErrors.failed("close WAL checkpoint " + name, e).toException();
        }
    }
}
