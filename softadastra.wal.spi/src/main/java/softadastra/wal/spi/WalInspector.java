package softadastra.wal.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.Severity;

/**
 * Looks into a log without opening it: what {@code wal info}, {@code wal verify}, {@code wal dump} and {@code wal repair}
 * stand on. It reads and never changes anything, works on damaged logs and beside a running owner, and keeps no more than a
 * frame in memory.
 *
 * <p>With {@link RecoveryMode#SALVAGE} all of it goes over everything that verifies rather than up to the first damage, and
 * needs a log that nobody has open; where even the marker is damaged or missing, the provider has to be named.
 */
@CheckReturnValue
public interface WalInspector {

    /** The inspector for the log at a path. */
    static Result<WalInspector> open(Path path) {
        return open(WalConfig.durable(path));
    }

    /** The inspector for the log at a path. */
    static Result<WalInspector> open(String path) {
        return open(WalConfig.durable(path));
    }

    /**
     * The inspector for the log that a configuration names; of that, location, storage and provider count, the recovery mode
     * if it is {@link RecoveryMode#SALVAGE}, and the node id where no marker tells it.
     */
    static Result<WalInspector> open(WalConfig config) {
        return WalProviders.find(config, OpenMode.READ).flatMap(provider -> provider.inspect(config));
    }

    /**
     * What the log is, from its headers and one pass over its frames. Damage does not fail it: what it tells is of the log up
     * to there, with a warning that names it; {@link #verify} tells all.
     */
    Result<Info> info();

    /** As {@link #info()}, for logs that take a while to read. */
    default Result<Info> info(WalProgress progress) {
        return info();
    }

    /** Reads and verifies every byte. Ok whether or not it finds damage; an error only where it could not look. */
    Result<Verification> verify(WalProgress progress);

    /**
     * Hands over every frame that verifies, bookkeeping included, in order.
     *
     * @return how many entries were handed over
     */
    Result<Long> dump(Consumer<Entry> consumer);

    /**
     * Hands over what {@link #dump} does, and then tells of the same pass what {@link #verify} would: whoever takes what was
     * handed over for all of the log has to know whether it is. Where there is damage, only the first is named, unless it
     * salvages.
     *
     * @return what was found, or an error where it could not look
     */
    default Result<Verification> scan(Consumer<Entry> consumer, WalProgress progress) {
        return dump(consumer).flatMap(entries -> verify(progress));
    }

    /**
     * Writes a new log of all that is left of this one, in another place; this one is only read. Lost sequences are filled with
     * {@link WalRecordType#NOOP} records, so that every surviving record keeps its sequence, and its timestamp. A log that
     * begins behind a checkpoint is repaired from there on, with the checkpoint if every byte of that verifies. The new log
     * has the same node, an id and an epoch of its own, and is read back before it becomes a log: one that a crash or an error
     * cut short has no marker, and opens with no provider.
     *
     * @param target where: its location must not exist or be an empty directory, its parent must exist
     * @param progress told how far it is
     * @return what was kept and what was lost, or an error. LOCKED: somebody has this log open. INVALID_ARGUMENT: something is
     *     at the target. CORRUPTION: nothing is left that verifies. UNSUPPORTED_OPERATION: this provider cannot repair.
     *     DIRECTORY_MISSING, PERMISSION_DENIED, NO_SPACE, IO_ERROR; what was written of the target is deleted then, as far as
     *     possible
     */
    default Result<Repair> repair(WalConfig target, WalProgress progress) {
        return Result.err(ErrorCode.UNSUPPORTED_OPERATION, "this WAL provider cannot repair its logs");
    }

    /**
     * What a repair made.
     *
     * @param identity who the new log is
     * @param firstSequence its first sequence
     * @param lastSequence its last one, {@code firstSequence - 1} if it has none
     * @param records how many records were kept
     * @param filled how many sequences stand filled with NOOP records in place of lost ones
     * @param bytes how many bytes of frames were kept
     * @param checkpoint whether the new log has the checkpoint of the old one; if that had one and this has not, what was in it
     *     is lost
     * @param lost which sequences were lost, in order
     * @param findings the damage, in the order of the log, each with what it took
     */
    record Repair(
            WalIdentity identity,
            long firstSequence,
            long lastSequence,
            long records,
            long filled,
            long bytes,
            boolean checkpoint,
            List<LostSequences> lost,
            List<WalFinding> findings) {

        public Repair {
            lost = List.copyOf(lost);
            findings = List.copyOf(findings);
        }
    }

    /**
     * What a log is.
     *
     * @param provider the provider's name
     * @param location where it is
     * @param identity who it is
     * @param formatVersion its format, as {@code 1.0}
     * @param files the files that hold records, in order
     * @param firstSequence the first sequence held, 1 for an empty log
     * @param lastSequence the last valid one, 0 for an empty log
     * @param durableSequence the last one that the log itself proves to be durable
     * @param records how many records verify
     * @param bytes the size of all its files
     * @param clean whether it was closed, and not written to since
     * @param owner who holds it open, if anybody
     * @param warnings what to know about the place it is in, such as that it is on a network or memory file system, and that
     *     the log is damaged
     */
    record Info(
            String provider,
            String location,
            WalIdentity identity,
            String formatVersion,
            List<FileInfo> files,
            long firstSequence,
            long lastSequence,
            long durableSequence,
            long records,
            long bytes,
            boolean clean,
            Optional<String> owner,
            List<String> warnings) {

        public Info {
            files = List.copyOf(files);
            warnings = List.copyOf(warnings);
        }

        /** Without warnings. */
        public Info(
                String provider,
                String location,
                WalIdentity identity,
                String formatVersion,
                List<FileInfo> files,
                long firstSequence,
                long lastSequence,
                long durableSequence,
                long records,
                long bytes,
                boolean clean,
                Optional<String> owner) {
            this(
                    provider,
                    location,
                    identity,
                    formatVersion,
                    files,
                    firstSequence,
                    lastSequence,
                    durableSequence,
                    records,
                    bytes,
                    clean,
                    owner,
                    List.of());
        }
    }

    /**
     * A file of a log.
     *
     * @param name its name in the log's directory
     * @param firstSequence the first sequence it may hold
     * @param lastSequence the last one it holds, {@code firstSequence - 1} if none
     * @param records how many
     * @param usedBytes how much of it is in use
     * @param bytes its size
     */
    record FileInfo(String name, long firstSequence, long lastSequence, long records, long usedBytes, long bytes) {}

    /**
     * What a verification found.
     *
     * @param records how many records verified
     * @param bytes how many bytes were read
     * @param lastSequence the last valid sequence
     * @param durableSequence the last one that the log itself proves to be durable
     * @param findings everything that is not as it should be: up to the first damage, and where nobody has the log open, all
     *     behind it too
     */
    record Verification(long records, long bytes, long lastSequence, long durableSequence, List<WalFinding> findings) {

        public Verification {
            findings = List.copyOf(findings);
        }

        /** Whether acknowledged records are damaged. A torn tail alone is not corruption. */
        public boolean corrupted() {
            return findings.stream().anyMatch(finding -> finding.severity() != Severity.WARNING);
        }
    }

    /**
     * A frame, or one record of it.
     *
     * @param kind {@code RECORD}, or the name of the log's own bookkeeping: {@code SEAL}, {@code WATERMARK}
     * @param file the file it is in
     * @param offset the byte offset of its frame
     * @param frameBytes the size of its frame
     * @param record the record, unless it is bookkeeping
     */
    record Entry(String kind, String file, long offset, long frameBytes, Optional<WalRecord> record) {}
}
