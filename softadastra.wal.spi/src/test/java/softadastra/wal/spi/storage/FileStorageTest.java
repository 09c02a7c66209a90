package softadastra.wal.spi.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real storage, on the default file system and on another, which have different files behind them. */
class FileStorageTest {

    private final FileSystem inMemory = Jimfs.newFileSystem(Configuration.unix());

    @TempDir
    Path temporary = Path.of("");

    @AfterEach
    void closeFiles() throws IOException {
        inMemory.close();
    }

    private Path parent(boolean onDisk) throws IOException {
        return onDisk ? temporary : Files.createDirectories(inMemory.getPath("/parent"));
    }

    private Storage made(boolean onDisk) throws IOException {
        Storage storage = FileStorage.at(parent(onDisk).resolve("log"));
        storage.createDirectory();
        return storage;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theDirectoryIsMadeOnceForItsOwnerAndNotWithoutAParent(boolean onDisk) throws IOException {
        Path parent = parent(onDisk);
        Storage storage = FileStorage.at(parent.resolve("log"));
        assertFalse(storage.exists());
        storage.createDirectory();
        storage.createDirectory();
        assertTrue(storage.exists());
        if (onDisk && FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            assertEquals(
                    "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(parent.resolve("log"))));
        }
        assertThrows(
                DirectoryMissingException.class,
                () -> FileStorage.at(parent.resolve("no/log")).createDirectory());
        Files.writeString(parent.resolve("file"), "content");
        assertThrows(
                NotDirectoryException.class,
                () -> FileStorage.at(parent.resolve("file")).createDirectory());
        assertEquals("content", Files.readString(parent.resolve("file")));
    }

    /** An owner replaces its spare while a reader looks at the directory: whatever the moment, it is there or it is missing. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatComesAndGoesIsThereOrMissing(boolean onDisk) throws Exception {
        Storage storage = made(onDisk);
        AtomicBoolean done = new AtomicBoolean();
        FutureTask<Void> replacing = new FutureTask<>(() -> {
            while (!done.get()) {
                storage.open("spare", Storage.Access.CREATE).close();
                storage.delete("spare");
            }
            return null;
        });
        new Thread(replacing).start();
        int missing = 0;
        int there = 0;
        try {
            while (missing < 2_000 || there < 2_000) {
                try (StorageFile file = storage.open("spare", Storage.Access.READ)) {
                    assertEquals(0, file.size());
                    there++;
                } catch (NoSuchFileException e) {
                    missing++;
                }
            }
        } finally {
            done.set(true);
            replacing.get();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsWrittenIsReadAtItsPlace(boolean onDisk) throws IOException {
        Storage storage = made(onDisk);
        byte[] bytes = {1, 2, 3, 4, 5};
        try (StorageFile file = storage.open("f", Storage.Access.CREATE)) {
            file.write(10, bytes, 1, 3);
            file.force();
            assertEquals(13, file.size());
            byte[] read = new byte[20];
            assertEquals(13, file.read(0, read, 0, 20));
            assertArrayEquals(new byte[] {0, 0, 2, 3, 4, 0}, Arrays.copyOfRange(read, 8, 14));
            assertEquals(0, file.read(13, read, 0, 20));
            assertEquals(0, file.read(1000, read, 0, 20));
            file.truncate(11);
            assertEquals(11, file.size());
        }
        assertEquals(11, storage.size("f"));
        assertThrows(FileAlreadyExistsException.class, () -> storage.open("f", Storage.Access.CREATE));
        assertThrows(NoSuchFileException.class, () -> storage.open("g", Storage.Access.READ));
        assertThrows(NoSuchFileException.class, () -> storage.open("g", Storage.Access.WRITE));
        storage.rename("f", "h");
        assertEquals(List.of("h"), storage.list());
        storage.delete("h");
        storage.forceDirectory();
        assertEquals(List.of(), storage.list());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptedThreadDoesNotCloseTheFileForAnybody(boolean onDisk) throws IOException {
        Storage storage = made(onDisk);
        try (StorageFile file = storage.open("f", Storage.Access.CREATE)) {
            Thread.currentThread().interrupt();
            byte[] bytes = {7};
            file.write(0, bytes, 0, 1);
            file.force();
            byte[] read = new byte[1];
            assertEquals(1, file.read(0, read, 0, 1));
            assertEquals(1, file.size());
            storage.forceDirectory();
            assertTrue(Thread.interrupted(), "the interrupt flag is kept");
            file.write(1, bytes, 0, 1);
            assertEquals(2, file.size());
        } finally {
            // Whatever happened, the next test starts without it.
            var unused = Thread.interrupted();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneDirectoryHasOneIdentityHoweverItIsNamed(boolean onDisk) throws IOException {
        Storage storage = made(onDisk);
        Path link = parent(onDisk).resolve("link");
        Files.createSymbolicLink(link, parent(onDisk).resolve("log"));
        assertEquals(storage.identity(), FileStorage.at(link).identity());
        Path other = parent(onDisk).resolve("other");
        Files.createDirectory(other);
        assertNotEquals(storage.identity(), FileStorage.at(other).identity());
    }

    @Test
    void aLockIsHeldOnceAndTakenAgainAfterwards() throws IOException {
        Storage storage = made(true);
        try (StorageLock lock = storage.tryLock("lock").orElseThrow()) {
            assertTrue(storage.tryLock("lock").isEmpty(), "while " + lock + " is held");
        }
        try (StorageLock again = storage.tryLock("lock").orElseThrow()) {
            assertEquals(List.of("lock"), storage.list(), "while " + again + " is held");
        }
    }

    @Test
    void askingForAHeldLockDoesNotTakeItFromItsOwner() throws IOException {
        Storage storage = made(true);
        Storage same = FileStorage.at(Files.createSymbolicLink(temporary.resolve("link"), temporary.resolve("log")));
        try (StorageLock lock = storage.tryLock("lock").orElseThrow()) {
            assumeTrue(systemHasLock(), "the system lists its locks");
            assertTrue(same.tryLock("lock").isEmpty(), "while " + lock + " is held");
            assertTrue(same.tryLock("lock").isEmpty(), "while " + lock + " is held");
            assertTrue(systemHasLock());
        }
        assertFalse(systemHasLock());
        // By the channel that was kept open, which must not differ from any other.
        try (StorageLock again = same.tryLock("lock").orElseThrow()) {
            assertTrue(storage.tryLock("lock").isEmpty(), "while " + again + " is held");
            assertTrue(systemHasLock());
        }
        assertFalse(systemHasLock());
    }

    /** Whether another process would find the lock, which only the system knows. */
    private boolean systemHasLock() throws IOException {
        Path locks = Path.of("/proc/locks");
        if (!Files.isReadable(locks)) {
            return false;
        }
        String inode = ":" + Files.getAttribute(temporary.resolve("log/lock"), "unix:ino") + " ";
        return Files.readString(locks).lines().anyMatch(line -> line.contains(" POSIX ") && line.contains(inode));
    }

    @Test
    void aParentThatMayNotBeReadIsNoObstacleToADirectoryThatIsThere() throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"), "there are permissions");
        Path parent = Files.createDirectory(temporary.resolve("closed"));
        Storage storage = FileStorage.at(Files.createDirectory(parent.resolve("log")));
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("--x------"));
        try {
            storage.createDirectory();
            assertTrue(storage.exists());
        } finally {
            Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx------"));
        }
    }
}
