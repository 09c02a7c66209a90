package softadastra.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;

/** Puts errors on standard error, in words or as JSON, and says what the process ends with. */
final class Errors {
    private Errors() {}

    static int report(Io io, CommandFailure failure) {
        return report(io, failure.error(), failure.hint());
    }

    static int report(Io io, SoftadastraError error, Optional<String> hint) {
        flushQuietly(io);
        int exit = ExitCode.of(error.code());
        if (io.isJson()) {
            JsonObject object = new JsonObject()
                    .put("code", error.code().name())
                    .put("message", error.message())
                    .put("context", error.context().isEmpty() ? Optional.empty() : Optional.of(error.context()))
                    .put("hint", hint)
                    .put("exit", exit);
            io.message(new JsonObject().put("error", object).toString());
        } else {
            io.message("error: " + Texts.visible(error.message()));
            if (!error.context().isEmpty()) {
                io.message("context: " + Texts.visible(error.context()));
            }
            hint.ifPresent(text -> io.message("hint: " + text));
        }
        return exit;
    }

    static int report(Io io, OutputFailure failure) {
        // As head does, which has seen enough: nothing went wrong.
        return failure.isReaderGone() && io.readerMayLeave()
                ? ExitCode.OK
                : report(
                        io,
                        SoftadastraError.of(ErrorCode.IO_ERROR, String.valueOf(failure.getMessage())),
                        Optional.empty());
    }

    /** There is too little memory, which is nobody's defect: a record, or a store, may be larger than the heap. */
    static int report(Io io, OutOfMemoryError e) {
        long heap = Runtime.getRuntime().maxMemory();
        return report(
                io,
                SoftadastraError.of(
                        ErrorCode.INVALID_STATE,
                        "out of memory: a heap of " + Texts.bytes(heap) + " is too small for this"),
                Optional.of("JLINK_VM_OPTIONS=-Xmx" + Math.max(1, (2 * heap) >> 30) + "g softadastra ..."));
    }

    /** What was not foreseen is a defect of this program, and its trace helps to mend it. */
    static int report(Io io, Throwable defect) {
        if (defect instanceof OutputFailure failure) {
            return report(io, failure);
        }
        StringWriter trace = new StringWriter();
        defect.printStackTrace(new PrintWriter(trace));
        SoftadastraError error = SoftadastraError.of(ErrorCode.INVALID_STATE, "internal error: " + defect);
        if (io.isJson()) {
            return report(io, error.withContext(trace.toString()), Optional.empty());
        }
        int exit = report(io, error, Optional.empty());
        trace.toString().lines().forEach(line -> io.message(Texts.visible(line.replace("\t", "    "))));
        return exit;
    }

    /** What helps against an error of a log. */
    static Optional<String> hint(SoftadastraError error, String walPath) {
        String wal = walPath.equals(SoftadastraCommand.DEFAULT_WAL) ? "" : "--wal " + Texts.shellWord(walPath) + " ";
        return switch (error.code()) {
            case DIRECTORY_MISSING -> parent(walPath).map(parent -> "mkdir -p " + Texts.shellWord(parent));
            case NOT_FOUND ->
                error.message().contains("log does not exist") ? Optional.of(noLog(walPath, wal)) : Optional.empty();
            case CORRUPTION ->
                error.message().contains("name the provider")
                        ? Optional.of("softadastra " + wal + "wal repair --provider file")
                        : Optional.of("softadastra " + wal + "wal verify");
            case LOCKED ->
                Optional.of(
                        error.message().contains("salvaged")
                                ? "beside the owner these read what is proven durable: softadastra " + wal
                                        + "wal verify | dump | tail"
                                : "commands that only read work beside the owner; to write, close it there first");
            default -> Optional.empty();
        };
    }

    /** What to do where no log is: what is there instead decides whether one can be made. */
    private static String noLog(String walPath, String wal) {
        String[] names;
        try {
            names = Path.of(walPath).toFile().list();
        } catch (InvalidPathException | UnsupportedOperationException e) {
            names = null;
        }
        if (names == null || names.length == 0) {
            return "name the log with --wal PATH; softadastra store put creates one";
        }
        boolean remains = Arrays.stream(names).anyMatch(name -> name.endsWith(".segment"));
        return remains
                ? "its marker file is missing, and segments are there: softadastra " + wal
                        + "wal repair --provider file"
                : "the directory holds other files, and no log can be made in it; name the log with --wal PATH";
    }

    private static Optional<String> parent(String walPath) {
        try {
            return Optional.ofNullable(Path.of(walPath).getParent()).map(Path::toString);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** What was printed before the error still belongs out; if it cannot go, the error matters more. */
    private static void flushQuietly(Io io) {
        try {
            io.flush();
        } catch (OutputFailure e) {
            io.clearProgress();
        }
    }
}
