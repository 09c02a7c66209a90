package softadastra.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalProgress;

/**
 * A copy of a store at one moment: a backup, or the store that was made of one.
 *
 * <p>A backup is a log like any other, with a checkpoint of all entries and no record behind it. So whatever reads logs reads it
 * ({@link SnapshotBuilderStore}, verification, the command), and it opens for ever, as logs do. It belongs to the same node, and
 * has an epoch of its own, as has what is restored of it: what is written there from then on is never taken for what the store
 * that was backed up wrote since.
 *
 * <p>Keys, values, versions, sequences, stamps and origins are the same in the copy, and its next write gets the sequence behind
 * the last one that it covers. Records that stores do not know and carry on are in it too; file events and other records that go
 * with the log are not. What is being written becomes a log by its last step, when everything is durable and was read back: a
 * crash before leaves a directory that no store opens with entries, and that is to be deleted.
 *
 * @param location where it is, as it was given
 * @param identity who the new log is, and whose
 * @param sequence the last sequence whose effects are in it
 * @param entries how many entries it has
 * @param bytes how long its checkpoint is
 * @param duration how long it took
 */
@CheckReturnValue
public record StoreBackup(
        String location, WalIdentity identity, long sequence, long entries, long bytes, Duration duration) {

    /** Refuses null. */
    public StoreBackup {
        Objects.requireNonNull(location, "location");
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(duration, "duration");
    }

    /**
     * Makes a store of a backup; see {@link #restore(WalConfig, WalConfig, WalProgress)}.
     *
     * @param backup the directory of the backup
     * @param target the store that is to be made; its log must not exist. Its progress is told
     * @return what was restored, or an error
     */
    public static Result<StoreBackup> restore(Path backup, StoreConfig target) {
        return restore(WalConfig.durable(backup).withStorage(target.wal().storage()), target.wal(), target.progress());
    }

    /**
     * Makes a store of a backup, or of any other log of a store. Blocks while it reads all of it, twice, and writes it. A backup
     * with nothing behind its checkpoint takes next to no memory, any other log as much as a store with the same entries.
     *
     * <p>The backup is only read. It is verified as a whole before anything is written, and again while it is copied.
     *
     * @param backup the log to read
     * @param target the log to make: its location must not exist or be an empty directory, its parent must exist. Without a node
     *     id it belongs to the backup's node
     * @param progress told how far it is
     * @return what was restored, or an error, and then nothing is left of it as far as that can be deleted. INVALID_ARGUMENT:
     *     something is at the target, which is left as it is. NOT_FOUND: there is no backup, or one that was cut short.
     *     CORRUPTION: it is damaged. WRONG_NODE: the target names another node. UNSUPPORTED_OPERATION: the provider of the target
     *     has no such logs. Else as of {@link SnapshotBuilderStore#build(WalConfig)} and {@link
     *     softadastra.wal.spi.WalProvider#seed}
     */
    public static Result<StoreBackup> restore(WalConfig backup, WalConfig target, WalProgress progress) {
        return new StoreCopy("restore", backup, target, progress).run(true);
    }

    /**
     * Backs up a store without opening it, to a log of the same provider; see {@link #write(WalConfig, WalConfig,
     * WalProgress)}.
     *
     * @param log the store's log, which is only read
     * @param directory the directory of the backup
     * @param progress told how far it is
     * @return what was backed up, or an error
     */
    public static Result<StoreBackup> write(WalConfig log, Path directory, WalProgress progress) {
        return write(log, CopyTarget.beside(log, directory), progress);
    }

    /**
     * Backs up a store without opening it, beside whoever has it open: what a {@link softadastra.wal.spi.WalReader} sees of its
     * log, which is what is proven to be durable. {@link StoreEngine#backup} is for whoever has it open, and needs no memory.
     *
     * @param log the store's log, which is only read
     * @param target the backup, as of {@link #restore(WalConfig, WalConfig, WalProgress)}
     * @param progress told how far it is
     * @return what was backed up, or an error as of {@link #restore(WalConfig, WalConfig, WalProgress)}
     */
    public static Result<StoreBackup> write(WalConfig log, WalConfig target, WalProgress progress) {
        return new StoreCopy("back up", log, target, progress).run(false);
    }
}
