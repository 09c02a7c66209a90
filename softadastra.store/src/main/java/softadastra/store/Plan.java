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

    /** An operation that is decided on. */
    static final class Step {
        private final Key key;
        private final @Nullable Step before;
        final Stored stored;
        private final OperationType type;
        private final int offset;

        /** Where the key stands, as far as it is known. */
        private @Nullable Slot slot;

        /**
         * An operation.
         *
         * @param before the one before it in this batch that has the same key, null if there is none
         * @param slot where the key stands without this batch, null if it does not; not asked for behind another step
         * @param stored what it leaves
         * @param offset where its encoding starts in the buffer; it ends where the next one starts
         */
        Step(Key key, @Nullable Step before, @Nullable Slot slot, Stored stored, OperationType type, int offset) {
            this.key = key;
            this.before = before;
            this.slot = slot;
            this.stored = stored;
            this.type = type;
            this.offset = offset;
        }
    }

    private final List<Step> steps = new ArrayList<>();
    private final Map<Key, Step> staged = new HashMap<>();
    private int created;
    private int updated;
    private int deleted;
    private int missing;
    private long missingRestsOn;

    /** The last operation of this batch on a key, null if none touched it. */
    @Nullable
    Step staged(Key key) {
        return staged.get(key);
    }

    /** What an operation turns out to be, given what its key has; null if there is nothing to do. */
    @Nullable
    OperationType type(Operation operation, @Nullable Stored replaced) {
        boolean exists = Stored.live(replaced) != null;
        if (operation.type() == OperationType.DELETE) {
            return Stored.isRemovable(replaced) ? OperationType.DELETE : null;
        }
        return exists ? OperationType.UPDATE : OperationType.PUT;
    }

    /** Notes a removal of a key that has no value. */
    void missing(long restsOn) {
        missing++;
        missingRestsOn = Math.max(missingRestsOn, restsOn);
    }

    void add(Step step) {
        steps.add(step);
        staged.put(step.key, step);
        switch (step.type) {
            case PUT -> created++;
            case UPDATE -> updated++;
            case DELETE -> deleted++;
        }
    }

    int size() {
        return steps.size();
    }

    boolean isEmpty() {
        return steps.isEmpty();
    }

    /** Adds the records to a batch for the log. */
    WalBatch fill(WalBatch batch, byte[] buffer, int length) {
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            int end = i + 1 < steps.size() ? steps.get(i + 1).offset : length;
            batch.add(step.type.code(), buffer, step.offset, end - step.offset);
        }
        return batch;
    }

    /** Says which sequences the log gave the operations. */
    void logged(long lastSequence) {
        for (int i = 0; i < steps.size(); i++) {
            steps.get(i).stored.sequence = lastSequence - steps.size() + 1 + i;
        }
    }

    /** Adds what the operations leave; nobody else may have written since they were decided on. */
    void addTo(Versions versions) {
        for (Step step : steps) {
            Step before = step.before;
            step.slot = versions.add(before == null ? step.slot : before.slot, step.key.bytes(), step.stored);
        }
    }

    /** The sequence that must be durable before the batch may be answered: its own, or a removal it found. */
    long restsOn() {
        return isEmpty() ? missingRestsOn : sequence(steps.size() - 1);
    }

    private long sequence(int step) {
        return steps.get(step).stored.sequence;
    }

    BatchResult result() {
        return isEmpty()
                ? new BatchResult(0, 0, 0, missing, 0, 0)
                : new BatchResult(created, updated, deleted, missing, sequence(0), sequence(steps.size() - 1));
    }
}
