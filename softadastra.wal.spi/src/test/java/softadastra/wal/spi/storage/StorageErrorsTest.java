package softadastra.wal.spi.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;

/** One code and one text for each kind of failure, whoever words it. */
class StorageErrorsTest {

    @Test
    void theTextsThatDocumentsPromise() {
        assertEquals(
                "failed to append WAL record: permission denied",
                StorageErrors.failed("append WAL record", new AccessDeniedException("f"))
                        .message());
        assertEquals(
                "failed to flush WAL: no space left on device",
                StorageErrors.failed("flush WAL", new IOException("No space left on device"))
                        .message());
        assertEquals(
                "failed to open WAL path data/node-a.wal: directory does not exist",
                StorageErrors.failed("open WAL path data/node-a.wal", new DirectoryMissingException("data"))
                        .message());
    }

    @Test
    void everyPlatformsWordsForAFullDiskAreOneCode() {
        for (String words : new String[] {
            "No space left on device",
            "There is not enough space on the disk",
            "out of disk space",
            "Disk quota exceeded"
        }) {
            assertEquals(ErrorCode.NO_SPACE, StorageErrors.code(new IOException(words)), words);
            assertEquals(ErrorCode.NO_SPACE, StorageErrors.code(new FileSystemException("f", null, words)), words);
        }
    }

    @Test
    void theOthersByTheirClassOrTheirWords() {
        assertEquals(
                ErrorCode.PERMISSION_DENIED, StorageErrors.code(new FileNotFoundException("f (Permission denied)")));
        assertEquals(
                ErrorCode.PERMISSION_DENIED,
                StorageErrors.code(new FileSystemException("f", null, "Read-only file system")));
        assertEquals(ErrorCode.INVALID_ARGUMENT, StorageErrors.code(new NotDirectoryException("f")));
        assertEquals(ErrorCode.IO_ERROR, StorageErrors.code(new IOException("Input/output error")));
        assertEquals(ErrorCode.IO_ERROR, StorageErrors.code(new IOException()));
    }

    @Test
    void aFileThatIsGoneIsNoMissingDirectory() {
        for (IOException cause : List.of(
                new NoSuchFileException("data/node-a.wal/1.seg"),
                new FileNotFoundException("data/node-a.wal/1.seg (No such file or directory)"))) {
            SoftadastraError error = StorageErrors.failed("read WAL data/node-a.wal", cause);
            assertEquals(ErrorCode.IO_ERROR, error.code());
            assertEquals("failed to read WAL data/node-a.wal: a file of the log is missing", error.message());
        }
        assertEquals(
                "failed to flush WAL: input/output error",
                StorageErrors.failed("flush WAL", new FileNotFoundException("f (Is a directory)"))
                        .message());
    }

    @Test
    void whatTheSystemSaidIsKeptAsContextAndCause() {
        IOException cause = new IOException("Input/output error");
        SoftadastraError error = StorageErrors.failed("flush WAL", cause);
        assertEquals("Input/output error", error.context());
        assertSame(cause, error.cause());
    }
}
