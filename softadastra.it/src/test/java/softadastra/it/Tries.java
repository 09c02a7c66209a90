package softadastra.it;

/**
 * How much the randomised tests do, and with which seed: fixed, so that a failure can be had again, unless the system property
 * {@code softadastra.seed} gives another.
 */
public final class Tries {
    private Tries() {}

    /** The seed; failures print it. */
    public static long seed() {
        return Long.getLong("softadastra.seed", 20_260_101L);
    }

    /**
     * How many rounds to go: as many as {@code property} says, else the default, and four times that with {@code
     * softadastra.slice=ci}.
     */
    public static int rounds(String property, int usual) {
        int slice = System.getProperty("softadastra.slice", "default").equals("ci") ? 4 : 1;
        return Integer.getInteger(property, usual * slice);
    }
}
