package softadastra.store;

import java.util.Objects;
import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;

/**
 * One change of one key: the body of what a store logs, without who did it and when ({@link OperationRecord}).
 *
 * @param type what it does
 * @param key the key it changes
 * @param value the new value; empty for {@link OperationType#DELETE} and for nothing else
 */
public record Operation(OperationType type, Key key, Optional<Value> value) {

    /**
     * Refuses null, a deletion with a value, and anything else without one.
     *
     * @throws SoftadastraException INVALID_ARGUMENT if value and type do not fit
     */
    public Operation {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        if (value.isPresent() == (type == OperationType.DELETE)) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid operation: " + type + (value.isPresent() ? " with a value" : " without a value"));
        }
    }

    /**
     * Gives a value to a key.
     *
     * @param key the key
     * @param value its value
     * @return the operation
     */
    public static Operation put(Key key, Value value) {
        return new Operation(OperationType.PUT, key, Optional.of(value));
    }

    /**
     * Gives a value to a key that is known to have one.
     *
     * @param key the key
     * @param value its new value
     * @return the operation
     */
    public static Operation update(Key key, Value value) {
        return new Operation(OperationType.UPDATE, key, Optional.of(value));
    }

    /**
     * Takes a key's value away.
     *
     * @param key the key
     * @return the operation
     */
    public static Operation delete(Key key) {
        return new Operation(OperationType.DELETE, key, Optional.empty());
    }

    /** The same operation, of a type that it is somewhere else. */
    Operation as(OperationType other) {
        return type == other ? this : new Operation(other, key, value);
    }

    /** What it does, such as {@code PUT user:1 => Gaspard}; long keys and values are abbreviated. */
    @Override
    public String toString() {
        return type + " " + key + value.map(given -> " => " + given).orElse("");
    }

    /** The value's bytes, not to be changed; null for a deletion. */
    byte @org.jspecify.annotations.Nullable [] valueBytes() {
        return value.isPresent() ? value.get().array() : null;
    }
}
