package softadastra.store;

import java.util.Objects;
import java.util.Optional;
import softadastra.core.HybridTimestamp;

/**
 * A change of an entry, as a {@link Watch} tells of it.
 *
 * @param type PUT if the key had no value before, UPDATE if it had one, DELETE if its value was taken away
 * @param key the key
 * @param value its value now; empty for DELETE
 * @param version the version of the entry, or of the one that was removed
 * @param sequence the log sequence of the operation; those of a watch ascend
 * @param timestamp the stamp of the operation
 */
public record EntryChange(
        OperationType type, Key key, Optional<Value> value, long version, long sequence, HybridTimestamp timestamp) {

    /** Refuses null. */
    public EntryChange {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(timestamp, "timestamp");
    }

    /**
     * The change that an operation has made where it is logged, told from its record alone: so a removal of a key that had no value is
     * told too, and a put is an UPDATE only if its writer knew of a value.
     *
     * @param record the operation
     * @param sequence the sequence of its record in the log
     * @return the change; empty if it has changed no entry, since it has lost, was refused, or is kept beside what is shown
     */
    public static Optional<EntryChange> of(OperationRecord record, long sequence) {
        return switch (record.effect()) {
            case WON -> Optional.of(written(record, sequence));
            case BESIDE -> isLast(record) ? Optional.of(written(record, sequence)) : Optional.empty();
            case MERGED -> Optional.of(merged(record, sequence));
            case LOST, SIBLING, REJECTED -> Optional.empty();
        };
    }

    private static EntryChange written(OperationRecord record, long sequence) {
        Operation operation = record.operation();
        return new EntryChange(
                operation.type(), operation.key(), operation.value(), record.version(), sequence, record.stamp());
    }

    private static boolean isLast(OperationRecord record) {
        return record.outcome().standing().get(0).equals(record.id());
    }

    private static EntryChange merged(OperationRecord record, long sequence) {
        Outcome.Merged merged = record.outcome().merged().orElseThrow();
        OperationType type = merged.value().isPresent() ? OperationType.UPDATE : OperationType.DELETE;
        Key key = record.operation().key();
        return new EntryChange(type, key, merged.value(), merged.version(), sequence, merged.stamp());
    }
}
