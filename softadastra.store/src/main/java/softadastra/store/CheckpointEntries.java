package softadastra.store;

import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpointWriter;

/** Writes what is visible at a moment as the entries of a checkpoint, one by one, without a copy of the store. */
final class CheckpointEntries {

    private static final int BETWEEN_PROGRESS = 4096;

    private CheckpointEntries() {}

    /** Told how many entries are written, now and then; it may refuse to go on. */
    interface Progress {
        void written(long done, long total);
    }

    /**
     * Writes the entries.
     *
     * @param held the moment
     * @return what takes the records that are carried on, and ends the checkpoint
     */
    static CheckpointEncoder.Carried write(
            WalCheckpointWriter writer, Versions versions, Versions.Held held, Progress progress) {
        long sequence = held.sequence();
        long entries = held.entries();
        CheckpointEncoder encoder = new CheckpointEncoder(writer, held.head());
        MergedWalk slots = new MergedWalk(versions, new byte[0]);
        long written = 0;
        for (Slot slot = slots.next(); slot != null; slot = slots.next()) {
            Stored stored = Versions.standingAt(slot, sequence);
            if (stored != null && (!stored.isTombstone() || held.keepsRemovals())) {
                encoder.add(slot.key, stored);
                if (!stored.isTombstone() && ++written % BETWEEN_PROGRESS == 0) {
                    progress.written(written, entries);
                }
            }
        }
        progress.written(written, entries);
        if (written != entries) {
            // Whatever the reason, it is not to take the place of records that are right.
            throw new SoftadastraException(
                    ErrorCode.CORRUPTION,
                    "failed to write checkpoint: the store counts " + entries + " entries and has " + written
                            + "; its log is left as it is");
        }
        return encoder.carried();
    }
}
