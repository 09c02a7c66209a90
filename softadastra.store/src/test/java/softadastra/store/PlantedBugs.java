package softadastra.store;

import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordVisitor;

/** What {@link AlteredClasses} has called in place of the product's own code. */
final class PlantedBugs {

    private static final ThreadLocal<Versions> LOOKED_INTO = new ThreadLocal<>();

    private PlantedBugs() {}

    /** What is added is visible, durable or not. */
    static void visibleAtOnce(Versions versions, long sequence) {
        versions.addedThrough(sequence);
        versions.publish(sequence);
    }

    /** One of a batch's operations is applied, the other is not. */
    static @Nullable Slot everyOther(Versions versions, @Nullable Slot slot, byte[] key, Stored stored) {
        return stored.counter % 2 == 0 ? versions.add(slot, key, stored) : slot;
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
    static void forgetsTombstones(Rebuild rebuild, byte[] key, Stored stored, boolean replaces) {
        boolean inLog = ((Index) field(Rebuild.class, rebuild, "index")).get(key) != null;
        if (!stored.isTombstone() || inLog) {
            rebuild.apply(key, stored, replaces);
        }
    }

    /** Each entry is a new one. */
    static long firstVersion(OperationEnvelope envelope) {
        return 1;
    }

    /** Takes note of what to look into. */
    static @Nullable Slot find(Versions versions, byte[] key) {
        LOOKED_INTO.set(versions);
        return versions.find(key);
    }

    /** The newest version that readers see, in place of the newest. */
    static @Nullable Stored newestVisible(@Nullable Slot slot) {
        Stored newest = slot == null ? null : slot.newest();
        while (newest != null && newest.sequence > LOOKED_INTO.get().views().visible()) {
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

    /** The same, of whatever has the records. */
    static void readsBehind(RecordSource records, long fromSequence, WalRecordVisitor visitor) {
        records.read(fromSequence + 1, visitor);
    }

    /** Everything becomes visible, durable or not. */
    static void showAll(Commits commits, long sequence) {
        ((Versions) field(Commits.class, commits, "versions")).publish(sequence);
    }

    private static Object field(Class<?> type, Object owner, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field.get(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
