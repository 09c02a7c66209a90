package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalWriter;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;
import softadastra.wal.tck.fault.FaultInjectingStorage;
import softadastra.wal.tck.fault.IoFailure;
import softadastra.wal.tck.fault.IoFaults;
import softadastra.wal.tck.fault.IoKind;

/** What is missing, may not be read, or may not be written, is said to be just that, and nothing is touched. */
class UnreachableFilesTest {

    private static final int RECORDS = 16;

    @TempDir
    Path directory = Path.of("");

    private static WalConfig config(Storage storage) {
        return WalConfig.durable("somewhere.wal")
                .withProvider(new FileWalProvider())
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                .withStorage(path -> storage);
    }

    /** A closed log of several segments. */
    private static FaultInjectingStorage written(Backend.Places places) {
        FaultInjectingStorage storage = new FaultInjectingStorage(places.get(), IoFaults.none());
        try (WalWriter writer = WalWriter.open(config(storage)).orElseThrow()) {
            for (int i = 1; i <= RECORDS; i++) {
                assertEquals(i, writer.append(64, new byte[15_000]).orElseThrow());
            }
        }
        return storage;
    }

    private static Result<List<WalRecord>> read(Storage storage) {
        return WalReader.open(config(storage)).flatMap(reader -> {
            try (reader) {
                return reader.readAll();
            }
        });
    }

    private static void assertWhole(Storage storage) {
        assertEquals(RECORDS, read(storage).orElseThrow().size());
        try (Wal wal = Wal.open(config(storage)).orElseThrow()) {
            assertEquals(List.of(), wal.recovery().findings());
            assertEquals(RECORDS, wal.log().lastSequence());
        }
    }

    private static Map<String, Long> sizes(Storage storage) throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        for (String name : storage.list()) {
            sizes.put(name, storage.size(name));
        }
        return sizes;
    }

    @ParameterizedTest
    @EnumSource
    void aMissingDirectoryIsNoLogToReadersAndMadeForAnOwner(Backend backend) throws IOException {
        try (Backend.Places places = new Backend.Places(backend, directory)) {
            Storage storage = places.get();
            assertEquals(ErrorCode.NOT_FOUND, read(storage).error().code());
            assertFalse(storage.exists(), "a reader creates nothing");
            Wal.open(config(storage)).orElseThrow().close();
            assertEquals(0, read(storage).orElseThrow().size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMissingParentIsToldOf(Backend backend) throws IOException {
        try (Backend.Places places = new Backend.Places(backend, directory)) {
            IoFaults noParent = IoFaults.from(IoKind.CREATE_DIRECTORY, 1, IoFailure.MISSING);
            FaultInjectingStorage storage = new FaultInjectingStorage(places.get(), noParent);
            SoftadastraError error = Wal.open(config(storage)).error();
            assertEquals(ErrorCode.DIRECTORY_MISSING, error.code());
            assertTrue(error.message().endsWith("directory does not exist"), error::message);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMissingSegmentIsCorruptionAndNamed(Backend backend) throws IOException {
        try (Backend.Places places = new Backend.Places(backend, directory)) {
            Storage storage = written(places);
            List<String> segments = storage.list().stream()
                    .filter(name -> SegmentFile.ordinal(name).isPresent())
                    .toList();
            assertTrue(segments.size() >= 4, segments::toString);
            for (String segment : segments.subList(0, 4)) {
                storage.rename(segment, "elsewhere");
                Map<String, Long> before = sizes(storage);
                for (Result<?> answer : List.of(read(storage), Wal.open(config(storage)))) {
                    assertEquals(
                            ErrorCode.CORRUPTION,
                            answer.error().code(),
                            () -> answer.error().toString());
                    assertTrue(answer.error().message().contains(segment), answer.error()::message);
                }
                assertEquals(before, sizes(storage), "nothing is touched");
                storage.rename("elsewhere", segment);
            }
            assertWhole(storage);
        }
    }

    /** Each opening and each reading of a file is refused once, for a reader and for an owner. */
    @ParameterizedTest
    @EnumSource
    void whatMayNotBeReadIsAnErrorAndNotCorruption(Backend backend) throws IOException {
        try (Backend.Places places = new Backend.Places(backend, directory)) {
            FaultInjectingStorage storage = written(places);
            int refused = 0;
            for (IoKind kind : List.of(IoKind.OPEN, IoKind.READ, IoKind.LIST)) {
                refused += refuseEach(storage, kind, () -> read(storage));
                refused += refuseEach(
                        storage, kind, () -> Wal.open(config(storage)).flatMap(UnreachableFilesTest::close));
            }
            assertTrue(refused > 10, "refused: " + refused);
            assertWhole(storage);
        }
    }

    /** Refuses the first call of a kind, the second and so on until an attempt has no such call; how many attempts failed. */
    private static int refuseEach(FaultInjectingStorage storage, IoKind kind, Supplier<Result<?>> attempt) {
        int refused = 0;
        long before = -1;
        for (int number = 1; storage.failures() > before; number++) {
            before = storage.failures();
            storage.setFaults(IoFaults.once(kind, storage.calls(kind) + number, IoFailure.PERMISSION_DENIED));
            Result<?> answer = attempt.get();
            storage.setFaults(IoFaults.none());
            if (answer.isErr()) {
                assertEquals(
                        ErrorCode.PERMISSION_DENIED,
                        answer.error().code(),
                        () -> answer.error().toString());
                refused++;
            }
        }
        return refused;
    }

    private static Result<Boolean> close(Wal wal) {
        return Result.attempt(() -> {
            wal.close();
            return true;
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatMayNotBeWrittenCanBeRead(Backend backend) throws IOException {
        try (Backend.Places places = new Backend.Places(backend, directory)) {
            FaultInjectingStorage storage = written(places);
            Map<String, Long> before = sizes(storage);
            storage.setFaults(IoFaults.from(1, IoFailure.PERMISSION_DENIED));
            assertEquals(
                    ErrorCode.PERMISSION_DENIED,
                    Wal.open(config(storage)).error().code());
            assertEquals(RECORDS, read(storage).orElseThrow().size());
            storage.setFaults(IoFaults.none());
            assertEquals(before, sizes(storage));
            assertWhole(storage);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDiskThatMayOnlyBeReadRefusesAppendsAndIsReadOn(Backend backend) throws IOException {
        try (Backend.Places places = new Backend.Places(backend, directory)) {
            FaultInjectingStorage storage = written(places);
            Wal wal = Wal.open(config(storage)).orElseThrow();
            storage.setFaults(IoFaults.from(1, IoFailure.PERMISSION_DENIED));
            try (WalWriter writer = wal.writer()) {
                for (ErrorCode code : List.of(ErrorCode.INDETERMINATE, ErrorCode.PERMISSION_DENIED)) {
                    SoftadastraError error = writer.append(64, new byte[1]).error();
                    assertEquals(code, error.code());
                    assertEquals("failed to append WAL record: permission denied", error.message());
                }
                assertEquals(RECORDS, wal.reader().readAll().orElseThrow().size());
                storage.setFaults(IoFaults.none());
                assertEquals(RECORDS, wal.recover().orElseThrow().lastSequence());
                assertEquals(RECORDS + 1L, writer.append(64, new byte[1]).orElseThrow());
            }
            wal.close();
            try (StorageFile first = storage.open(SegmentFile.name(1), Storage.Access.READ)) {
                assertTrue(first.size() > 0);
            }
        }
    }
}
