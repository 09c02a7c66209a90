package softadastra.wal.file;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;

/** Makes a log's checkpoints, one at a time. */
final class Checkpoints {

    private final Storage storage;
    private final LogHistory history;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private volatile @Nullable GroupCommit begunOver;

    Checkpoints(Storage storage, LogHistory history) {
        this.storage = storage;
        this.history = history;
    }

    WalCheckpointWriter begin(FileWalLog log, GroupCommit commit) {
        if (!underWay.compareAndSet(false, true)) {
            throw Findings.failure(
                    ErrorCode.INVALID_STATE, "failed to begin WAL checkpoint: another one is being written");
        }
        boolean begun = false;
        begunOver = commit;
        commit.reserve().setNeeded(true);
        try {
            WalCheckpointWriter writer = new FileCheckpointWriter(log, storage, commit, commit.cut());
            begun = true;
            return writer;
        } catch (IOException e) {
            throw StorageErrors.failed("begin WAL checkpoint", e).toException();
        } finally {
            if (!begun) {
                ended();
            }
        }
    }

    /** Takes note that no checkpoint is being written any more. */
    void ended() {
        GroupCommit commit = begunOver;
        if (commit != null) {
            commit.reserve().setNeeded(false);
        }
        underWay.set(false);
    }

    /** The ordinal that the next checkpoint gets. */
    long nextOrdinal() {
        return history.checkpoint().map(file -> file.header().ordinal()).orElse(0L) + 1;
    }

    /**
     * Gives a checkpoint whose content is durable its name, makes that durable, and lets history go.
     *
     * @param commit the log, which ends if the name may be there or not
     */
    CheckpointFile publish(GroupCommit commit, CheckpointHeader header) {
        CheckpointFile file = new CheckpointFile(storage, header);
        try {
            storage.rename(CheckpointFile.TEMPORARY, file.name());
        } catch (IOException e) {
            throw failed(e);
        }
        try {
            storage.forceDirectory();
        } catch (IOException e) {
            // Which of the two checkpoints a crash leaves is not known any more.
            commit.poison("publish WAL checkpoint", e);
            throw failed(e);
        }
        history.published(file);
        return file;
    }

    private static SoftadastraException failed(IOException reason) {
        return StorageErrors.failed("publish WAL checkpoint", reason).toException();
    }
}
