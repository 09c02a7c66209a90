package softadastra.wal.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;

/** Looks into a log past any damage, and repairs it; see {@link WalInspector}. The log must have no owner. */
final class SalvageInspector implements WalInspector {

    /** A pass over the files. */
    private interface Pass<T> {
        T run(SalvageSource source) throws IOException;
    }

    private final Storage storage;
    private final WalConfig config;

    SalvageInspector(Storage storage, WalConfig config) {
        this.storage = storage;
        this.config = config;
    }

    @Override
    public Result<Info> info() {
        return info(WalProgress.NONE);
    }

    @Override
    public Result<Info> info(WalProgress progress) {
        return pass(source -> {
            Map<String, FileInfo> files = new LinkedHashMap<>();
            for (SalvageLayout.Segment segment : source.layout().segments()) {
                SegmentFile file = segment.file();
                file.header().ifPresent(header -> {
                    long first = header.firstSequence();
                    files.put(
                            file.name(),
                            new FileInfo(file.name(), first, first - 1, 0, SegmentHeader.BYTES, file.bytes()));
                });
            }
            Salvage.Report report = source.run(
                    (segment, frame) -> {
                        files.computeIfPresent(segment.name(), (name, info) -> FileWalInspector.with(info, frame));
                        return true;
                    },
                    progress);
            long bytes = 0;
            for (String name : storage.list()) {
                bytes += storage.size(name);
            }
            return new Info(
                    FileWalProvider.NAME,
                    storage.description(),
                    source.identity(),
                    FirstBlock.MAJOR + "." + FirstBlock.MINOR,
                    new ArrayList<>(files.values()),
                    report.firstSequence(),
                    report.lastSequence(),
                    report.syncedThrough(),
                    report.records(),
                    bytes,
                    false,
                    Optional.empty(),
                    storage.warnings());
        });
    }

    @Override
    public Result<Verification> verify(WalProgress progress) {
        return pass(source -> {
            return verification(source.survey(progress));
        });
    }

    private static Verification verification(Salvage.Report report) {
        return new Verification(
                report.records(), report.bytes(), report.lastSequence(), report.syncedThrough(), report.findings());
    }

    @Override
    public Result<Long> dump(Consumer<Entry> consumer) {
        return pass(source -> {
            long durable =
                    source.run((segment, frame) -> true, WalProgress.NONE).syncedThrough();
            return dump(source, durable, consumer, WalProgress.NONE);
        });
    }

    /** Two passes: which records are durable, is known at the end of the first. */
    @Override
    public Result<Verification> scan(Consumer<Entry> consumer, WalProgress progress) {
        return pass(source -> {
            Salvage.Report survey = source.survey(progress);
            long unused = dump(
                    source,
                    survey.syncedThrough(),
                    consumer,
                    (task, done, total) -> progress.progress("dump", done, total));
            return verification(survey);
        });
    }

    private static long dump(SalvageSource source, long durable, Consumer<Entry> consumer, WalProgress progress)
            throws IOException {
        long[] entries = {0};
        Salvage.Report unused = source.run(
                (segment, frame) -> {
                    entries[0] += FileWalInspector.dump(segment, frame, durable, consumer);
                    return true;
                },
                progress);
        return entries[0];
    }

    @Override
    public Result<Repair> repair(WalConfig target, WalProgress progress) {
        return pass(source -> {
            LogRepair.refuseInside(config, target);
            try {
                return LogRepair.run(source, target, progress);
            } catch (IOException e) {
                throw StorageErrors.failed("repair WAL " + storage.description() + " to " + target.location(), e)
                        .toException();
            }
        });
    }

    private <T> Result<T> pass(Pass<T> pass) {
        try {
            return Result.ok(pass.run(SalvageSource.open(storage, config)));
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        } catch (IOException e) {
            return Result.err(StorageErrors.failed("read WAL " + storage.description(), e));
        }
    }
}
