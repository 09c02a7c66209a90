package softadastra.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import softadastra.core.CanIgnoreReturnValue;

/**
 * Puts and removals to be written as one: a crash leaves all of them or none, and so do readers see them.
 *
 * <p>They take effect in the order in which they were added, so a key may occur more than once. A batch is a list to fill,
 * write, {@link #clear()} and fill again; writing does not change it. Not thread-safe.
 *
 * <p>Altogether a batch has at most 80 MiB, with some bytes of each operation beside key and value.
 */
public final class Batch {

    private static final int SHOWN = 3;

    private final List<Operation> operations = new ArrayList<>();

    /** An empty batch. */
    public Batch() {}

    /**
     * Adds a put.
     *
     * @param key the key
     * @param value its value
     * @return this batch
     */
    @CanIgnoreReturnValue
    public Batch put(Key key, Value value) {
        operations.add(Operation.put(key, value));
        return this;
    }

    /**
     * Adds a removal. A key that has no value then is left alone.
     *
     * @param key the key
     * @return this batch
     */
    @CanIgnoreReturnValue
    public Batch remove(Key key) {
        operations.add(Operation.delete(key));
        return this;
    }

    /**
     * Adds an operation. A put and an update are the same here: which it is, shows when it is written.
     *
     * @param operation the operation
     * @return this batch
     */
    @CanIgnoreReturnValue
    public Batch add(Operation operation) {
        operations.add(Objects.requireNonNull(operation, "operation"));
        return this;
    }

    /**
     * Empties the batch.
     *
     * @return this batch
     */
    @CanIgnoreReturnValue
    public Batch clear() {
        operations.clear();
        return this;
    }

    /**
     * How many operations it has.
     *
     * @return the number
     */
    public int size() {
        return operations.size();
    }

    /**
     * Whether it has no operation.
     *
     * @return whether it is empty
     */
    public boolean isEmpty() {
        return operations.isEmpty();
    }

    /**
     * The operations, in order.
     *
     * @return a view that cannot be changed
     */
    public List<Operation> operations() {
        return Collections.unmodifiableList(operations);
    }

    /** How many operations it has, and the first ones; long keys and values are abbreviated. */
    @Override
    public String toString() {
        String first = operations.stream().limit(SHOWN).map(Operation::toString).collect(Collectors.joining(", "));
        String more = operations.size() > SHOWN ? ", ..." : "";
        return "Batch[" + operations.size() + " operations" + (first.isEmpty() ? "" : ": ") + first + more + "]";
    }
}
