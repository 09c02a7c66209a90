package softadastra.store;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.Result;
import softadastra.core.Severity;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalRecordVisitor;

/**
 * Copies what a log holds of a store to another place, without opening it: a restore, or a backup beside the store's owner.
 *
 * <p>The entries of the checkpoint are copied one by one, from where they lie; where the log has gone on since, all are read
 * into memory first, as {@link SnapshotBuilderStore} does.
 */
final class StoreCopy {

    private static final int ATTEMPTS = 5;

    private final String verb;
    private final WalConfig source;
    private final CopyTarget target;
    private final WalProgress progress;

    StoreCopy(String verb, WalConfig source, WalConfig target, WalProgress progress) {
        this.verb = verb;
        this.source = source;
        this.target = new CopyTarget(verb, target);
        this.progress = progress;
    }

    /**
     * Copies.
     *
     * @param closed whether nobody has the source open, so that every byte of it is to verify
     */
    @CheckReturnValue
    Result<StoreBackup> run(boolean closed) {
        for (int attempt = 1; ; attempt++) {
            Result<StoreBackup> copy = Result.attempt(() -> runOnce(closed));
            if (copy.isOk() || copy.error().code() != ErrorCode.HISTORY_GONE || attempt == ATTEMPTS) {
                return copy.isErr() && copy.error().code() == ErrorCode.CORRUPTION
                        ? Result.err(damaged(copy.error()))
                        : copy;
            }
            // The owner has put another checkpoint in the place of the one that was being read.
        }
    }

    private StoreBackup runOnce(boolean closed) {
        target.requireFree(source);
        try (WalReader reader = open(closed)) {
            if (closed) {
                verify();
            }
            return copy(reader);
        }
    }

    private WalReader open(boolean closed) {
        Result<WalReader> reader = WalReader.open(source);
        if (closed && reader.isErr() && reader.error().code() == ErrorCode.NOT_FOUND) {
            throw reader.error()
                    .withContext("a backup whose making was cut short is none, and is to be deleted")
                    .toException();
        }
        return reader.orElseThrow();
    }

    /** Reads every byte, also what is not copied. */
    private void verify() {
        Result<WalInspector.Verification> verified =
                WalInspector.open(source).flatMap(inspector -> inspector.verify(progress));
        if (verified.isErr() && verified.error().code() == ErrorCode.UNSUPPORTED_OPERATION) {
            // What is copied is verified all the same.
            return;
        }
        Optional<WalFinding> damage = verified.orElseThrow().findings().stream()
                .filter(finding -> finding.severity() != Severity.WARNING)
                .findFirst();
        if (damage.isPresent()) {
            throw damage.get().toError().toException();
        }
    }

    /** What is damaged is the source: the copy is read back by whoever makes it. */
    private SoftadastraError damaged(SoftadastraError error) {
        return SoftadastraError.of(
                        ErrorCode.CORRUPTION,
                        "failed to " + verb + " " + source.location() + ": " + error.message(),
                        error.toException())
                .withContext(error.context());
    }

    private StoreBackup copy(WalReader reader) {
        Optional<WalCheckpoint> checkpoint = reader.checkpoint().orElseThrow();
        if (checkpoint.isEmpty()) {
            return copy(reader, null);
        }
        // One to read the entries from, which goes when they are in memory, and one for what is carried on.
        try (Base entries = Base.open(checkpoint.get());
                Base carried = Base.open(checkpoint.get())) {
            return copy(reader, new Found(checkpoint.get(), entries, carried));
        }
    }

    /** A checkpoint, opened twice. */
    private record Found(WalCheckpoint checkpoint, Base entries, Base carried) {}

    private StoreBackup copy(WalReader reader, @Nullable Found found) {
        WalIdentity identity = reader.identity();
        Versions versions = new Versions(new Origin(identity.node(), identity.epoch()));
        long behind = 0;
        HybridTimestamp timestamp = HybridTimestamp.ZERO;
        if (found != null) {
            verify(found);
            versions.recover(found.entries());
            behind = found.entries().head().sequence();
            timestamp = found.checkpoint().timestamp();
        }
        RecordSource records = RecordSource.of(reader);
        Replay tail = new Replay(versions, done -> {});
        long begin = behind + 1;
        tail.run(records, begin);
        long last = Math.max(behind, tail.lastSequence());
        if (found != null && last > behind) {
            versions.loadAll(found.entries());
        }
        versions.addedThrough(last);
        versions.begin();
        Versions.Held held = versions.hold();
        HybridTimestamp latest = HybridTimestamp.ofPacked(tail.lastTimestamp());
        return target.write(identity, last, latest.isAfter(timestamp) ? latest : timestamp, writer -> {
            CheckpointEncoder.Carried carried = CheckpointEntries.write(
                    writer, versions, held, (done, total) -> progress.progress("copy", done, total));
            if (found != null) {
                found.carried().carried(carried);
            }
            if (tail.skippable() > 0) {
                carryOn(records, begin, last, carried);
            }
            carried.end();
            return held.entries();
        });
    }

    /** Hands over what the log has behind its checkpoint, and is to be kept as it is. */
    private static void carryOn(RecordSource records, long begin, long last, WalRecordVisitor carried) {
        records.read(begin, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
            if (sequence <= last && WalRecordType.isSkippable(typeCode)) {
                return carried.visit(sequence, typeCode, status, timestamp, buffer, offset, length);
            }
            return sequence <= last;
        });
    }

    /** Reads all of a checkpoint, before anything is written. */
    private void verify(Found found) {
        Base base = found.carried();
        for (int block = 0; block < base.blocks(); block++) {
            Base.Entries entries = base.block(block);
            while (entries.next()) {
                // That it can be read is what is looked for.
            }
            progress.progress("verify entries", block + 1L, base.blocks());
        }
        base.carried((sequence, typeCode, status, time, buffer, offset, length) -> true);
    }
}
