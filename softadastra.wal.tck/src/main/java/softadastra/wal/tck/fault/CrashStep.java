package softadastra.wal.tck.fault;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import softadastra.wal.spi.RecoveryMode;

/**
 * One step of a {@link CrashScript}. Each has a short text, so that a script can be printed, shrunk and given again.
 *
 * <p>A step that makes no sense where it stands, such as an append while no log is open, does nothing: any part of a script is
 * a script.
 */
public sealed interface CrashStep {

    /**
     * Opens the log, closing it first if it is open. As text: {@code open}, {@code open:lazy} without automatic flush, {@code
     * open:point} and {@code open:lazy:point} with {@link RecoveryMode#POINT_IN_TIME}, which may lose nothing to a crash either.
     *
     * @param autoFlush as {@link softadastra.wal.spi.WalConfig#autoFlush}
     * @param pointInTime whether it is opened with that mode
     */
    record Open(boolean autoFlush, boolean pointInTime) implements CrashStep {
        @Override
        public String toString() {
            return "open" + (autoFlush ? "" : ":lazy") + (pointInTime ? ":point" : "");
        }
    }

    /**
     * Appends a batch and does not wait. As text: {@code append:3x200}.
     *
     * @param records how many records it has
     * @param bytes how many bytes each of them has
     */
    record Append(int records, int bytes) implements CrashStep {
        @Override
        public String toString() {
            return "append:" + records + "x" + bytes;
        }
    }

    /** Waits until all that was appended is durable. As text: {@code await}. */
    record Await() implements CrashStep {
        @Override
        public String toString() {
            return "await";
        }
    }

    /** Has the log do what it does in the background. As text: {@code idle}. */
    record Idle() implements CrashStep {
        @Override
        public String toString() {
            return "idle";
        }
    }

    /** The next force fails, and what it should have written may be lost for good. As text: {@code fail}. */
    record FailForce() implements CrashStep {
        @Override
        public String toString() {
            return "fail";
        }
    }

    /**
     * Begins a checkpoint and writes it, where the log can have one. As text: {@code begin:500}.
     *
     * @param bytes how long its content is
     */
    record Begin(int bytes) implements CrashStep {
        @Override
        public String toString() {
            return "begin:" + bytes;
        }
    }

    /** Recovers the log in place, if it has failed. As text: {@code recover}. */
    record Recover() implements CrashStep {
        @Override
        public String toString() {
            return "recover";
        }
    }

    /** Publishes the checkpoint that was begun. As text: {@code publish}. */
    record Publish() implements CrashStep {
        @Override
        public String toString() {
            return "publish";
        }
    }

    /** Pins the history from some record on, in place of the pin before. As text: {@code pin}. */
    record Pin() implements CrashStep {
        @Override
        public String toString() {
            return "pin";
        }
    }

    /** Closes the log. As text: {@code close}. */
    record Close() implements CrashStep {
        @Override
        public String toString() {
            return "close";
        }
    }

    /** Ends the process as SIGKILL does; the operating system and its page cache go on. As text: {@code kill}. */
    record Kill() implements CrashStep {
        @Override
        public String toString() {
            return "kill";
        }
    }

    /**
     * Ends the process in the middle of what comes next. As text: {@code kill:7}.
     *
     * @param calls how many more calls that change the disk it makes
     */
    record KillAfter(int calls) implements CrashStep {
        @Override
        public String toString() {
            return "kill:" + calls;
        }
    }

    /**
     * Cuts the power; what follows runs on what that left. As text: {@code cut:7}.
     *
     * @param seed what is left is drawn from it
     */
    record Cut(int seed) implements CrashStep {
        @Override
        public String toString() {
            return "cut:" + seed;
        }
    }

    /** The step of a text, empty if it is none. */
    static Optional<CrashStep> parse(String text) {
        Matcher append = Pattern.compile("append:(\\d{1,6})x(\\d{1,8})").matcher(text);
        if (append.matches()) {
            return Optional.of(new Append(Integer.parseInt(append.group(1)), Integer.parseInt(append.group(2))));
        }
        Matcher begin = Pattern.compile("begin:(\\d{1,8})").matcher(text);
        if (begin.matches()) {
            return Optional.of(new Begin(Integer.parseInt(begin.group(1))));
        }
        Matcher kill = Pattern.compile("kill:(\\d{1,6})").matcher(text);
        if (kill.matches()) {
            return Optional.of(new KillAfter(Integer.parseInt(kill.group(1))));
        }
        Matcher cut = Pattern.compile("cut:(\\d{1,9})").matcher(text);
        if (cut.matches()) {
            return Optional.of(new Cut(Integer.parseInt(cut.group(1))));
        }
        return switch (text) {
            case "open" -> Optional.of(new Open(true, false));
            case "open:lazy" -> Optional.of(new Open(false, false));
            case "open:point" -> Optional.of(new Open(true, true));
            case "open:lazy:point" -> Optional.of(new Open(false, true));
            case "recover" -> Optional.of(new Recover());
            case "await" -> Optional.of(new Await());
            case "idle" -> Optional.of(new Idle());
            case "fail" -> Optional.of(new FailForce());
            case "publish" -> Optional.of(new Publish());
            case "pin" -> Optional.of(new Pin());
            case "close" -> Optional.of(new Close());
            case "kill" -> Optional.of(new Kill());
            default -> Optional.empty();
        };
    }
}
