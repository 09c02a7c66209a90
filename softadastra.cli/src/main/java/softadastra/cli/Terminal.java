package softadastra.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the process is connected to.
 *
 * @param out whether standard output is a terminal, so that people read it
 * @param err whether progress may be drawn on standard error
 * @param charset the encoding of text on standard output and standard error
 */
record Terminal(boolean out, boolean err, Charset charset) {

    /**
     * Looks at the process. A JVM can tell whether both input and output are a terminal, no more; where the platform does not
     * let one see further, this errs on no.
     */
    @SuppressWarnings("SystemConsoleNull") // JDK 17 answers null; newer ones are asked by isTerminal.
    static Terminal detect() {
        Console console = System.console();
        boolean both = console != null && isTerminal(console);
        boolean out = isTerminal(1).orElse(both);
        boolean err = isTerminal(2).orElse(both) && !"dumb".equals(System.getenv("TERM"));
        return new Terminal(out, err, out ? nativeCharset() : StandardCharsets.UTF_8);
    }

    /** From JDK 22 on there may be a console that is no terminal, and a method that says so. */
    private static boolean isTerminal(Console console) {
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** Whether a file descriptor leads to a terminal device, where the platform lets one see. */
    private static Optional<Boolean> isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return Optional.of(
                    target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console"));
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private static Charset nativeCharset() {
        for (String property : new String[] {"stdout.encoding", "native.encoding"}) {
            String name = System.getProperty(property);
            if (name != null && Charset.isSupported(name)) {
                return Charset.forName(name);
            }
        }
        return Charset.defaultCharset();
    }
}
