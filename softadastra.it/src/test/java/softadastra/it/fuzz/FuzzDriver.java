package softadastra.it.fuzz;

/** Where Jazzer's own launcher comes in: the first argument says which target its inputs are for. */
public final class FuzzDriver {

    // Jazzer calls static methods and gives them nothing to keep state in.
    private static FuzzTarget target = FuzzTarget.SEGMENT;

    private FuzzDriver() {}

    /** Called by Jazzer once, with its {@code --target_args}. */
    public static void fuzzerInitialize(String[] args) {
        target = FuzzTarget.valueOf(args[0]);
    }

    /** Called by Jazzer with each input. */
    public static void fuzzerTestOneInput(byte[] input) {
        target.run(input);
    }
}
