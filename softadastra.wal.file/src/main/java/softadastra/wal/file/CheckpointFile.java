package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;

/** A checkpoint that stands in a log's directory. */
record CheckpointFile(Storage storage, CheckpointHeader header) implements WalCheckpoint {

    /** What a checkpoint is called while it is written. */
    static final String TEMPORARY = "checkpoint.new";

    private static final NumberedName NAME = new NumberedName(".checkpoint");

    /**
     * What was found of checkpoints.
     *
     * @param file the newest, unless it is damaged
     * @param findings what is wrong with it
     */
    record Found(Optional<CheckpointFile> file, List<WalFinding> findings) {
        static final Found NONE = new Found(Optional.empty(), List.of());
    }

    static String name(long ordinal) {
        return NAME.of(ordinal);
    }

    /** The ordinal in a file's name, empty if it is no checkpoint's. */
    static Optional<Long> ordinal(String name) {
        return NAME.ordinal(name);
    }

    /**
     * Looks for the newest checkpoint; its content is not looked at.
     *
     * @param names the files of the directory
     * @throws NoSuchFileException if it went away meanwhile, since a newer one took its place
     * @throws SoftadastraException UNSUPPORTED_VERSION
     */
    static Found find(Storage storage, WalMarker marker, List<String> names) throws IOException {
        Optional<String> newest =
                names.stream().filter(name -> ordinal(name).isPresent()).max(Comparator.naturalOrder());
        return newest.isEmpty() ? Found.NONE : read(storage, marker, newest.get());
    }

    private static Found read(Storage storage, WalMarker marker, String name) throws IOException {
        FirstBlock block = FirstBlock.read(storage, name);
        CheckpointHeader.Reading reading = CheckpointHeader.read(block.bytes(), block.length());
        if (reading instanceof CheckpointHeader.Unsupported unsupported) {
            throw Findings.unsupported("checkpoint " + name, unsupported.reason());
        }
        if (reading instanceof CheckpointHeader.Damaged damaged) {
            return new Found(Optional.empty(), List.of(Findings.damagedCheckpoint(name, 0, damaged.reason())));
        }
        CheckpointHeader.Valid valid = (CheckpointHeader.Valid) reading;
        CheckpointFile file = new CheckpointFile(storage, valid.header());
        Optional<String> misfit = file.misfit(marker, name, block.fileBytes());
        if (misfit.isPresent()) {
            return new Found(Optional.empty(), List.of(Findings.damagedCheckpoint(name, 0, misfit.get())));
        }
        List<WalFinding> findings = valid.strayBytes() == 0
                ? List.of()
                : List.of(Findings.unusedDamage(name, block.length() - valid.strayBytes(), valid.strayBytes()));
        return new Found(Optional.of(file), findings);
    }

    private Optional<String> misfit(WalMarker marker, String name, long bytes) {
        if (!header.logId().equals(marker.identity().logId())) {
            return Optional.of("it belongs to log " + header.logId() + ", not to "
                    + marker.identity().logId());
        }
        if (!name.equals(name())) {
            return Optional.of("it is checkpoint " + header.ordinal() + " by its header");
        }
        long expected = CheckpointHeader.fileBytes(header.length());
        return bytes == expected
                ? Optional.empty()
                : Optional.of("the file has " + bytes + " bytes, and its header says " + expected);
    }

    String name() {
        return name(header.ordinal());
    }

    /** The size of its file. */
    long bytes() {
        return CheckpointHeader.fileBytes(header.length());
    }

    @Override
    public long beginSequence() {
        return header.begin();
    }

    @Override
    public long endSequence() {
        return header.end();
    }

    @Override
    public long length() {
        return header.length();
    }

    @Override
    public HybridTimestamp timestamp() {
        return HybridTimestamp.ofPacked(header.highestTimestamp());
    }

    /** Reads all of it; what is damaged, if anything is. */
    List<WalFinding> verify(WalProgress progress) throws IOException {
        try (CheckpointReader reader =
                new CheckpointReader(storage.open(name(), Storage.Access.READ), name(), header)) {
            return reader.verify(progress).map(List::of).orElse(List.of());
        }
    }

    @Override
    public WalCheckpointReader open() {
        try {
            return new CheckpointReader(storage.open(name(), Storage.Access.READ), name(), header);
        } catch (NoSuchFileException e) {
            throw Findings.failure(
                    ErrorCode.HISTORY_GONE,
                    "failed to open WAL checkpoint " + name() + ": history is gone, a newer checkpoint took its place");
        } catch (IOException e) {
            throw StorageErrors.failed("open WAL checkpoint " + name(), e).toException();
        }
    }
}
