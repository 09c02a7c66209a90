package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalSeed;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;

/** The provider of durable logs in segmented files. Found by {@code ServiceLoader}, by the name {@value #NAME}. */
public final class FileWalProvider implements WalProvider {

    /** Its name. */
    public static final String NAME = "file";

    private static final int SECTOR = 512;
    private static final Set<String> OWN_FILES = Set.of(
            WalMarker.FILE,
            WalMarker.TEMPORARY_FILE,
            LogLock.LOCK_FILE,
            LogLock.OWNER_FILE,
            LogLock.OWNER_TEMPORARY,
            CheckpointFile.TEMPORARY,
            DiskReserve.FILE,
            Recovery.SPARE_TEMPORARY);

    /** For {@code ServiceLoader}. */
    public FileWalProvider() {}

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
        return Set.of(
                WalCapability.DURABLE,
                WalCapability.EXCLUSIVE_LOCK,
                WalCapability.DIRECTORY_SYNC,
                WalCapability.FOLLOW,
                WalCapability.CHECKPOINTS);
    }

    @Override
    public Result<WalLog> open(WalConfig config, OpenMode mode) {
        return judged(config)
                .flatMap(node -> config.openStorage()
                        .flatMap(storage -> mode == OpenMode.OWN ? own(storage, config, node) : read(storage, config)));
    }

    @Override
    public Result<WalInspector> inspect(WalConfig config) {
        return config.openStorage()
                .flatMap(storage -> config.recovery() == RecoveryMode.SALVAGE
                        ? salvage(storage, config).map(source -> new SalvageInspector(storage, config))
                        : existing(storage).map(marker -> new FileWalInspector(storage, config)));
    }

    @Override
    public Result<WalCheckpointWriter> seed(WalConfig config, WalSeed seed) {
        return judged(config)
                .flatMap(node -> config.openStorage().flatMap(storage -> {
                    try {
                        return Result.ok(SeededLog.begin(storage, config, seed, node));
                    } catch (SoftadastraException e) {
                        return Result.err(e.error());
                    } catch (IOException e) {
                        return Result.err(StorageErrors.failed("make WAL path " + storage.description(), e));
                    }
                }));
    }

    /** The parts of a configuration that are kept as given until now. */
    private static Result<Optional<NodeId>> judged(WalConfig config) {
        long bytes = config.segmentBytes();
        if (bytes < WalConfig.MIN_SEGMENT_BYTES || bytes > WalConfig.MAX_SEGMENT_BYTES || bytes % SECTOR != 0) {
            return Result.err(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid WAL segment size " + bytes + ": must be " + WalConfig.MIN_SEGMENT_BYTES + " to "
                            + WalConfig.MAX_SEGMENT_BYTES + " bytes, in multiples of " + SECTOR);
        }
        return config.node();
    }

    private static Result<WalLog> own(Storage storage, WalConfig config, Optional<NodeId> node) {
        try {
            storage.createDirectory();
            refuseForeignFiles(storage);
            LogLock lock = LogLock.take(storage);
            try {
                Recovery recovery = new Recovery(storage, config, node);
                return Result.ok(FileWalLog.start(storage, config, lock, recovery, recovery.run()));
            } catch (IOException | RuntimeException | Error e) {
                release(lock, e);
                throw e;
            }
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        } catch (IOException e) {
            return Result.err(failed(storage, e));
        }
    }

    private static void release(LogLock lock, Throwable reason) {
        try {
            lock.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private static Result<WalLog> read(Storage storage, WalConfig config) {
        if (config.recovery() == RecoveryMode.SALVAGE) {
            return salvage(storage, config).map(SalvagedReadLog::new);
        }
        return existing(storage).map(marker -> new FileWalReadLog(storage, marker.identity()));
    }

    private static Result<SalvageSource> salvage(Storage storage, WalConfig config) {
        try {
            return Result.ok(SalvageSource.open(storage, config));
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        } catch (IOException e) {
            return Result.err(failed(storage, e));
        }
    }

    /** The marker of a log that must be there. */
    private static Result<WalMarker> existing(Storage storage) {
        try {
            if (storage.list().contains(WalMarker.FILE)) {
                return WalMarker.read(storage).map(Optional::orElseThrow);
            }
            return Result.err(missing(storage));
        } catch (NoSuchFileException e) {
            return Result.err(missing(storage));
        } catch (IOException e) {
            return Result.err(failed(storage, e));
        }
    }

    private static SoftadastraError missing(Storage storage) {
        return SoftadastraError.of(
                ErrorCode.NOT_FOUND, "failed to open WAL path " + storage.description() + ": log does not exist");
    }

    private static SoftadastraError failed(Storage storage, IOException cause) {
        return StorageErrors.failed("open WAL path " + storage.description(), cause);
    }

    /** A directory that is not a log, and not empty, is not ours to write into. */
    private static void refuseForeignFiles(Storage storage) throws IOException {
        List<String> names = storage.list();
        List<String> foreign = names.stream().filter(name -> !isOwnFile(name)).toList();
        if (!names.contains(WalMarker.FILE) && !foreign.isEmpty()) {
            throw Findings.failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to open WAL path " + storage.description() + ": the directory holds other files ("
                            + foreign.get(0) + (foreign.size() > 1 ? " and more" : "")
                            + ") and no log; choose an empty directory or a new one");
        }
    }

    private static boolean isOwnFile(String name) {
        return OWN_FILES.contains(name)
                || SegmentFile.ordinal(name).isPresent()
                || CheckpointFile.ordinal(name).isPresent();
    }
}
