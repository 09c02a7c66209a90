package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;

/**
 * Writes a {@link NewLog} of what a salvage finds.
 */
final class LogRepair {

    /** How many lost sequences are filled by one batch. */
    private static final int FILL = 4096;

    private static final int CHUNK = 1 << 20;

    private static final byte[] NOTHING = {};

    private final SalvageSource source;
    private final Storage target;
    private final NewLog log;
    private final WalProgress progress;
    private final WalBatch batch = new WalBatch();

    private long next;
    private long filled;
    private long timestamp;

    private LogRepair(SalvageSource source, Storage target, NewLog log, WalProgress progress) {
        this.source = source;
        this.target = target;
        this.log = log;
        this.progress = progress;
    }

    /** Repairs; see {@link WalInspector#repair}. */
    static WalInspector.Repair run(SalvageSource source, WalConfig config, WalProgress progress) throws IOException {
        WalIdentity identity = identity(source.identity(), config.node().orElseThrow());
        Storage target = config.openStorage().orElseThrow();
        Salvage.Report survey = source.survey(progress);
        Optional<CheckpointFile> checkpoint = source.wholeCheckpoint();
        if (survey.records() == 0 && !survey.lost().isEmpty() && checkpoint.isEmpty()) {
            throw Findings.failure(
                    ErrorCode.CORRUPTION,
                    "failed to repair WAL " + source.storage().description() + ": no record in it verifies");
        }
        NewLog log = new NewLog(target, config, identity, "repair");
        LogLock lock = log.take();
        LogRepair repair = new LogRepair(source, target, log, progress);
        try {
            repair.write(lock, survey);
            if (checkpoint.isPresent()) {
                repair.carry(checkpoint.get(), identity);
            }
            repair.check(survey, checkpoint);
            // Whoever opened the source meanwhile may have changed it under the reading.
            SalvageSource.refuseOwned(source.storage());
            log.complete();
        } catch (IOException | RuntimeException | Error e) {
            log.discard(e);
            throw e;
        }
        return new WalInspector.Repair(
                identity,
                survey.firstSequence(),
                survey.lastSequence(),
                survey.records(),
                repair.filled,
                survey.bytes(),
                checkpoint.isPresent(),
                survey.lost(),
                survey.findings());
    }

    /**
     * Refuses a target inside of the source, which is only read.
     *
     * @throws SoftadastraException INVALID_ARGUMENT
     */
    static void refuseInside(WalConfig source, WalConfig target) {
        Path outer = source.path().orElseThrow().toAbsolutePath().normalize();
        Path inner = target.path().orElseThrow().toAbsolutePath().normalize();
        if (inner.getFileSystem().equals(outer.getFileSystem()) && inner.startsWith(outer)) {
            throw Findings.failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to repair to " + target.location()
                            + ": it is in the log that is to be repaired, which is only"
                            + " read; choose a path beside it");
        }
    }

    /** The same node as before, unless that was provisional; a log and an epoch of their own. */
    private static WalIdentity identity(WalIdentity before, Optional<NodeId> node) {
        if (node.isPresent() && !before.provisional() && !node.get().equals(before.node())) {
            throw Findings.failure(
                    ErrorCode.WRONG_NODE,
                    "the log belongs to node '" + before.node().value() + "', and was to be repaired as '"
                            + node.get().value() + "'; leave the node id out or name its own");
        }
        return new WalIdentity(
                UUID.randomUUID(),
                node.orElse(before.node()),
                before.provisional() && node.isEmpty(),
                new SecureRandom().nextLong());
    }

    private void write(LogLock lock, Salvage.Report survey) throws IOException {
        next = survey.firstSequence();
        try (FileWalLog made = log.start(lock, next, 0)) {
            Salvage.Report unused = source.run(
                    (segment, frame) -> {
                        copy(made, frame);
                        return true;
                    },
                    (task, done, total) -> progress.progress("repair", done, total));
            fill(made, survey.lastSequence() + 1, timestamp);
        }
    }

    /** Copies the checkpoint, block by block as it is, under a header of the new log. */
    private void carry(CheckpointFile checkpoint, WalIdentity identity) throws IOException {
        CheckpointHeader before = checkpoint.header();
        CheckpointHeader after = new CheckpointHeader(
                identity.logId(),
                1,
                before.begin(),
                before.end(),
                before.length(),
                1,
                before.highestTimestamp(),
                identity.epoch(),
                before.salt());
        try (StorageFile from = source.storage().open(checkpoint.name(), Storage.Access.READ);
                StorageFile to = target.open(CheckpointFile.name(1), Storage.Access.CREATE)) {
            byte[] chunk = new byte[CHUNK];
            byte[] block = after.encode();
            to.write(0, block, 0, block.length);
            for (long at = CheckpointHeader.BYTES; at < checkpoint.bytes(); at += CHUNK) {
                progress.progress("repair checkpoint", at, checkpoint.bytes());
                int read = from.read(at, chunk, 0, CHUNK);
                to.write(at, chunk, 0, read);
            }
            to.force();
        }
        target.forceDirectory();
    }

    private void copy(FileWalLog made, FrameCursor frame) {
        if (Frame.isBookkeeping(frame.kind())) {
            return;
        }
        fill(made, frame.firstSequence(), timestamp == 0 ? frame.timestamp() : timestamp);
        batch.clear();
        long unused = frame.visit(
                (sequence, typeCode, status, at, buffer, offset, length) -> {
                    batch.add(typeCode, buffer, offset, length);
                    return true;
                },
                0,
                Long.MAX_VALUE,
                0);
        timestamp = frame.timestamp();
        submit(made, timestamp);
    }

    /** Fills what was lost below a sequence. */
    private void fill(FileWalLog made, long sequence, long at) {
        while (next < sequence) {
            batch.clear();
            for (long i = Math.min(FILL, sequence - next); i > 0; i--) {
                batch.add(WalRecordType.NOOP, NOTHING);
            }
            filled += batch.size();
            submit(made, at);
        }
    }

    private void submit(FileWalLog made, long at) {
        next += batch.size();
        long last = made.submit(batch.at(at));
        if (last != next - 1) {
            throw new IllegalStateException("sequence " + last + " was given where " + (next - 1) + " belongs");
        }
    }

    /** Reads the new log back: a repair that is not whole is none. */
    private void check(Salvage.Report survey, Optional<CheckpointFile> checkpoint) throws IOException {
        NewLog.Check check = log.check(progress);
        boolean whole = check.clean()
                && check.checkpoint().isPresent() == checkpoint.isPresent()
                && check.scan().lastSequence() == survey.lastSequence()
                && check.scan().records() == survey.records() + filled;
        if (!whole) {
            throw log.notWhole(check);
        }
    }
}
