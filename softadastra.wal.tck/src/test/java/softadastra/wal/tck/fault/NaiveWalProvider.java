package softadastra.wal.tck.fault;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
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

/** The simplest durable log there is, with a bug on demand: what the kit must let pass, and what it must catch. */
@CheckReturnValue
final class NaiveWalProvider implements WalProvider {

    /** What is wrong with it. */
    enum Bug {
        NONE,
        ACKNOWLEDGES_BEFORE_THE_FORCE,
        FORCES_NO_DIRECTORY,
        VERIFIES_NO_CHECKSUM,
        SKIPS_WHAT_DOES_NOT_VERIFY,
        WRITES_BATCHES_IN_PARTS,
        IGNORES_A_FAILED_FORCE
    }

    private final Bug bug;

    NaiveWalProvider(Bug bug) {
        this.bug = bug;
    }

    @Override
    public String name() {
        return "naive";
    }

    @Override
    public int spiVersion() {
        return WalProvider.SPI_VERSION;
    }

    @Override
    public Set<WalCapability> capabilities() {
        return Set.of(WalCapability.DURABLE);
    }

    @Override
    public Result<WalLog> open(WalConfig config, OpenMode mode) {
        return config.openStorage().flatMap(storage -> {
            try {
                return mode == OpenMode.OWN ? own(storage) : read(storage);
            } catch (IOException e) {
                return Result.err(StorageErrors.failed("open WAL path " + config.location(), e));
            }
        });
    }

    private Result<WalLog> own(Storage storage) throws IOException {
        storage.createDirectory();
        Optional<WalMarker> marker = WalMarker.read(storage).orElseThrow();
        if (marker.isEmpty()) {
            WalIdentity identity = new WalIdentity(new UUID(1, 2), new NodeId("naive"), true, 3);
            marker = Optional.of(new WalMarker(name(), identity, false));
            marker.get().write(storage);
        }
        if (!storage.list().contains(NaiveWalLog.FILE)) {
            storage.open(NaiveWalLog.FILE, Storage.Access.CREATE).close();
            if (bug != Bug.FORCES_NO_DIRECTORY) {
                storage.forceDirectory();
            }
        }
        return Result.ok(NaiveWalLog.own(bug, marker.get().identity(), storage));
    }

    private Result<WalLog> read(Storage storage) throws IOException {
        Optional<WalMarker> marker = WalMarker.read(storage).orElseThrow();
        return marker.isEmpty() || !storage.list().contains(NaiveWalLog.FILE)
                ? Result.err(ErrorCode.NOT_FOUND, "no log here")
                : Result.ok(NaiveWalLog.reader(bug, marker.get().identity(), storage));
    }

    @Override
    public Result<WalInspector> inspect(WalConfig config) {
        return Result.err(ErrorCode.UNSUPPORTED_OPERATION, "nothing to inspect it with");
    }
}
