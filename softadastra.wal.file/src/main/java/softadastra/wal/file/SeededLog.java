package softadastra.wal.file;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalSeed;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/**
 * Makes a log that begins with a checkpoint; see {@link WalProvider#seed}. The checkpoint is written first, under another name,
 * forced, and renamed; then the first segment is made, all is read back, and the marker makes it a log.
 */
final class SeededLog implements WalCheckpointWriter {

    private final Storage target;
    private final NewLog log;
    private final WalSeed seed;
    private final int salt = new SecureRandom().nextInt();
    private final CheckpointBlocks blocks;
    private final StorageFile file;
    private Optional<LogLock> lock;
    private boolean closed;

    private SeededLog(Storage target, NewLog log, WalSeed seed, LogLock lock) throws IOException {
        this.target = target;
        this.log = log;
        this.seed = seed;
        this.lock = Optional.of(lock);
        this.file = target.open(CheckpointFile.TEMPORARY, Storage.Access.CREATE);
        this.blocks = new CheckpointBlocks(salt, (position, bytes, count) -> file.write(position, bytes, 0, count));
    }

    /** Begins to make a log. */
    static SeededLog begin(Storage target, WalConfig config, WalSeed seed, Optional<NodeId> node) throws IOException {
        if (!seed.provisional() && node.isPresent() && !node.get().equals(seed.node())) {
            throw Findings.failure(
                    ErrorCode.WRONG_NODE,
                    "failed to make WAL " + target.description() + ": it is to belong to node '"
                            + seed.node().value() + "', and the configuration names '"
                            + node.get().value() + "'; leave the node id out or name that one");
        }
        WalIdentity identity = new WalIdentity(
                UUID.randomUUID(),
                node.orElse(seed.node()),
                seed.provisional() && node.isEmpty(),
                new SecureRandom().nextLong());
        NewLog log = new NewLog(target, config, identity, "write a log");
        LogLock lock = log.take();
        try {
            return new SeededLog(target, log, seed, lock);
        } catch (IOException | RuntimeException | Error e) {
            release(lock, e);
            log.discard(e);
            throw e;
        }
    }

    private static void release(LogLock lock, Throwable reason) {
        try {
            lock.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    @Override
    public long beginSequence() {
        return seed.lastSequence() + 1;
    }

    @Override
    public long length() {
        return blocks.length();
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.length);
        requireOpen();
        try {
            blocks.write(source, offset, length);
        } catch (IOException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            discard(e);
            throw e;
        }
    }

    @Override
    public WalCheckpoint publish(long endSequence) {
        requireOpen();
        if (endSequence != seed.lastSequence()) {
            throw Findings.failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to publish WAL checkpoint: the log is to go on behind sequence " + seed.lastSequence()
                            + ", and not behind " + endSequence);
        }
        try {
            WalCheckpoint published = complete();
            closed = true;
            return published;
        } catch (IOException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            discard(e);
            throw e;
        }
    }

    private CheckpointFile complete() throws IOException {
        blocks.end();
        CheckpointHeader header = new CheckpointHeader(
                log.identity().logId(),
                1,
                beginSequence(),
                seed.lastSequence(),
                blocks.length(),
                1,
                seed.lastTimestamp().packed(),
                log.identity().epoch(),
                salt);
        byte[] block = header.encode();
        file.write(0, block, 0, block.length);
        file.force();
        file.close();
        target.rename(CheckpointFile.TEMPORARY, CheckpointFile.name(1));
        target.forceDirectory();
        // From here on a repair finds all of the checkpoint, or nothing to repair.
        LogLock taken = lock.orElseThrow();
        lock = Optional.empty();
        log.start(taken, beginSequence(), seed.lastTimestamp().packed()).close();
        NewLog.Check check = log.check(WalProgress.NONE);
        Optional<CheckpointFile> checkpoint = check.checkpoint();
        if (!check.clean()
                || checkpoint.isEmpty()
                || !checkpoint.get().header().equals(header)
                || check.scan().lastSequence() != seed.lastSequence()) {
            throw log.notWhole(check);
        }
        log.complete();
        return checkpoint.get();
    }

    private void requireOpen() {
        if (closed) {
            throw Findings.failure(ErrorCode.INVALID_STATE, "failed to write WAL checkpoint: it is closed");
        }
    }

    private SoftadastraException failed(IOException reason) {
        discard(reason);
        return StorageErrors.failed("write WAL " + target.description(), reason).toException();
    }

    private void discard(Throwable reason) {
        closed = true;
        try {
            file.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
        lock.ifPresent(taken -> release(taken, reason));
        log.discard(reason);
    }

    @Override
    public void close() {
        if (!closed) {
            discard(new IOException("abandoned"));
        }
    }
}
