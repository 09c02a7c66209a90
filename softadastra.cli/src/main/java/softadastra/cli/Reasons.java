package softadastra.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import softadastra.wal.spi.storage.StorageErrors;

/** Says in a few words of ours why the file system refused; its own, which differ by platform, stand behind where they tell more. */
final class Reasons {
    private Reasons() {}

    static String of(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "it does not exist";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "it exists already";
        }
        if (e instanceof NotDirectoryException) {
            return "it is no directory";
        }
        String said = e instanceof FileSystemException failure && failure.getReason() != null
                ? failure.getReason()
                : e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return switch (StorageErrors.code(e)) {
            case NO_SPACE -> "no space left on device";
            case PERMISSION_DENIED -> "permission denied";
            default -> "input/output error (" + said + ")";
        };
    }
}
