package softadastra.wal.tck.example;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import softadastra.core.CheckReturnValue;
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

/** Logs that are one file. They take no lock and cannot be inspected, and their provider says so. */
@CheckReturnValue
public final class DiaryProvider implements WalProvider {
    private static final String FILE = "diary";

    private final SecureRandom random = new SecureRandom();

    public DiaryProvider() {}

    @Override
    public String name() {
        return "diary";
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
        return config.node()
                .flatMap(node -> config.openStorage().flatMap(storage -> {
                    try {
                        return Result.ok(mode == OpenMode.OWN ? own(storage, config, node) : read(storage, config));
                    } catch (SoftadastraException e) {
                        return Result.err(e.error());
                    } catch (IOException e) {
                        return Result.err(StorageErrors.failed("open WAL path " + storage.description(), e));
                    }
                }));
    }

    private WalLog own(Storage storage, WalConfig config, Optional<NodeId> node) throws IOException {
        storage.createDirectory();
        Optional<WalMarker> found = WalMarker.read(storage).orElseThrow();
        if (found.isEmpty() && storage.list().stream().anyMatch(name -> !name.equals(WalMarker.TEMPORARY_FILE))) {
            throw failure(ErrorCode.INVALID_ARGUMENT, storage, "the directory holds other files");
        }
        WalMarker marker = found.isPresent() ? adopted(storage, found.get(), node) : created(node);
        if (!found.equals(Optional.of(marker))) {
            marker.write(storage);
        }
        boolean missing = !storage.list().contains(FILE);
        if (missing && marker.ready()) {
            throw failure(ErrorCode.CORRUPTION, storage, "the file " + FILE + " is missing");
        }
        DiaryLog log = new DiaryLog(
                storage.open(FILE, missing ? Storage.Access.CREATE : Storage.Access.WRITE),
                config,
                marker.identity(),
                found.isEmpty());
        log.makeDurable();
        if (!marker.ready()) {
            storage.forceDirectory();
            new WalMarker(name(), marker.identity(), true).write(storage);
        }
        return log;
    }

    private static WalLog read(Storage storage, WalConfig config) throws IOException {
        try {
            // A regular file in its place is another error, which listing it gives.
            var unused = storage.list();
            WalMarker marker = WalMarker.read(storage).orElseThrow().orElseThrow(() -> new NoSuchFileException(FILE));
            return new DiaryLog(storage.open(FILE, Storage.Access.READ), config, marker.identity(), false);
        } catch (NoSuchFileException e) {
            throw failure(ErrorCode.NOT_FOUND, storage, "log does not exist");
        }
    }

    private WalMarker created(Optional<NodeId> node) {
        NodeId owner = node.orElseGet(() -> NodeId.random(random));
        return new WalMarker(
                name(), new WalIdentity(UUID.randomUUID(), owner, node.isEmpty(), random.nextLong()), false);
    }

    private static WalMarker adopted(Storage storage, WalMarker marker, Optional<NodeId> node) {
        WalIdentity log = marker.identity();
        if (node.isEmpty() || node.get().equals(log.node())) {
            return marker;
        }
        if (!log.provisional()) {
            throw failure(ErrorCode.WRONG_NODE, storage, "it belongs to node " + log.node() + ", not to " + node.get());
        }
        return new WalMarker(
                marker.provider(), new WalIdentity(log.logId(), node.get(), false, log.epoch()), marker.ready());
    }

    private static SoftadastraException failure(ErrorCode code, Storage storage, String reason) {
        return new SoftadastraException(code, "failed to open WAL path " + storage.description() + ": " + reason);
    }

    @Override
    public Result<WalInspector> inspect(WalConfig config) {
        return Result.err(ErrorCode.UNSUPPORTED_OPERATION, "a diary has no inspector");
    }
}
