package softadastra.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import softadastra.wal.spi.WalBatch;

/**
 * A batch while it is decided on, operation by operation: each sees what those before it would leave. The log gets all of it
 * at once, or nothing has happened.
 */
final class Plan {

    private final List<Key> keys = new ArrayList<>();
    private final List<Stored> values = new ArrayList<>();
    private final List<OperationType> types = new ArrayList<>();
    private final List<Integer> offsets = new ArrayList<>();
    private final Map<Key, Stored> staged = new HashMap<>();
    private int created;
    private int updated;
    private int deleted;
    private int missing;
    private long missingRestsOn;

    /** What an operation of this batch leaves for a key; maybe a tombstone; null if none touched it. */
    @Nullable
    Stored staged(Key key) {
        return staged.get(key);
    }

    /** What an operation turns out to be, given what its key has; null if there is nothing to do. */
    @Nullable
    OperationType type(Operation operation, @Nullable Stored replaced) {
        boolean exists = Stored.live(replaced) != null;
        if (operation.type() == OperationType.DELETE) {
            return exists ? OperationType.DELETE : null;
        }
        return exists ? OperationType.UPDATE : OperationType.PUT;
    }

    /** Notes a removal of a key that has no value. */
    void missing(long restsOn) {
        missing++;
        missingRestsOn = Math.max(missingRestsOn, restsOn);
    }

    /** Adds an operation whose encoding starts at an offset of the buffer and ends where the next one starts. */
    void add(Key key, Stored stored, OperationType type, int offset) {
        keys.add(key);
        values.add(stored);
        types.add(type);
        offsets.add(offset);
        staged.put(key, stored);
        switch (type) {
            case PUT -> created++;
            case UPDATE -> updated++;
            case DELETE -> deleted++;
        }
    }

    int size() {
        return keys.size();
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    /** Adds the records to a batch for the log. */
    WalBatch fill(WalBatch batch, byte[] buffer, int length) {
        for (int i = 0; i < types.size(); i++) {
            int offset = offsets.get(i);
            int end = i + 1 < types.size() ? offsets.get(i + 1) : length;
            batch.add(types.get(i).code(), buffer, offset, end - offset);
        }
        return batch;
    }

    /** Says which sequences the log gave the operations. */
    void logged(long lastSequence) {
        for (int i = 0; i < values.size(); i++) {
            values.get(i).sequence = lastSequence - values.size() + 1 + i;
        }
    }

    /** Adds what the operations leave. */
    void addTo(Versions versions) {
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i).bytes();
            versions.add(versions.slot(key), key, values.get(i));
        }
    }

    /** The sequence that must be durable before the batch may be answered: its own, or a removal it found. */
    long restsOn() {
        return isEmpty() ? missingRestsOn : values.get(values.size() - 1).sequence;
    }

    BatchResult result() {
        return isEmpty()
                ? new BatchResult(0, 0, 0, missing, 0, 0)
                : new BatchResult(
                        created,
                        updated,
                        deleted,
                        missing,
                        values.get(0).sequence,
                        values.get(values.size() - 1).sequence);
    }
}
