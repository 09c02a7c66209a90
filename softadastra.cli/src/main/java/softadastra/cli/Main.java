package softadastra.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Starts the {@code softadastra} command. */
public final class Main {
    private Main() {}

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        // Not System.out: a PrintStream keeps to itself that a write failed, and then data is missing without a word.
        Io io = new Io(
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                new FileInputStream(FileDescriptor.in),
                Terminal.detect());
        var unused = Warnings.sayBy(text -> System.err.println(io.warningLine(text)));
        System.exit(run(args, io));
    }

    /**
     * Runs the command in this JVM, as a process would run whose streams are none of a terminal.
     *
     * @param args the command line
     * @param out where data goes
     * @param err where progress, warnings and errors go
     * @param in where data comes from, for the commands that take some
     * @return the exit code
     */
    static int run(String[] args, OutputStream out, OutputStream err, InputStream in) {
        return run(args, new Io(out, err, in, new Terminal(false, false, StandardCharsets.UTF_8)));
    }

    static int run(String[] args, Io io) {
        return SoftadastraCommand.run(args, io);
    }
}
