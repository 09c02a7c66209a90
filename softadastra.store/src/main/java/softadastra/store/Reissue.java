package softadastra.store;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import softadastra.core.ByteWriter;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.WalBatch;

/**
 * A batch that writes again what is seen under some keys, as operations of this store: each has known all that stands under its key,
 * and so takes the place of all of it everywhere.
 */
final class Reissue {

    private final Versions versions;
    private final long now;
    private final ByteWriter buffer = new ByteWriter(512);
    private final WalBatch batch = new WalBatch();
    private final BiConsumer<Standing, Arbiter.NoteSink> notes;
    private int noted;
    private final List<Integer> ends = new ArrayList<>();
    private final List<Key> keys = new ArrayList<>();
    private final List<Stored> values = new ArrayList<>();

    /**
     * A batch that is empty yet.
     *
     * @param notes adds what is to be noted with each operation that is written again
     */
    Reissue(Versions versions, long now, BiConsumer<Standing, Arbiter.NoteSink> notes) {
        this.versions = versions;
        this.now = now;
        this.notes = notes;
    }

    /** Adds the key of an operation, if that is still the last one of those that stand there. */
    void add(Standing old) {
        Slot slot = versions.find(old.key().bytes());
        Stored standing = slot == null ? null : slot.newest();
        if (standing == null || !standing.isOf(old.id())) {
            return;
        }
        Stored stored = own(standing);
        OperationEnvelope.writeLocal(
                buffer,
                stored.origin.epoch(),
                stored.counter,
                stored.stamp - now,
                stored.version,
                type(stored),
                old.key(),
                stored.value);
        keys.add(old.key());
        values.add(stored);
        ends.add(buffer.length());
        // Before the operations: the batch ends with those.
        notes.accept(old, this::note);
    }

    private void note(int typeCode, byte[] payload) {
        Replication.requireNote(typeCode);
        WalBatch unused = batch.add(typeCode, payload);
        noted++;
    }

    private static OperationType type(Stored stored) {
        return stored.isTombstone() ? OperationType.DELETE : OperationType.UPDATE;
    }

    private Stored own(Stored standing) {
        long floor = standing.floor();
        long stamp = HybridTimestamp.comparePacked(floor, now) >= 0 ? HybridTimestamp.nextPacked(floor) : now;
        long version = standing.isTombstone() ? Math.max(1, standing.version) : standing.version + 1;
        long counter = versions.totals().ownCounter() + values.size() + 1;
        return new Stored(standing.value, version, stamp, versions.self(), counter);
    }

    /** How many records there are, notes included; none if nothing is written again. */
    int records() {
        return noted + values.size();
    }

    WalBatch batch() {
        int begin = 0;
        for (int i = 0; i < values.size(); i++) {
            batch.add(type(values.get(i)).code(), buffer.array(), begin, ends.get(i) - begin);
            begin = ends.get(i);
        }
        return batch.at(now);
    }

    /** Adds what was written; the log has given the batch its sequences. */
    void addTo(long lastSequence) {
        for (int i = 0; i < values.size(); i++) {
            byte[] key = keys.get(i).bytes();
            Stored stored = values.get(i);
            stored.sequence = lastSequence - values.size() + 1 + i;
            Slot unused = versions.add(versions.slot(key), key, stored);
        }
    }
}
