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

    private final FileWalLog log;
    private final GroupCommit commit;
    private final GroupCommit.Cut cut;
    private final int salt = new SecureRandom().nextInt();
    private final CheckpointBlocks blocks = new CheckpointBlocks(salt, this::write);
    private final StorageFile file;
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
        return blocks.length();
    }

    @Override
    public void write(byte[] source, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, source.length);
        requireOpen();
        try {
            blocks.write(source, offset, count);
        } catch (IOException e) {
            throw failed(e);
        }
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
        byte[] again = new byte[CheckpointHeader.BLOCK_BYTES];
        for (long number = 0; number < blocks.count(); number++) {
            long at = CheckpointHeader.BYTES + number * CheckpointHeader.BLOCK_BYTES;
            int count = (int) Math.min(CheckpointHeader.BLOCK_BYTES, blocks.fileBytes() - at);
            int content = count - Integer.BYTES;
            if (file.read(at, again, 0, count) < count
                    || LittleEndian.getInt(again, content) != blocks.crc(number, again, content)) {
                throw new IOException("what was written cannot be read back");
            }
            file.write(at, again, 0, count);
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
        CheckpointHeader header = log.checkpointHeader(cut, endSequence, blocks.length(), salt);
        try {
            blocks.end();
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
