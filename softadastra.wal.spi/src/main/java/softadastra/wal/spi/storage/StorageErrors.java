package softadastra.wal.spi.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.List;
import java.util.Locale;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;

/**
 * Turns failures of a {@link Storage} into errors with one code and one reason text each, the same on every platform and
 * file system. What the operating system said goes into the error's context.
 */
public final class StorageErrors {

    // What the platforms and file systems say when the device, or what this user may have of it, is full.
    private static final List<String> FULL = List.of(
            "no space left on device",
            "not enough space",
            "out of disk space",
            "disk quota exceeded",
            "disk full",
            "file too large");

    private static final List<String> DENIED =
            List.of("permission denied", "access is denied", "read-only file system", "operation not permitted");

    private static final List<String> MISSING = List.of("no such file", "cannot find the");

    private StorageErrors() {}

    /**
     * The error for a failed operation.
     *
     * @param operation what was tried, as it follows "failed to": {@code append WAL record}
     * @param cause why it failed
     */
    public static SoftadastraError failed(String operation, IOException cause) {
        ErrorCode code = code(cause);
        String said = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        String reason = isMissingFile(cause) ? "a file of the log is missing" : reason(code);
        return SoftadastraError.of(code, "failed to " + operation + ": " + reason)
                .withContext(said)
                .withCause(cause);
    }

    /** The code that fits a failure; IO_ERROR for a file that is gone, since only a directory can be made by the user. */
    public static ErrorCode code(IOException cause) {
        if (cause instanceof DirectoryMissingException) {
            return ErrorCode.DIRECTORY_MISSING;
        }
        if (cause instanceof NotDirectoryException || cause instanceof FileAlreadyExistsException) {
            return ErrorCode.INVALID_ARGUMENT;
        }
        if (cause instanceof AccessDeniedException
                || cause.getCause() instanceof ReadOnlyFileSystemException
                || says(cause, DENIED)) {
            return ErrorCode.PERMISSION_DENIED;
        }
        return says(cause, FULL) ? ErrorCode.NO_SPACE : ErrorCode.IO_ERROR;
    }

    private static String reason(ErrorCode code) {
        return switch (code) {
            case DIRECTORY_MISSING -> "directory does not exist";
            case INVALID_ARGUMENT -> "path is not a directory";
            case PERMISSION_DENIED -> "permission denied";
            case NO_SPACE -> "no space left on device";
            default -> "input/output error";
        };
    }

    private static boolean isMissingFile(IOException cause) {
        return !(cause instanceof DirectoryMissingException)
                && (cause instanceof NoSuchFileException
                        || (cause instanceof FileNotFoundException && says(cause, MISSING)));
    }

    private static boolean says(IOException cause, List<String> texts) {
        String message = cause.getMessage();
        if (message == null) {
            return false;
        }
        String lower = message.toLowerCase(Locale.ROOT);
        return texts.stream().anyMatch(lower::contains);
    }
}
