package softadastra.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalReader;

/**
 * Builds a snapshot from a log, without opening it for writing: it creates, locks and changes nothing.
 *
 * <p>It sees what a {@link WalReader} sees: beside an owner in another process what that one's log proves to be durable, else
 * all that a recovery would keep.
 */
@CheckReturnValue
public final class SnapshotBuilderStore {

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
        return WalReader.open(config).flatMap(reader -> {
            try (reader) {
                return read(reader);
            } catch (SoftadastraException e) {
                return Result.err(e.error());
            }
        });
    }

    private static Result<Snapshot> read(WalReader reader) {
        WalIdentity identity = reader.identity();
        Applied applied = new Applied(new Origin(identity.node(), identity.epoch()));
        Replay replay = new Replay(applied, false);
        // From the very first one: a log whose history has gone would make half a snapshot.
        return reader.forEach(
                        1,
                        record -> replay.visit(
                                record.sequence(),
                                record.typeCode(),
                                record.status(),
                                record.timestamp().packed(),
                                record.payload(),
                                0,
                                record.payload().length))
                .map(count -> new Built(applied, replay.lastSequence()));
    }

    private record Built(Applied applied, long lastSequence) implements Snapshot {

        @Override
        public long size() {
            return applied.size();
        }

        @Override
        public List<Entry> all() {
            return entries("").toList();
        }

        @Override
        public Optional<Entry> get(Key key) {
            return Entries.get(applied.index(), key);
        }

        @Override
        public Stream<Entry> entries(String prefix) {
            return Entries.withPrefix(applied.index(), Key.of(prefix));
        }

        @Override
        public long localOperations() {
            return applied.counters().entrySet().stream()
                    .filter(counter -> applied.isLocal(counter.getKey()))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        @Override
        public String toString() {
            return "Snapshot[" + size() + " entries, last sequence " + lastSequence + "]";
        }
    }
}
