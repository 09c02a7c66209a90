package softadastra.store;

import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordVisitor;

/** What {@link AlteredClasses} has called in place of the product's own code. */
final class PlantedBugs {

    private PlantedBugs() {}

    /** What is added is visible, durable or not. */
    static void visibleAtOnce(Versions versions, long sequence) {
        versions.addedThrough(sequence);
        versions.publish(sequence);
    }

    /** One of a batch's operations is applied, the other is not. */
    static void everyOther(Versions versions, byte[] key, Stored stored) {
        if (stored.counter % 2 == 0) {
            versions.add(key, stored);
        }
    }

    /** Each operation of a batch is a batch of its own to the log. */
    static long submitParts(WalLog log, WalBatch batch) {
        long last = 0;
        for (int i = 0; i < batch.size(); i++) {
            last = log.submit(new WalBatch()
                    .add(batch.typeCode(i), batch.array(i), batch.offset(i), batch.length(i))
                    .at(batch.timestamp()));
        }
        return last;
    }

    /** The removal of a key that only the checkpoint has is passed over. */
    static void forgetsTombstones(Versions versions, byte[] key, Stored stored, boolean replaces) {
        if (!stored.isTombstone() || versions.slot(key) != null) {
            versions.recover(key, stored, replaces);
        }
    }

    /** Each entry is a new one. */
    static long firstVersion(OperationEnvelope envelope) {
        return 1;
    }

    /** The newest version that readers see, in place of the newest. */
    static @Nullable Stored newestVisible(Versions versions, byte[] key) {
        Stored newest = versions.newest(key);
        while (newest != null && newest.sequence > versions.views().visible()) {
            newest = newest.before();
        }
        return newest;
    }

    /** Whatever is newest. */
    static @Nullable Stored newest(Slot slot, long sequence) {
        return Stored.live(slot.newest());
    }

    /** No snapshot sees anything. */
    static boolean noneSees(long[] snapshots, long sequence, long replacedBy) {
        return false;
    }

    /** Nothing that is kept is from before the log begins. */
    static boolean neverBefore(Stored stored, @Nullable OperationId oldest, long first) {
        return false;
    }

    /** Reads from one record too late. */
    static long readsBehind(WalLog log, long fromSequence, WalRecordVisitor visitor) {
        return log.read(fromSequence + 1, visitor);
    }

    /** Everything becomes visible, durable or not. */
    static void showAll(Commits commits, long sequence) {
        try {
            Field versions = Commits.class.getDeclaredField("versions");
            versions.setAccessible(true);
            ((Versions) versions.get(commits)).publish(sequence);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
