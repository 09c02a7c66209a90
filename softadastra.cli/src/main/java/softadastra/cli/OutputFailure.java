package softadastra.cli;

import java.io.IOException;
import java.util.Locale;

/** Standard output takes no more: whoever reads it has left, or its device is full. */
final class OutputFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean readerGone;

    OutputFailure(IOException cause) {
        this(cause, isBrokenPipe(cause));
    }

    private OutputFailure(IOException cause, boolean readerGone) {
        super("failed to write output: " + (readerGone ? "nobody reads it any more" : Reasons.of(cause)), cause);
        this.readerGone = readerGone;
    }

    /** Whether the reader left, as {@code head} does when it has seen enough. */
    boolean isReaderGone() {
        return readerGone;
    }

    private static boolean isBrokenPipe(IOException cause) {
        String said = cause.toString().toLowerCase(Locale.ROOT);
        return said.contains("broken pipe") || said.contains("pipe is being closed") || said.contains("pipe closed");
    }
}
