package softadastra.wal.tck.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.wal.spi.storage.Storage.Access;
import softadastra.wal.spi.storage.StorageFile;

/** A chosen call fails as chosen, and all calls are counted. */
class FaultInjectingStorageTest {

    private final SimulatedStorage disk = SimulatedStorage.create();
    private final FaultInjectingStorage storage = new FaultInjectingStorage(disk, IoFaults.none());

    @BeforeEach
    void makeDirectory() throws IOException {
        storage.createDirectory();
    }

    private void write(StorageFile file, int length) throws IOException {
        file.write(file.size(), new byte[length], 0, length);
    }

    @Test
    void everyCallIsCountedAndRemembered() throws IOException {
        try (StorageFile file = storage.open("a", Access.CREATE)) {
            file.write(10, new byte[20], 5, 7);
            file.force();
        }
        assertEquals(
                List.of(IoKind.CREATE_DIRECTORY, IoKind.CREATE, IoKind.WRITE, IoKind.FORCE, IoKind.CLOSE),
                storage.trace().stream().map(IoCall::kind).toList());
        assertEquals(new IoCall(3, 1, IoKind.WRITE, "a", 10, 7), storage.trace().get(2));
        assertEquals(5, storage.calls());
        assertEquals(1, storage.calls(IoKind.FORCE));
        assertEquals(0, storage.failures());
    }

    @Test
    void aFaultOnceLetsLaterCallsWork() throws IOException {
        storage.setFaults(IoFaults.once(IoKind.WRITE, 2, IoFailure.IO_ERROR));
        try (StorageFile file = storage.open("a", Access.CREATE)) {
            write(file, 10);
            assertThrows(IOException.class, () -> write(file, 10));
            write(file, 10);
            assertEquals(20, file.size());
        }
        assertEquals(1, storage.failures());
    }

    @Test
    void aFaultForEverStays() throws IOException {
        try (StorageFile file = storage.open("a", Access.CREATE)) {
            storage.setFaults(IoFaults.from(storage.calls() + 3, IoFailure.NO_SPACE));
            write(file, 10);
            IOException full = assertThrows(IOException.class, () -> write(file, 10));
            assertEquals("No space left on device", full.getMessage());
            assertThrows(IOException.class, file::force);
            assertThrows(IOException.class, storage::forceDirectory);
            assertEquals(10, file.size(), "reading goes on");
        }
    }

    @Test
    void aShortWriteLeavesHalf() throws IOException {
        storage.setFaults(IoFaults.once(IoKind.WRITE, 1, IoFailure.SHORT_WRITE));
        try (StorageFile file = storage.open("a", Access.CREATE)) {
            assertThrows(IOException.class, () -> write(file, 101));
            assertEquals(50, file.size());
        }
    }

    @Test
    void eachFailureIsItsOwnException() throws IOException {
        storage.setFaults(IoFaults.once(IoKind.CREATE, 1, IoFailure.PERMISSION_DENIED)
                .or(IoFaults.once(IoKind.CREATE, 2, IoFailure.OUT_OF_MEMORY)));
        assertThrows(AccessDeniedException.class, () -> storage.open("a", Access.CREATE));
        assertThrows(OutOfMemoryError.class, () -> storage.open("a", Access.CREATE));
        storage.open("a", Access.CREATE).close();
    }

    @Test
    void anInterruptLetsTheCallWork() throws IOException {
        storage.setFaults(IoFaults.once(IoKind.WRITE, 1, IoFailure.INTERRUPT));
        try (StorageFile file = storage.open("a", Access.CREATE)) {
            write(file, 10);
            assertTrue(Thread.interrupted());
            assertEquals(10, file.size());
        }
    }

    @Test
    void aFailedForceLosesWhatItShouldHaveWritten() throws IOException {
        storage.setFaults(IoFaults.once(IoKind.FORCE, 1, IoFailure.IO_ERROR));
        try (StorageFile file = storage.open("a", Access.CREATE)) {
            storage.forceDirectory();
            write(file, 10);
            file.write(0, new byte[] {9}, 0, 1);
            assertThrows(IOException.class, file::force);
            file.force();
        }
        byte[] left = new byte[1];
        try (StorageFile file = disk.crash(CrashChoice.nothingWritten()).open("a", Access.READ)) {
            assertEquals(1, file.read(0, left, 0, 1));
        }
        assertEquals(0, left[0]);
    }

    @Test
    void faultsMayJustListen() throws IOException {
        AtomicLong bytes = new AtomicLong();
        storage.setFaults(call -> {
            bytes.addAndGet(call.length());
            return IoFaults.none().before(call);
        });
        try (StorageFile file = storage.open("a", Access.CREATE)) {
            write(file, 10);
            write(file, 20);
        }
        assertEquals(30, bytes.get());
    }
}
