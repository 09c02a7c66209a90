package example.journal;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/** A log that is one file. It takes no lock, and says so. */
public final class JournalProvider implements WalProvider {
    private static final String NAME = "journal";
    private static final String FILE = "journal";

    private final SecureRandom random = new SecureRandom();

    public JournalProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public Set<WalCapability> capabilities() {
        return Set.of(WalCapability.DURABLE, WalCapability.DIRECTORY_SYNC);
    }

    @Override
    public Result<WalLog> open(WalConfig config, OpenMode mode) {
        return config.node().flatMap(node -> config.openStorage().flatMap(storage -> {
            try {
                return Result.ok(mode == OpenMode.OWN ? own(storage, config, node) : read(storage, config));
            } catch (SoftadastraException e) {
                return Result.err(e.error());
            } catch (IOException e) {
                return Result.err(StorageErrors.failed("open WAL path " + storage.description(), e));
            }
        }));
    }

    @Override
    public Result<WalInspector> inspect(WalConfig config) {
        return Result.err(ErrorCode.UNSUPPORTED_OPERATION, "a journal has no inspector");
    }

    private WalLog own(Storage storage, WalConfig config, Optional<NodeId> node) throws IOException {
        storage.createDirectory();
        Optional<WalMarker> found = WalMarker.read(storage).orElseThrow();
        if (found.isEmpty() && !storage.list().isEmpty()) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to open WAL path " + storage.description() + ": the directory holds other files");
        }
        WalMarker marker = found.isPresent() ? adopted(found.get(), node) : created(node);
        if (found.isEmpty() || !found.get().equals(marker)) {
            marker.write(storage);
        }
        boolean missing = !storage.list().contains(FILE);
        if (missing && marker.ready()) {
            throw new SoftadastraException(
                    ErrorCode.CORRUPTION, "corrupted WAL " + storage.description() + ": its journal is missing");
        }
        StorageFile file = storage.open(FILE, missing ? Storage.Access.CREATE : Storage.Access.WRITE);
        if (!marker.ready()) {
            storage.forceDirectory();
            new WalMarker(NAME, marker.identity(), true).write(storage);
        }
        return new JournalLog(file, config, marker.identity(), true, found.isEmpty());
    }

    private static WalLog read(Storage storage, WalConfig config) throws IOException {
        try {
            if (storage.list().contains(WalMarker.FILE)) {
                WalMarker marker = WalMarker.read(storage).orElseThrow().orElseThrow();
                return new JournalLog(
                        storage.open(FILE, Storage.Access.READ), config, marker.identity(), false, false);
            }
        } catch (NoSuchFileException e) {
            // Said below: no log is here, or it has no journal yet.
        }
        throw new SoftadastraException(
                ErrorCode.NOT_FOUND, "failed to open WAL path " + storage.description() + ": log does not exist");
    }

    private WalMarker created(Optional<NodeId> node) {
        WalIdentity identity = new WalIdentity(
                UUID.randomUUID(), node.orElseGet(() -> NodeId.random(random)), node.isEmpty(), random.nextLong());
        return new WalMarker(NAME, identity, false);
    }

    private static WalMarker adopted(WalMarker marker, Optional<NodeId> node) {
        WalIdentity identity = marker.identity();
        if (node.isEmpty() || node.get().equals(identity.node()) && !identity.provisional()) {
            return marker;
        }
        if (!identity.provisional()) {
            throw new SoftadastraException(
                    ErrorCode.WRONG_NODE,
                    "the log belongs to node " + identity.node() + " and was opened as " + node.get());
        }
        return new WalMarker(
                marker.provider(),
                new WalIdentity(identity.logId(), node.get(), false, identity.epoch()),
                marker.ready());
    }
}
