package softadastra.wal.file;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.storage.Storage;

/**
 * Makes a log that begins with more than nothing. The marker, without which the directory is no log, comes last: after
 * everything is durable, and was read back. So what was cut short never passes for a whole one.
 */
final class NewLog {

    private static final Set<String> LOCKS = Set.of(LogLock.LOCK_FILE, LogLock.OWNER_FILE, LogLock.OWNER_TEMPORARY);

    private final Storage target;
    private final WalConfig config;
    private final WalIdentity identity;
    private final String purpose;

    /**
     * A log that is to be made.
     *
     * @param purpose what is done, for messages: {@code repair}
     */
    NewLog(Storage target, WalConfig config, WalIdentity identity, String purpose) {
        this.target = target;
        this.config = config.withAutoFlush(false).withRecovery(RecoveryMode.TORN_TAIL);
        this.identity = identity;
        this.purpose = purpose;
    }

    WalIdentity identity() {
        return identity;
    }

    /**
     * Makes the directory, and takes it.
     *
     * @throws SoftadastraException INVALID_ARGUMENT if something is there; LOCKED
     */
    LogLock take() throws IOException {
        target.createDirectory();
        refuseAnything(target.list());
        LogLock lock;
        try {
            lock = LogLock.take(target);
        } catch (IOException | Error e) {
            discard(e);
            throw e;
        }
        try {
            // Somebody else may have been here in between.
            refuseAnything(
                    target.list().stream().filter(name -> !LOCKS.contains(name)).toList());
            return lock;
        } catch (IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private void refuseAnything(List<String> names) {
        if (!names.isEmpty()) {
            boolean cutShort = !names.contains(WalMarker.FILE)
                    && names.stream()
                            .anyMatch(name -> name.equals(LogLock.LOCK_FILE)
                                    || CheckpointFile.ordinal(name).isPresent());
            throw Findings.failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to " + purpose + " to " + target.description()
                            + ": the directory is not empty, and nothing is written over; "
                            + (cutShort
                                    ? "it may hold what is left of a log whose making was cut short: delete it, or"
                                            + " choose a new path"
                                    : "choose a new path"));
        }
    }

    /**
     * Starts the log, whose lock was taken; that is let go with it, or if it cannot be started.
     *
     * @param firstSequence what its first record is given
     * @param highestTimestamp the highest timestamp before that
     */
    FileWalLog start(LogLock lock, long firstSequence, long highestTimestamp) throws IOException {
        try {
            Segments segments = new Segments(target, identity, config.segmentBytes());
            segments.createSpare(0, segments.nextBytes(0));
            segments.start(firstSequence, 0, 0, highestTimestamp);
            WalRecovery created = new WalRecovery(
                    RecoveryMode.TORN_TAIL,
                    true,
                    true,
                    firstSequence,
                    firstSequence - 1,
                    0,
                    0,
                    0,
                    List.of(),
                    Duration.ZERO);
            return FileWalLog.start(
                    target,
                    config,
                    lock,
                    new Recovery(target, config, Optional.of(identity.node())),
                    new Recovery.Recovered(
                            identity,
                            segments,
                            SegmentHeader.BYTES,
                            segments.header().crc(),
                            highestTimestamp,
                            false,
                            Optional.empty(),
                            created));
        } catch (IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /** Reads the log back. */
    Check check(WalProgress progress) throws IOException {
        LogLayout layout = LogLayout.read(target, marker());
        LogScan.Report scan = new LogScan(target, layout, (segment, frame) -> {}, progress).run();
        Optional<CheckpointFile> checkpoint = layout.checkpoint().file();
        boolean clean = scan.clean()
                && (checkpoint.isEmpty() || checkpoint.get().verify(progress).isEmpty());
        return new Check(scan, checkpoint, clean);
    }

    /**
     * What was read back.
     *
     * @param clean whether all of it verifies
     */
    record Check(LogScan.Report scan, Optional<CheckpointFile> checkpoint, boolean clean) {}

    /** Refuses a log that is not what was written. */
    SoftadastraException notWhole(Check check) {
        return Findings.failure(
                ErrorCode.IO_ERROR,
                "failed to " + purpose + " to " + target.description() + ": what was written does not read back"
                        + check.scan()
                                .firstError()
                                .map(error -> ": " + error.message())
                                .orElse(""));
    }

    /** Makes it a log. */
    void complete() throws IOException {
        marker().write(target);
    }

    private WalMarker marker() {
        return new WalMarker(FileWalProvider.NAME, identity, true);
    }

    /** Deletes what was written, as far as possible. */
    void discard(Throwable reason) {
        try {
            for (String name : target.list()) {
                target.delete(name);
            }
            target.forceDirectory();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
