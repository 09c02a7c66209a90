package softadastra.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code softadastra} command. */
@Command(name = "softadastra", version = "softadastra 0.1.0-SNAPSHOT", mixinStandardHelpOptions = true)
final class Main {
    private Main() {}

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        CommandLine command = new CommandLine(new Main());
        System.exit(command.execute(args));
    }
}
