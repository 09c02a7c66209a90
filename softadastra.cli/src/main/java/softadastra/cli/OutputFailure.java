package softadastra.cli;

import java.io.IOException;
import java.util.Locale;

/** Standard output takes no more: whoever reads it has left, or its device is full. */
final class OutputFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutputFailure(IOException cause) {
        super("failed to write output: " + cause.getMessage(), cause);
    }

    /** Whether the reader left, as {@code head} does when it has seen enough; nobody needs to be told. */
    boolean isReaderGone() {
        String said = String.valueOf(getCause()).toLowerCase(Locale.ROOT);
        return said.contains("broken pipe") || said.contains("pipe is being closed") || said.contains("pipe closed");
    }
}
