package softadastra.store;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.time.Duration;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalSeed;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;

/** Where a copy of a store goes: a log that does not exist yet. Nothing is ever written over. */
final class CopyTarget {

    private final String verb;
    private final WalConfig config;
    private final long begun = System.nanoTime();

    /**
     * A target.
     *
     * @param verb what is done, for messages: {@code back up}
     */
    CopyTarget(String verb, WalConfig config) {
        this.verb = verb;
        this.config = config;
    }

    /** The log of a backup in a directory, of the kind of the log that is backed up, as far as that is durable. */
    static WalConfig beside(WalConfig source, Path directory) {
        WalConfig target = WalConfig.durable(directory).withStorage(source.storage());
        if (source.medium() != WalConfig.Medium.DURABLE) {
            return target;
        }
        target = target.withSegmentBytes(source.segmentBytes());
        if (source.providerInstance().isPresent()) {
            return target.withProvider(source.providerInstance().get());
        }
        // The one that is recorded where the log lives, so that the copy is never of another kind.
        WalConfig same = target;
        return source.openStorage()
                .flatMap(WalMarker::read)
                .map(marker ->
                        marker.map(found -> same.withProvider(found.provider())).orElse(same))
                .orElse(same);
    }

    /** Writes what the copy has. */
    interface Content {
        /** Writes all of it, and answers how many entries it has. */
        long write(WalCheckpointWriter writer);
    }

    /** Refuses a target that is in use, before any work is done for it. */
    void requireFree(WalConfig source) {
        if (config.medium() != WalConfig.Medium.DURABLE) {
            throw refusal("a copy is a durable log, and this would be one in memory");
        }
        requireOutside(source);
        Storage storage = config.openStorage().orElseThrow();
        try {
            if (storage.exists() && !storage.list().isEmpty()) {
                throw refusal("something is there, and nothing is ever written over; choose a new path");
            }
        } catch (IOException e) {
            throw StorageErrors.failed(verb + " to " + config.location(), e).toException();
        }
    }

    /** A target inside of the source would change that. */
    private void requireOutside(WalConfig source) {
        if (source.medium() == WalConfig.Medium.DURABLE) {
            Path outer = real(source.path().orElseThrow().toAbsolutePath().normalize());
            Path inner = real(config.path().orElseThrow().toAbsolutePath().normalize());
            FileSystem same = outer.getFileSystem();
            if (inner.getFileSystem().equals(same) && inner.startsWith(outer)) {
                throw refusal("it is in the log that is to be read; choose a path beside it");
            }
        }
    }

    /** A path without symbolic links, as far as it leads to what is there. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            Path parent = path.getParent();
            Path name = path.getFileName();
            return parent == null || name == null ? path : real(parent).resolve(name);
        }
    }

    private SoftadastraException refusal(String reason) {
        return new SoftadastraException(
                ErrorCode.INVALID_ARGUMENT, "failed to " + verb + " to " + config.location() + ": " + reason);
    }

    /**
     * Makes the copy.
     *
     * @param source who is copied
     * @param sequence the last sequence that it covers
     * @param timestamp the highest timestamp up to there
     */
    StoreBackup write(WalIdentity source, long sequence, HybridTimestamp timestamp, Content content) {
        WalSeed seed = new WalSeed(source.node(), source.provisional(), sequence, timestamp);
        try (WalCheckpointWriter writer = orFail(Wal.seed(config, seed))) {
            long entries = content.write(writer);
            WalCheckpoint done = writer.publish(sequence);
            return new StoreBackup(
                    config.location(),
                    identity(),
                    sequence,
                    entries,
                    done.length(),
                    Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    private WalIdentity identity() {
        try (WalReader reader = orFail(WalReader.open(config))) {
            return reader.identity();
        }
    }

    /** The answer, or an error that says what was being done. */
    private <T> T orFail(Result<T> answer) {
        if (answer.isErr()) {
            SoftadastraError error = answer.error();
            throw (error.context().isEmpty()
                            ? error.withContext("while about to " + verb + " to " + config.location())
                            : error)
                    .toException();
        }
        return answer.value();
    }
}
