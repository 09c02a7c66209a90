package softadastra.wal.spi;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/**
 * The directory of a durable log, for whoever implements one: claimed with a {@link WalMarker} before the provider's first
 * file, given the node that was asked for, and marked ready once that file is there for good.
 *
 * <p>It takes no lock between processes. For one thread.
 */
public final class WalDirectory {

    /** Opens a provider's files, recovers what is in them, and makes that durable where it is owned. */
    @FunctionalInterface
    public interface Opener {

        /**
         * Opens the log.
         *
         * @throws IOException if the storage failed; what was opened through the directory is closed then
         */
        WalLog open(WalDirectory directory) throws IOException;
    }

    private final Storage storage;
    private final boolean owned;
    private final boolean created;
    private final List<StorageFile> opened = new ArrayList<>();
    private WalMarker marker;

    private WalDirectory(Storage storage, WalMarker marker, boolean owned, boolean created) {
        this.storage = storage;
        this.marker = marker;
        this.owned = owned;
        this.created = created;
    }

    /**
     * Opens the log in a configuration's directory, as {@link WalProvider#open} is to.
     *
     * @param provider the provider's name
     * @param opener opens the log itself; when it has returned, in {@link OpenMode#OWN}, the directory is forced and marked
     *     ready, so a file that is missing from then on is damage
     * @return the log, or an error as of {@link WalProvider#open}
     */
    @CheckReturnValue
    public static Result<WalLog> open(WalConfig config, OpenMode mode, String provider, Opener opener) {
        return config.node()
                .flatMap(node -> config.openStorage().flatMap(storage -> {
                    try {
                        WalDirectory directory = mode == OpenMode.OWN ? claim(storage, provider, node) : find(storage);
                        return Result.ok(directory.open(opener));
                    } catch (SoftadastraException e) {
                        return Result.err(e.error());
                    } catch (IOException e) {
                        return Result.err(StorageErrors.failed("open WAL path " + storage.description(), e));
                    }
                }));
    }

    private static WalDirectory claim(Storage storage, String provider, Optional<NodeId> node) throws IOException {
        storage.createDirectory();
        Optional<WalMarker> found = WalMarker.read(storage).orElseThrow();
        if (found.isEmpty() && storage.list().stream().anyMatch(name -> !name.equals(WalMarker.TEMPORARY_FILE))) {
            throw failure(
                    storage,
                    ErrorCode.INVALID_ARGUMENT,
                    "the directory holds other files and no log; choose an empty directory or a new one");
        }
        WalMarker marker = found.isPresent() ? adopted(storage, found.get(), node) : created(provider, node);
        if (!found.equals(Optional.of(marker))) {
            marker.write(storage);
        }
        return new WalDirectory(storage, marker, true, found.isEmpty());
    }

    private static WalMarker created(String provider, Optional<NodeId> node) {
        SecureRandom random = new SecureRandom();
        NodeId owner = node.orElseGet(() -> NodeId.random(random));
        return new WalMarker(
                provider, new WalIdentity(UUID.randomUUID(), owner, node.isEmpty(), random.nextLong()), false);
    }

    /** The first explicit node id replaces a provisional one. */
    private static WalMarker adopted(Storage storage, WalMarker marker, Optional<NodeId> node) {
        WalIdentity log = marker.identity();
        if (node.isEmpty() || (node.get().equals(log.node()) && !log.provisional())) {
            return marker;
        }
        if (!log.provisional()) {
            throw failure(
                    storage,
                    ErrorCode.WRONG_NODE,
                    "it belongs to node " + log.node() + ", and was opened as " + node.get());
        }
        return new WalMarker(
                marker.provider(), new WalIdentity(log.logId(), node.get(), false, log.epoch()), marker.ready());
    }

    private static WalDirectory find(Storage storage) throws IOException {
        try {
            // A regular file in its place is another error, which listing it gives.
            if (storage.list().contains(WalMarker.FILE)) {
                WalMarker marker = WalMarker.read(storage).orElseThrow().orElseThrow(() -> missing(storage));
                return new WalDirectory(storage, marker, false, false);
            }
        } catch (NoSuchFileException e) {
            // Said below.
        }
        throw missing(storage);
    }

    private WalLog open(Opener opener) throws IOException {
        try {
            WalLog log = opener.open(this);
            markReady();
            return log;
        } catch (IOException | RuntimeException | Error e) {
            try {
                closeFiles();
            } catch (IOException another) {
                e.addSuppressed(another);
            }
            throw e;
        }
    }

    /** Closes all files that were opened here, and tells of the first that could not be. */
    void closeFiles() throws IOException {
        Optional<IOException> failure = Optional.empty();
        for (StorageFile file : opened) {
            try {
                file.close();
            } catch (IOException e) {
                failure = failure.or(() -> Optional.of(e));
            }
        }
        opened.clear();
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    private void markReady() throws IOException {
        if (owned && !marker.ready()) {
            storage.forceDirectory();
            marker = new WalMarker(marker.provider(), marker.identity(), true);
            marker.write(storage);
        }
    }

    /** Who the log is, and whose. */
    public WalIdentity identity() {
        return marker.identity();
    }

    /** Whether the log is opened to be written, rather than to be read. */
    public boolean isOwned() {
        return owned;
    }

    /** Whether no log was here before. */
    public boolean isCreated() {
        return created;
    }

    /** What the directory is kept on, for providers with more than the files that are always there. */
    public Storage storage() {
        return storage;
    }

    /**
     * Opens a file that every log of this kind has: to be written where the log is owned, and made if nobody has finished
     * making the log. A {@link SerialWalLog} closes it with itself, any other log has to.
     *
     * @throws SoftadastraException CORRUPTION if it is missing; NOT_FOUND for a log that is only just being made
     */
    public StorageFile file(String name) throws IOException {
        boolean there = storage.list().contains(name);
        if (!there && marker.ready()) {
            throw failure(storage, ErrorCode.CORRUPTION, "the file " + name + " is missing");
        }
        if (!there && !owned) {
            throw missing(storage);
        }
        StorageFile file = storage.open(name, access(there));
        opened.add(file);
        return file;
    }

    private Storage.Access access(boolean there) {
        if (!owned) {
            return Storage.Access.READ;
        }
        return there ? Storage.Access.WRITE : Storage.Access.CREATE;
    }

    private static SoftadastraException missing(Storage storage) {
        return failure(storage, ErrorCode.NOT_FOUND, "log does not exist");
    }

    private static SoftadastraException failure(Storage storage, ErrorCode code, String reason) {
        return new SoftadastraException(code, "failed to open WAL path " + storage.description() + ": " + reason);
    }
}
