package softadastra.wal.file;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.Objects;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/** Writes a checkpoint's content under another name, in blocks; its log publishes it. */
final class FileCheckpointWriter implements WalCheckpointWriter {

    private static final int BUFFERED_BLOCKS = 16;

    private final FileWalLog log;
    private final GroupCommit commit;
    private final GroupCommit.Cut cut;
    private final int salt = new SecureRandom().nextInt();
    private final BlockCrc crc = new BlockCrc(salt);
    private final StorageFile file;

    private final byte[] buffer = new byte[BUFFERED_BLOCKS * CheckpointHeader.BLOCK_BYTES];
    /** Where in the buffer the current block starts, and how much content it has. */
    private int blockStart;

    private int blockLength;
    private long blocks;
    private long flushed = CheckpointHeader.BYTES;
    private long length;
    private boolean closed;

    FileCheckpointWriter(FileWalLog log, Storage storage, GroupCommit commit, GroupCommit.Cut cut) throws IOException {
        this.log = log;
        this.commit = commit;
        this.cut = cut;
        if (storage.list().contains(CheckpointFile.TEMPORARY)) {
            storage.delete(CheckpointFile.TEMPORARY);
        }
        this.file = create(storage, commit);
    }

    private static StorageFile create(Storage storage, GroupCommit commit) throws IOException {
        try {
            return storage.open(CheckpointFile.TEMPORARY, Storage.Access.CREATE);
        } catch (IOException e) {
            requireReserve(e, commit);
            return storage.open(CheckpointFile.TEMPORARY, Storage.Access.CREATE);
        }
    }

    @Override
    public long beginSequence() {
        return cut.sequence();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public void write(byte[] source, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, source.length);
        requireOpen();
        try {
            int done = 0;
            while (done < count) {
                int part = Math.min(count - done, CheckpointHeader.BLOCK_CONTENT - blockLength);
                System.arraycopy(source, offset + done, buffer, blockStart + blockLength, part);
                blockLength += part;
                done += part;
                length += part;
                if (blockLength == CheckpointHeader.BLOCK_CONTENT) {
                    endBlock();
                }
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void endBlock() throws IOException {
        int sum = crc.of(blocks++, buffer, blockStart, blockLength);
        LittleEndian.putInt(buffer, blockStart + blockLength, sum);
        blockStart += blockLength + Integer.BYTES;
        blockLength = 0;
        if (blockStart == buffer.length) {
            flushBlocks();
        }
    }

    private void flushBlocks() throws IOException {
        write(flushed, buffer, blockStart);
        flushed += blockStart;
        blockStart = 0;
    }

    private void write(long position, byte[] bytes, int count) throws IOException {
        try {
            file.write(position, bytes, 0, count);
        } catch (IOException e) {
            requireReserve(e, commit);
            file.write(position, bytes, 0, count);
        }
    }

    /** On a full disk a checkpoint may use the reserve up: it is what makes room. Throws where it is not full, or has none. */
    private static void requireReserve(IOException failure, GroupCommit commit) throws IOException {
        if (StorageErrors.code(failure) != ErrorCode.NO_SPACE || !commit.releaseReserve()) {
            throw failure;
        }
    }

    /** Some file systems find out only now that they have no room. */
    private void force(byte[] block) throws IOException {
        try {
            file.force();
        } catch (IOException e) {
            requireReserve(e, commit);
            writeAgain(block);
            file.force();
        }
    }

    /**
     * Writes all of it once more: a force that has failed may have left pages marked clean, and another one would pass them over.
     * What is read back for this must verify, since it need not be what was written.
     */
    private void writeAgain(byte[] block) throws IOException {
        file.write(0, block, 0, block.length);
        for (long number = 0; number < blocks; number++) {
            long at = CheckpointHeader.BYTES + number * CheckpointHeader.BLOCK_BYTES;
            int count = (int) Math.min(CheckpointHeader.BLOCK_BYTES, flushed - at);
            int content = count - Integer.BYTES;
            if (file.read(at, buffer, 0, count) < count
                    || LittleEndian.getInt(buffer, content) != crc.of(number, buffer, 0, content)) {
                throw new IOException("what was written cannot be read back");
            }
            file.write(at, buffer, 0, count);
        }
    }

    @Override
    public WalCheckpoint publish(long endSequence) {
        requireOpen();
        if (endSequence < cut.sequence() - 1) {
            throw Findings.failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to publish WAL checkpoint: it begins with sequence " + cut.sequence()
                            + ", and cannot end at " + endSequence);
        }
        commit.awaitDurable(endSequence);
        CheckpointHeader header = log.checkpointHeader(cut, endSequence, length, salt);
        try {
            if (blockLength > 0) {
                endBlock();
            }
            flushBlocks();
            byte[] block = header.encode();
            write(0, block, block.length);
            force(block);
            file.close();
        } catch (IOException e) {
            throw failed(e);
        }
        closed = true;
        return log.publish(commit, header);
    }

    private void requireOpen() {
        if (closed) {
            throw Findings.failure(ErrorCode.INVALID_STATE, "failed to write WAL checkpoint: it is closed");
        }
        log.requireSame(commit);
    }

    /** Half a checkpoint would hold space that a full disk lacks. */
    private SoftadastraException failed(IOException reason) {
        discard(reason);
        return StorageErrors.failed("write WAL checkpoint", reason)
                .withContext("the log goes on without it")
                .toException();
    }

    private void discard(Throwable reason) {
        closed = true;
        try {
            try {
                file.close();
            } finally {
                log.discardCheckpoint();
            }
        } catch (IOException e) {
            // The next checkpoint, or the next open, deletes it.
            reason.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            discard(new IOException("abandoned"));
        }
    }
}
