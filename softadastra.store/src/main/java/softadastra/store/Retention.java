package softadastra.store;

import softadastra.core.HybridTimestamp;

/**
 * Decides how long a store remembers that a key was removed: until no operation can arrive any more that the removal has to win
 * against.
 */
@FunctionalInterface
public interface Retention {

    /**
     * Whether a removal may be forgotten.
     *
     * @param removal the operation that removed the key
     * @param stamp when it was written
     * @return whether it may
     */
    boolean mayForget(OperationId removal, HybridTimestamp stamp);
}
