package softadastra.wal.tck.fault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.Storage.Access;
import softadastra.wal.spi.storage.StorageFile;
import softadastra.wal.spi.storage.StorageLock;

/** What was forced survives every crash; what was not may be there in any mixture. */
class SimulatedStorageTest {

    private static final int CRASHES = 2_000;

    private final SimulatedStorage storage = SimulatedStorage.create();

    @BeforeEach
    void makeDirectory() {
        storage.createDirectory();
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] content(Storage storage, String name) throws IOException {
        try (StorageFile file = storage.open(name, Access.READ)) {
            byte[] bytes = new byte[(int) file.size()];
            assertEquals(bytes.length, file.read(0, bytes, 0, bytes.length));
            return bytes;
        }
    }

    private StorageFile forcedFile(String name, int length, int value) throws IOException {
        StorageFile file = storage.open(name, Access.CREATE);
        file.write(0, filled(length, value), 0, length);
        file.force();
        storage.forceDirectory();
        return file;
    }

    @Test
    void itReadsWhatWasWritten() throws IOException {
        try (StorageFile file = storage.open("a", Access.CREATE)) {
            byte[] bytes = new byte[3_000];
            new SplittableRandom(1).nextBytes(bytes);
            file.write(700, bytes, 0, bytes.length);
            assertEquals(3_700, file.size());
            byte[] read = new byte[5_000];
            assertEquals(3_700, file.read(0, read, 0, read.length));
            assertArrayEquals(new byte[700], Arrays.copyOf(read, 700));
            assertArrayEquals(bytes, Arrays.copyOfRange(read, 700, 3_700));
            assertEquals(0, file.read(3_700, read, 0, 10));
            assertEquals(1, file.read(3_699, read, 0, 10));
            file.truncate(1_000);
            file.write(2_000, bytes, 0, 1);
            assertEquals(2_001, file.read(0, read, 0, read.length));
            assertArrayEquals(new byte[1_000], Arrays.copyOfRange(read, 1_000, 2_000));
        }
        assertThrows(FileAlreadyExistsException.class, () -> storage.open("a", Access.CREATE));
        assertThrows(NoSuchFileException.class, () -> storage.open("b", Access.READ));
        assertThrows(NoSuchFileException.class, () -> storage.delete("b"));
        assertEquals(List.of("a"), storage.list());
    }

    @Test
    void whatWasForcedSurvivesEveryCrash() throws IOException {
        try (StorageFile file = forcedFile("a", 2_000, 1)) {
            file.write(1_000, filled(3_000, 2), 0, 3_000);
            for (int seed = 0; seed < CRASHES; seed++) {
                SimulatedStorage crashed = storage.crash(CrashChoice.random(new SplittableRandom(seed)));
                byte[] left = content(crashed, "a");
                assertTrue(left.length == 2_000 || left.length == 4_000);
                assertArrayEquals(filled(1_000, 1), Arrays.copyOf(left, 1_000));
            }
        }
    }

    @Test
    void sectorsAreKeptOrLostEachByItself() throws IOException {
        try (StorageFile file = forcedFile("a", 4 * Sectors.SIZE, 1)) {
            file.write(0, filled(4 * Sectors.SIZE, 2), 0, 4 * Sectors.SIZE);
            Set<String> mixtures = new HashSet<>();
            int torn = 0;
            for (int seed = 0; seed < CRASHES; seed++) {
                byte[] left = content(storage.crash(CrashChoice.random(new SplittableRandom(seed))), "a");
                StringBuilder mixture = new StringBuilder();
                for (int sector = 0; sector < 4; sector++) {
                    byte[] part = Arrays.copyOfRange(left, sector * Sectors.SIZE, (sector + 1) * Sectors.SIZE);
                    int cut = 0;
                    while (cut < part.length && part[cut] == 2) {
                        cut++;
                    }
                    for (int i = cut; i < part.length; i++) {
                        assertEquals(1, part[i], "new bytes first, then old ones");
                    }
                    torn += cut > 0 && cut < part.length ? 1 : 0;
                    mixture.append(cut == 0 ? 'o' : 'n');
                }
                mixtures.add(mixture.toString());
            }
            assertEquals(16, mixtures.size(), mixtures::toString);
            assertTrue(torn > 50, "torn: " + torn);
        }
    }

    @Test
    void aSectorMayHaveAnyOfItsVersions() throws IOException {
        try (StorageFile file = forcedFile("a", Sectors.SIZE, 1)) {
            for (int version = 2; version <= 5; version++) {
                file.write(0, filled(Sectors.SIZE, version), 0, Sectors.SIZE);
            }
            Set<Byte> versions = new HashSet<>();
            for (int seed = 0; seed < CRASHES; seed++) {
                versions.add(content(storage.crash(CrashChoice.random(new SplittableRandom(seed))), "a")[0]);
            }
            assertEquals(Set.of((byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5), versions);
        }
    }

    @Test
    void theExtremesAreNothingAndEverything() throws IOException {
        try (StorageFile file = forcedFile("a", 700, 1)) {
            file.write(100, filled(5_000, 2), 0, 5_000);
            storage.open("b", Access.CREATE).close();
            SimulatedStorage nothing = storage.crash(CrashChoice.nothingWritten());
            assertEquals(List.of("a"), nothing.list());
            assertArrayEquals(filled(700, 1), content(nothing, "a"));
            SimulatedStorage everything = storage.crash(CrashChoice.everythingWritten());
            assertEquals(List.of("a", "b"), everything.list());
            assertEquals(storage.fingerprint(), everything.fingerprint());
        }
    }

    @Test
    void namesAreLostUntilTheDirectoryIsForced() throws IOException {
        forcedFile("old", 10, 1).close();
        try (StorageFile file = storage.open("temporary", Access.CREATE)) {
            file.write(0, filled(10, 2), 0, 10);
            file.force();
        }
        storage.rename("temporary", "old");
        Set<List<String>> names = new HashSet<>();
        Set<Byte> contents = new HashSet<>();
        for (int seed = 0; seed < CRASHES; seed++) {
            SimulatedStorage crashed = storage.crash(CrashChoice.random(new SplittableRandom(seed)));
            names.add(crashed.list());
            contents.add(content(crashed, "old")[0]);
        }
        assertEquals(Set.of(List.of("old"), List.of("old", "temporary")), names);
        assertEquals(Set.of((byte) 1, (byte) 2), contents);
        storage.forceDirectory();
        assertArrayEquals(filled(10, 2), content(storage.crash(CrashChoice.nothingWritten()), "old"));
    }

    @Test
    void lengthsAreStaleUntilTheFileIsForced() throws IOException {
        try (StorageFile file = forcedFile("a", 1_000, 1)) {
            file.write(1_000, filled(1_000, 2), 0, 1_000);
            file.write(2_000, filled(1_000, 3), 0, 1_000);
            file.truncate(1_500);
            Set<Integer> lengths = new HashSet<>();
            boolean zerosWithinTheLength = false;
            for (int seed = 0; seed < CRASHES; seed++) {
                byte[] left = content(storage.crash(CrashChoice.random(new SplittableRandom(seed))), "a");
                lengths.add(left.length);
                zerosWithinTheLength |= left.length == 2_000 && left[1_999] == 0;
            }
            assertEquals(Set.of(1_000, 1_500, 2_000, 3_000), lengths);
            assertTrue(zerosWithinTheLength, "a length may be there before what it covers");
            file.force();
            assertEquals(1_500, content(storage.crash(CrashChoice.nothingWritten()), "a").length);
        }
    }

    @Test
    void createdAndDeletedNamesAreLostEachByItself() throws IOException {
        forcedFile("a", 10, 1).close();
        forcedFile("b", 10, 1).close();
        storage.delete("a");
        storage.open("c", Access.CREATE).close();
        storage.delete("b");
        Set<List<String>> names = new HashSet<>();
        for (int seed = 0; seed < CRASHES; seed++) {
            names.add(storage.crash(CrashChoice.random(new SplittableRandom(seed)))
                    .list());
        }
        assertEquals(8, names.size(), names::toString);
        storage.forceDirectory();
        assertEquals(List.of("c"), storage.crash(CrashChoice.nothingWritten()).list());
    }

    @Test
    void afterAFailedForceTheDiskHasTheOldOrTheNewWhateverIsForcedLater() throws IOException {
        try (StorageFile file = forcedFile("a", Sectors.SIZE, 1)) {
            file.write(0, filled(Sectors.SIZE, 2), 0, Sectors.SIZE);
            ((SimulatedFile) file).failForce();
            file.force();
            Set<Byte> contents = new HashSet<>();
            for (int seed = 0; seed < CRASHES; seed++) {
                contents.add(content(storage.crash(CrashChoice.random(new SplittableRandom(seed))), "a")[0]);
            }
            assertEquals(Set.of((byte) 1, (byte) 2), contents);
        }
    }

    /** The rename of a file whose creation was lost is lost with it; the file that had the name before keeps it. */
    @Test
    void aRenameNeverGivesItsNameToAnotherFile() throws IOException {
        forcedFile("temporary", 10, 1).close();
        storage.delete("temporary");
        try (StorageFile file = storage.open("temporary", Access.CREATE)) {
            file.write(0, filled(10, 2), 0, 10);
            file.force();
        }
        storage.rename("temporary", "new");
        Set<String> seen = new HashSet<>();
        for (int seed = 0; seed < CRASHES; seed++) {
            SimulatedStorage crashed = storage.crash(CrashChoice.random(new SplittableRandom(seed)));
            StringBuilder names = new StringBuilder();
            for (String name : crashed.list()) {
                names.append(name).append(content(crashed, name)[0]).append(' ');
            }
            seen.add(names.toString());
        }
        assertEquals(Set.of("", "temporary1 ", "temporary2 ", "new2 "), seen);
    }

    @Test
    void whatAFailedForceLostIsNotMadeGoodByTheNext() throws IOException {
        try (StorageFile file = forcedFile("a", 2 * Sectors.SIZE, 1)) {
            file.write(0, filled(10, 2), 0, 10);
            ((SimulatedFile) file).failForce();
            file.write(Sectors.SIZE, filled(10, 3), 0, 10);
            file.force();
            byte[] left = content(storage.crash(CrashChoice.nothingWritten()), "a");
            assertEquals(1, left[0]);
            assertEquals(3, left[Sectors.SIZE]);
            assertEquals(2, content(storage, "a")[0], "processes go on seeing it");
            file.write(0, filled(1, 4), 0, 1);
            file.force();
            assertEquals(2, content(storage.crash(CrashChoice.nothingWritten()), "a")[1]);
        }
    }

    @Test
    void theSameSeedGivesTheSameCrash() throws IOException {
        try (StorageFile file = forcedFile("a", 5_000, 1)) {
            file.write(300, filled(4_000, 2), 0, 4_000);
            Set<Long> fingerprints = new HashSet<>();
            for (int seed = 0; seed < 200; seed++) {
                SimulatedStorage one = storage.crash(CrashChoice.random(new SplittableRandom(seed)));
                SimulatedStorage two = storage.crash(CrashChoice.random(new SplittableRandom(seed)));
                assertEquals(one.fingerprint(), two.fingerprint());
                fingerprints.add(one.fingerprint());
            }
            assertTrue(fingerprints.size() > 50, () -> "different: " + fingerprints.size());
        }
    }

    @Test
    void aReplayedHistoryGivesTheSameDisk() throws IOException {
        try (StorageFile file = forcedFile("a", 5_000, 1)) {
            file.write(300, filled(4_000, 2), 0, 4_000);
            file.truncate(777);
            storage.open("b", Access.CREATE).close();
            storage.rename("b", "c");
            storage.delete("c");
        }
        SimulatedDisk replayed = storage.start();
        storage.history().forEach(replayed::apply);
        assertEquals(storage.fingerprint(), replayed.fingerprint());
        assertEquals(storage.operations(), storage.history().size());
        for (int seed = 0; seed < 100; seed++) {
            assertEquals(
                    storage.crash(CrashChoice.random(new SplittableRandom(seed)))
                            .fingerprint(),
                    replayed.crash(CrashChoice.random(new SplittableRandom(seed)))
                            .fingerprint());
        }
    }

    @Test
    void aFullDiskRefusesToGrow() throws IOException {
        try (StorageFile file = forcedFile("a", 1_000, 1)) {
            storage.setCapacity(1_500);
            IOException full = assertThrows(IOException.class, () -> file.write(1_000, filled(501, 2), 0, 501));
            assertEquals("No space left on device", full.getMessage());
            file.write(1_000, filled(500, 2), 0, 500);
            file.write(0, filled(500, 3), 0, 500);
            assertEquals(1_500, file.size());
        }
    }

    @Test
    void theLockIsHeldOnceAndIsGoneAfterACrash() throws IOException {
        StorageLock lock = storage.tryLock("lock").orElseThrow();
        assertTrue(storage.tryLock("lock").isEmpty());
        assertTrue(
                storage.crash(CrashChoice.everythingWritten()).tryLock("lock").isPresent());
        lock.close();
        assertFalse(storage.tryLock("lock").isEmpty());
    }
}
