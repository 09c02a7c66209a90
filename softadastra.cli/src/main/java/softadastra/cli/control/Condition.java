package softadastra.cli.control;

/**
 * What an entry must be like for a write to happen.
 *
 * @param absent whether there must be none
 * @param sequence the sequence that must have written it; 0 for any
 */
public record Condition(boolean absent, long sequence) {

    /** Always holds. */
    public static final Condition NONE = new Condition(false, 0);
}
