package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.wal.tck.fault.SimulatedStorage;

class DiskReserveTest {

    private final SimulatedStorage storage = SimulatedStorage.create();
    private final DiskReserve reserve = new DiskReserve(storage, 4096);

    @BeforeEach
    void find() throws IOException {
        storage.createDirectory();
        reserve.find();
        assertFalse(reserve.isThere());
    }

    @Test
    void beforeACheckpointIsWrittenNothingIsTakenFromItAgain() throws IOException {
        reserve.make();
        assertTrue(reserve.release());
        reserve.setNeeded(true);
        assertThrows(IOException.class, reserve::make);
        reserve.setNeeded(false);
        reserve.make();
        assertTrue(reserve.isThere());
    }

    /** A crash may have come before the reserve was there: that says nothing of the disk. */
    @Test
    void oneThatTheLastOwnerHasNotLeftIsMadeBesideACheckpoint() throws IOException {
        reserve.setUsed();
        reserve.setNeeded(true);
        reserve.make();
        assertTrue(reserve.isThere());
        assertFalse(reserve.isUsed());
    }

    @Test
    void onAFullDiskThatIsTriedOnce() throws IOException {
        reserve.setUsed();
        reserve.setNeeded(true);
        storage.setCapacity(1000);
        assertThrows(IOException.class, reserve::make);
        storage.setCapacity(Long.MAX_VALUE);
        assertThrows(IOException.class, reserve::make);
        reserve.setNeeded(false);
        reserve.make();
        assertTrue(reserve.isThere());
    }
}
