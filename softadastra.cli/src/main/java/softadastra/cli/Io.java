package softadastra.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * The command's streams. Data goes to standard output, buffered until {@link #flush()}; a failure to write it is an {@link
 * OutputFailure}. Messages go to standard error at once, with the data before them; a failure there goes unnoticed, as there is nobody left to tell.
 *
 * <p>JSON is UTF-8 whatever the terminal speaks. Used by one thread.
 */
final class Io {
    private static final int BUFFER_BYTES = 1 << 16;

    private final OutputStream out;
    private final OutputStream err;
    private final InputStream in;
    private final Terminal terminal;
    private boolean json;
    private int shownProgress;
    private boolean outputMatters;
    private boolean outputFailed;

    Io(OutputStream out, OutputStream err, InputStream in, Terminal terminal) {
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
        this.err = err;
        this.in = in;
        this.terminal = terminal;
    }

    /** From now on all that is printed is JSON. */
    void useJson(boolean value) {
        json = value;
    }

    boolean isJson() {
        return json;
    }

    /** From now on output acknowledges what the command has changed, so that somebody must be there to take it. */
    void outputMatters() {
        outputMatters = true;
    }

    /** Whether a reader of standard output may leave when it has seen enough. */
    boolean readerMayLeave() {
        return !outputMatters;
    }

    InputStream in() {
        return in;
    }

    /** Whether people read standard output directly. */
    boolean isTerminal() {
        return terminal.out();
    }

    /** Prints a line of data. */
    void line(String text) {
        write((text + "\n").getBytes(charset()));
    }

    /** Prints a JSON object of data, as a line. */
    void line(JsonObject object) {
        line(object.toString());
    }

    /** Prints bytes of data, as they are. */
    void write(byte[] bytes) {
        if (terminal.out()) {
            clearProgress();
        }
        try {
            out.write(bytes);
        } catch (IOException e) {
            outputFailed = true;
            throw new OutputFailure(e);
        }
    }

    /** Hands on what was printed; once that has failed, nothing more. */
    void flush() {
        if (outputFailed) {
            return;
        }
        try {
            out.flush();
        } catch (IOException e) {
            outputFailed = true;
            throw new OutputFailure(e);
        }
    }

    /** Prints a line for people, or a JSON object, on standard error, behind the data that it is about. */
    void message(String line) {
        flush();
        clearProgress();
        writeErr(line + "\n");
    }

    /** Prints {@code warning: ...}, or its JSON object. */
    void warning(String text) {
        message(warningLine(text));
    }

    /** What {@link #warning} prints, for who does so on a thread of its own. */
    String warningLine(String text) {
        return json ? new JsonObject().put("warning", text).toString() : "warning: " + text;
    }

    /** Prints {@code hint: ...} for people; programs that read JSON have no use for it. */
    void hint(String text) {
        if (!json) {
            message("hint: " + text);
        }
    }

    /** Shows how far long work has come, in place of what was shown before; only on a terminal. */
    void progress(String text) {
        if (!showsProgress()) {
            return;
        }
        if (terminal.out()) {
            // On one screen with the data, it stands below whole lines of it.
            flush();
        }
        String padding = " ".repeat(Math.max(0, shownProgress - text.length()));
        writeErr("\r" + text + padding);
        shownProgress = text.length();
    }

    /** Whether {@link #progress} shows anything. */
    boolean showsProgress() {
        return terminal.err() && !json;
    }

    void clearProgress() {
        if (shownProgress > 0) {
            writeErr("\r" + " ".repeat(shownProgress) + "\r");
            shownProgress = 0;
        }
    }

    private void writeErr(String text) {
        try {
            err.write(text.getBytes(charset()));
            err.flush();
        } catch (IOException e) {
            // Standard error is gone; the exit code still tells.
            shownProgress = 0;
        }
    }

    private Charset charset() {
        return json ? StandardCharsets.UTF_8 : terminal.charset();
    }
}
