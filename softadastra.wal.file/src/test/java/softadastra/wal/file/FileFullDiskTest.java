package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.tck.fault.CrashChoice;
import softadastra.wal.tck.fault.FaultInjectingStorage;
import softadastra.wal.tck.fault.IoFailure;
import softadastra.wal.tck.fault.IoFaults;
import softadastra.wal.tck.fault.IoKind;
import softadastra.wal.tck.fault.SimulatedStorage;

/** A full disk refuses appends and nothing else: readers go on, removes and checkpoints make room, and appends go on then. */
class FileFullDiskTest {

    private static final byte[] VALUE = new byte[10_000];

    private final FileSystem disk = Jimfs.newFileSystem(
            Configuration.unix().toBuilder().setMaxSize(8 << 20).build());
    private final Path path = disk.getPath("/work/a.wal");
    private final WalConfig config =
            WalConfig.durable(path).withProvider(new FileWalProvider()).withSegmentBytes(512 << 10);

    @BeforeEach
    void makeHome() throws IOException {
        Files.createDirectories(path.getParent());
    }

    @AfterEach
    void closeDisk() throws IOException {
        disk.close();
    }

    private static void put(WalLog log) {
        log.awaitDurable(log.submit(WalRecordType.PUT.code(), VALUE));
    }

    private static void remove(WalLog log) {
        log.awaitDurable(log.submit(WalRecordType.DELETE.code(), new byte[20]));
    }

    /** Puts until there is no room; the last sequence. */
    private static long fill(WalLog log) {
        while (true) {
            try {
                put(log);
            } catch (SoftadastraException e) {
                assertEquals(ErrorCode.NO_SPACE, e.code());
                assertTrue(e.error().message().endsWith("no space left on device"), e.error()::toString);
                return log.lastSequence();
            }
        }
    }

    private static void assertFull(WalLog log) {
        assertEquals(
                ErrorCode.NO_SPACE,
                assertThrows(SoftadastraException.class, () -> put(log)).code());
    }

    private static void assertReads(Wal wal, long first, long last) {
        assertEquals(last - first + 1, wal.reader().forEach(first, record -> {}).value());
    }

    @Test
    void removesGoOnWhereNothingElseDoes() {
        long removed;
        try (Wal wal = Wal.open(config).orElseThrow()) {
            WalLog log = wal.log();
            long last = fill(log);
            assertReads(wal, 1, last);
            // More than the rest of the segment has room for.
            for (removed = 0; removed < 6_000; removed++) {
                remove(log);
            }
            assertFull(log);
            assertReads(wal, 1, last + removed);
            assertEquals(last + removed, log.durableSequence());
        }
        try (Wal wal = Wal.open(config).orElseThrow()) {
            assertReads(wal, 1, wal.log().lastSequence());
        }
    }

    @Test
    void aCheckpointMakesRoomAndAppendsGoOnByThemselves() {
        try (Wal wal = Wal.open(config).orElseThrow()) {
            WalLog log = wal.log();
            for (int round = 0; round < 3; round++) {
                long last = fill(log);
                try (WalCheckpointWriter writer = log.beginCheckpoint()) {
                    assertEquals(last + 1, writer.beginSequence());
                    writer.write(new byte[50_000], 0, 50_000);
                    assertEquals(last, writer.publish(last).endSequence());
                }
                for (int i = 0; i < 100; i++) {
                    put(log);
                }
                assertReads(wal, last + 1, last + 100);
            }
        }
    }

    @Test
    void aCheckpointThatFindsNoRoomFailsAndTheLogGoesOn() {
        try (Wal wal = Wal.open(config).orElseThrow()) {
            WalLog log = wal.log();
            long last = fill(log);
            try (WalCheckpointWriter writer = log.beginCheckpoint()) {
                SoftadastraException failure = assertThrows(SoftadastraException.class, () -> {
                    for (int i = 0; i < 100; i++) {
                        writer.write(new byte[1 << 20], 0, 1 << 20);
                    }
                });
                assertEquals(ErrorCode.NO_SPACE, failure.code());
            }
            assertTrue(log.checkpoint().isEmpty());
            assertReads(wal, 1, last);
            remove(log);
            try (WalCheckpointWriter writer = log.beginCheckpoint()) {
                assertEquals(last + 1, writer.publish(last + 1).endSequence());
            }
            put(log);
            assertEquals(last + 2, log.durableSequence());
        }
    }

    @Test
    void roomThatComesFromElsewhereIsUsed() throws IOException {
        Path other = disk.getPath("/work/other");
        Files.write(other, new byte[3 << 20]);
        try (Wal wal = Wal.open(config).orElseThrow()) {
            WalLog log = wal.log();
            long last = fill(log);
            assertFull(log);
            Files.delete(other);
            for (int i = 0; i < 100; i++) {
                put(log);
            }
            assertReads(wal, 1, last + 100);
        }
    }

    /** A disk that says so only when a file is made, or forced, and loses then what it should have written. */
    @ParameterizedTest
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    @EnumSource(names = {"CREATE", "FORCE"})
    void aCheckpointUsesTheReserveWhereverItFindsTheDiskFull(IoKind where) {
        SimulatedStorage simulated = SimulatedStorage.create();
        FaultInjectingStorage full = new FaultInjectingStorage(simulated, IoFaults.none());
        WalConfig onIt = WalConfig.durable("simulated.wal")
                .withProvider(new FileWalProvider())
                .withStorage(path -> full);
        byte[] content = new byte[50_000];
        new SplittableRandom(5).nextBytes(content);
        try (Wal wal = Wal.open(onIt).orElseThrow()) {
            WalLog log = wal.log();
            // Into the second segment, with which the reserve comes.
            for (int i = 0; i < 30; i++) {
                put(log);
            }
            while (!has(simulated, DiskReserve.FILE)) {
                Thread.onSpinWait();
            }
            full.setFaults(IoFaults.when(
                    call -> call.kind() == where
                            && call.name().equals(CheckpointFile.TEMPORARY)
                            && has(simulated, DiskReserve.FILE),
                    IoFailure.NO_SPACE));
            long last = log.lastSequence();
            try (WalCheckpointWriter writer = log.beginCheckpoint()) {
                writer.write(content, 0, content.length);
                assertEquals(last, writer.publish(last).endSequence());
            }
            assertEquals(1, full.failures());
            put(log);
        }
        SimulatedStorage left = simulated.crash(CrashChoice.nothingWritten());
        try (Wal wal = Wal.open(onIt.withStorage(path -> left)).orElseThrow();
                WalCheckpointReader reader =
                        wal.log().checkpoint().orElseThrow().open()) {
            byte[] read = new byte[content.length];
            reader.read(0, read, 0, read.length);
            assertArrayEquals(content, read);
        }
    }

    private static boolean has(SimulatedStorage storage, String file) {
        try {
            return storage.list().contains(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What makes room needs the log open: that nobody can say who has it is no reason not to. */
    @Test
    void aLogOnAFullDiskIsOpened() throws IOException {
        SimulatedStorage simulated = SimulatedStorage.create();
        FaultInjectingStorage storage = new FaultInjectingStorage(simulated, IoFaults.none());
        WalConfig onIt = config.withStorage(any -> storage);
        try (Wal wal = Wal.open(onIt).orElseThrow()) {
            put(wal.log());
        }
        storage.setFaults(IoFaults.from(IoKind.CREATE, 1, IoFailure.NO_SPACE));
        try (Wal wal = Wal.open(onIt).orElseThrow()) {
            assertEquals(1, wal.log().lastSequence());
            assertEquals(Optional.empty(), LogLock.owner(storage));
            storage.setFaults(IoFaults.none());
            put(wal.log());
        }
        try (Wal wal = Wal.open(onIt).orElseThrow()) {
            assertTrue(LogLock.owner(storage).isPresent());
            assertEquals(2, wal.log().lastSequence());
        }
    }
}
