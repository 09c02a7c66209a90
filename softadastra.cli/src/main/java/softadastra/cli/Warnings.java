package softadastra.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.System.Logger;
import java.text.MessageFormat;
import java.util.ResourceBundle;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes what the modules below have to say where nobody has called them, such as that a checkpoint failed: they tell it the platform's
 * logging, which by itself would print it on standard error with names of classes, and never as JSON.
 *
 * <p>It is public because the service loader needs it so.
 */
public final class Warnings extends System.LoggerFinder {
    private static final Consumer<String> NOBODY = System.err::println;
    private static final AtomicReference<Consumer<String>> SAYING = new AtomicReference<>(NOBODY);

    /** Made by the service loader. */
    public Warnings() {}

    /** Has somebody say what is warned of from here on, on any thread, and answers who did so far. */
    static Consumer<String> sayBy(Consumer<String> saying) {
        return SAYING.getAndSet(saying);
    }

    @Override
    public Logger getLogger(String name, Module module) {
        return new Warning(name);
    }

    private record Warning(String name) implements Logger {

        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            return level.getSeverity() >= Level.WARNING.getSeverity() && level != Level.OFF;
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable thrown) {
            if (isLoggable(level)) {
                SAYING.get().accept(thrown == null ? message + "" : message + ": " + trace(thrown));
            }
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String format, @Nullable Object... params) {
            if (isLoggable(level)) {
                SAYING.get()
                        .accept(
                                format == null || params == null || params.length == 0
                                        ? format + ""
                                        : MessageFormat.format(format, params));
            }
        }

        private static String trace(Throwable thrown) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            return trace.toString();
        }
    }
}
