package softadastra.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecordStatus;

/**
 * Builds a snapshot from a log, without opening it for writing: it creates, locks and changes nothing.
 *
 * <p>It sees what a {@link WalReader} sees: beside an owner in another process what that one's log proves to be durable, else
 * all that a recovery would keep.
 */
@CheckReturnValue
public final class SnapshotBuilderStore {

    private static final int ATTEMPTS = 5;

    private SnapshotBuilderStore() {}

    /**
     * Builds a snapshot from a durable log; see {@link #build(WalConfig)}.
     *
     * @param path the log's directory
     * @return the snapshot, or an error
     */
    public static Result<Snapshot> build(Path path) {
        return build(WalConfig.durable(path));
    }

    /**
     * Builds a snapshot from a durable log; see {@link #build(WalConfig)}.
     *
     * @param path the log's directory
     * @return the snapshot, or an error
     */
    public static Result<Snapshot> build(String path) {
        return build(WalConfig.durable(path));
    }

    /**
     * Builds a snapshot from a log. Blocks while it reads; takes as much memory as a store with the same entries.
     *
     * @param config the log
     * @return the snapshot, or an error. As of {@link WalReader#open(WalConfig)}; DECODE_FAILED, UNSUPPORTED_VERSION or
     *     UNSUPPORTED_OPERATION, naming the sequence, for an operation that is damaged or of a newer release; HISTORY_GONE if
     *     the log no longer has its first records; CORRUPTION
     */
    public static Result<Snapshot> build(WalConfig config) {
        return build(config, (sequence, typeCode, payload) -> {});
    }

    /**
     * Builds a snapshot from a log, and hands over the notes of replication that it has up to there; see {@link #build(WalConfig)}
     * and {@link Replication#notes}.
     *
     * @param config the log
     * @param notes is handed the notes in order, once the log was read
     * @return the snapshot, or an error, and then no note was handed over
     */
    public static Result<Snapshot> build(WalConfig config, NoteVisitor notes) {
        Objects.requireNonNull(notes, "notes");
        return WalReader.open(config).flatMap(reader -> {
            try (reader) {
                return read(reader, notes);
            } catch (SoftadastraException e) {
                return Result.err(e.error());
            }
        });
    }

    private static Result<Snapshot> read(WalReader reader, NoteVisitor visitor) {
        for (int attempt = 1; ; attempt++) {
            Notes notes = new Notes();
            Result<Snapshot> snapshot = Result.attempt(() -> readOnce(reader, notes));
            if (snapshot.isOk()) {
                notes.handOver(visitor);
            }
            if (snapshot.isOk() || snapshot.error().code() != ErrorCode.HISTORY_GONE || attempt == ATTEMPTS) {
                return snapshot;
            }
            // The owner has put another checkpoint in the place of the one that was being read.
        }
    }

    /** Keeps the notes of a log. */
    private static final class Notes {
        private final List<Long> sequences = new ArrayList<>();
        private final List<Integer> typeCodes = new ArrayList<>();
        private final List<byte[]> payloads = new ArrayList<>();

        boolean visit(
                long sequence,
                int typeCode,
                WalRecordStatus status,
                long timestamp,
                byte[] buffer,
                int offset,
                int length) {
            if (Replication.isNote(typeCode)) {
                sequences.add(sequence);
                typeCodes.add(typeCode);
                payloads.add(Arrays.copyOfRange(buffer, offset, offset + length));
            }
            return true;
        }

        void handOver(NoteVisitor visitor) {
            for (int i = 0; i < payloads.size(); i++) {
                visitor.visit(sequences.get(i), typeCodes.get(i), payloads.get(i));
            }
        }
    }

    private static Snapshot readOnce(WalReader reader, Notes notes) {
        WalIdentity identity = reader.identity();
        Versions versions = new Versions(new Origin(identity.node(), identity.epoch()));
        Optional<WalCheckpoint> checkpoint = reader.checkpoint().orElseThrow();
        if (checkpoint.isPresent()) {
            load(checkpoint.get(), versions, notes);
        }
        long behind = versions.added();
        Replay replay = new Replay(versions, done -> {});
        // From the very first one: a log whose history has gone would make half a snapshot.
        RecordSource records = RecordSource.of(reader);
        replay.run(records, behind + 1);
        if (replay.skippable() > 0) {
            records.read(behind + 1, notes::visit);
        }
        versions.begin();
        return StoreSnapshot.of(
                View.now(versions),
                new StoreSnapshot.Moment(
                        identity.node(),
                        Math.max(behind, replay.lastSequence()),
                        versions.reached().entries,
                        CausalContext.ofHeld(versions.counters())));
    }

    private static void load(WalCheckpoint checkpoint, Versions versions, Notes notes) {
        try (Base base = Base.open(checkpoint)) {
            base.carried(notes::visit);
            versions.recover(base);
            versions.loadAll(base);
        }
    }
}
