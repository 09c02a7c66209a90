package softadastra.core;

/**
 * The answer of an operation that succeeded and has nothing to say: the {@code void} of {@link Result}.
 */
public enum Unit {
    /** The only value. */
    UNIT;

    @Override
    public String toString() {
        return "()";
    }
}
