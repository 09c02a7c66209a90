package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.LostSequences;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalReader;
import softadastra.wal.tck.fault.FaultInjectingStorage;
import softadastra.wal.tck.fault.IoFailure;
import softadastra.wal.tck.fault.IoFaults;
import softadastra.wal.tck.fault.IoKind;
import softadastra.wal.tck.fault.SimulatedStorage;

/** A repair is whole or is no log, whatever fails on the way, and it never writes to what it repairs. */
class LogRepairTest {
    private static final int STRIDE = "ci".equals(System.getProperty("softadastra.slice")) ? 1 : 3;

    private final FileSystem fileSystem = Jimfs.newFileSystem(Configuration.unix());
    private final Path log = fileSystem.getPath("/work/log");

    private SalvageImage image;

    @BeforeEach
    void write() {
        image = SalvageImage.of(log);
    }

    @AfterEach
    void closeFileSystem() throws IOException {
        fileSystem.close();
    }

    private static WalConfig simulated(FaultInjectingStorage storage) {
        return WalConfig.durable("simulated.wal")
                .withProvider(new FileWalProvider())
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                .withStorage(path -> storage);
    }

    private Result<WalInspector.Repair> repair(WalConfig target) {
        return WalInspector.open(SalvageImage.config(log))
                .flatMap(inspector -> inspector.repair(target, WalProgress.NONE));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OUT_OF_MEMORY")
    void whereverACallFailsTheTargetIsWholeOrNoLog(IoFailure failure) {
        FaultInjectingStorage dry = new FaultInjectingStorage(SimulatedStorage.create(), IoFaults.none());
        assertTrue(repair(simulated(dry)).isOk());
        assertTrue(dry.calls() > 50, () -> "only " + dry.calls() + " calls");
        int failed = 0;
        for (long call = 1; call <= dry.calls(); call += STRIDE) {
            FaultInjectingStorage storage =
                    new FaultInjectingStorage(SimulatedStorage.create(), IoFaults.once(call, failure));
            WalConfig target = simulated(storage);
            Result<WalInspector.Repair> repair = repair(target);
            storage.setFaults(IoFaults.none());
            assertTrue(!Thread.interrupted() || failure == IoFailure.INTERRUPT);
            String what = failure + " at call " + call + ": " + repair;
            if (repair.isOk()) {
                try (WalReader reader = WalReader.open(target).orElseThrow()) {
                    assertEquals(
                            image.lastSequence(), reader.readAll().orElseThrow().size(), what);
                }
            } else {
                failed++;
                Result<WalReader> reader = WalReader.open(target);
                assertTrue(reader.isErr(), what);
                assertEquals(ErrorCode.NOT_FOUND, reader.error().code(), what);
            }
        }
        assertTrue(failure == IoFailure.INTERRUPT || failed > 10, "only " + failed + " repairs failed");
        for (Map.Entry<String, byte[]> file : image.files().entrySet()) {
            assertEquals(
                    ByteBuffer.wrap(file.getValue()),
                    ByteBuffer.wrap(LogImage.bytes(log).getOrDefault(file.getKey(), new byte[0])));
        }
    }

    @Test
    void aFullDiskIsSaidAndNothingIsLeftOnIt() {
        FaultInjectingStorage storage = new FaultInjectingStorage(
                SimulatedStorage.create(), IoFaults.from(IoKind.WRITE, 10, IoFailure.NO_SPACE));
        Result<WalInspector.Repair> repair = repair(simulated(storage));
        assertEquals(ErrorCode.NO_SPACE, repair.error().code());
        assertTrue(
                repair.error().message().startsWith("failed to "),
                repair.error().message());
        assertFalse(
                repair.error().message().startsWith("failed to read"),
                repair.error().message());
        storage.setFaults(IoFaults.none());
        assertTrue(repair(simulated(storage)).isOk(), "the same place can be used again");
        try (Wal wal = Wal.open(simulated(storage)).orElseThrow()) {
            assertFalse(wal.recovery().created());
            assertEquals(image.lastSequence(), wal.log().lastSequence());
        }
    }

    @Test
    void anotherNodeIsRefused() {
        Path target = fileSystem.getPath("/work/repaired");
        assertEquals(
                ErrorCode.WRONG_NODE,
                repair(SalvageImage.config(target).withNodeId("desktop"))
                        .error()
                        .code());
        assertTrue(repair(SalvageImage.config(target).withNodeId("laptop")).isOk());
    }

    /** A log whose first ten records went to a checkpoint, and five more. */
    private static Map<String, byte[]> checkpointed(Path path, byte[] content) {
        try (Wal wal = Wal.open(SalvageImage.config(path).withNodeId("laptop")).orElseThrow()) {
            for (int i = 1; i <= 15; i++) {
                wal.log().awaitDurable(wal.log().submit(64, new byte[] {(byte) i}));
                if (i == 10) {
                    try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
                        writer.write(content, 0, content.length);
                        var unused = writer.publish(10);
                    }
                }
            }
        }
        return LogImage.bytes(path);
    }

    @Test
    void aCheckpointIsCarriedOverOrReportedLost() {
        byte[] content = new byte[50_000];
        new SplittableRandom(7).nextBytes(content);
        Path source = fileSystem.getPath("/work/checkpointed");
        Map<String, byte[]> files = checkpointed(source, content);
        String name = CheckpointFile.name(1);
        assertTrue(files.containsKey(name), () -> files.keySet().toString());
        for (int damagedAt : new int[] {-1, 100, 30_000}) {
            if (damagedAt >= 0) {
                LogImage.layOut(source, files, "", new byte[0]);
                LogImage.change(source.resolve(name), damagedAt, (byte) ~files.getOrDefault(name, content)[damagedAt]);
            }
            Path target = fileSystem.getPath("/work/repaired" + damagedAt);
            WalInspector.Repair repair = WalInspector.open(SalvageImage.config(source))
                    .flatMap(inspector -> inspector.repair(SalvageImage.config(target), WalProgress.NONE))
                    .orElseThrow();
            assertEquals(damagedAt < 0, repair.checkpoint());
            assertEquals(11, repair.firstSequence());
            assertEquals(15, repair.lastSequence());
            assertEquals(5, repair.records());
            assertEquals(damagedAt < 0 ? List.of() : List.of(new LostSequences(1, OptionalLong.of(10))), repair.lost());
            assertEquals(damagedAt >= 0, !repair.findings().isEmpty());
            try (Wal wal = Wal.open(SalvageImage.config(target)).orElseThrow()) {
                assertEquals(List.of(), wal.recovery().findings());
                assertEquals(11, wal.log().firstSequence());
                assertEquals(16, wal.log().submit(64, new byte[1]));
                byte[] carried = new byte[content.length];
                wal.log().checkpoint().ifPresent(checkpoint -> {
                    assertEquals(10, checkpoint.endSequence());
                    try (WalCheckpointReader reader = checkpoint.open()) {
                        reader.read(0, carried, 0, carried.length);
                    }
                    assertArrayEquals(content, carried);
                });
                assertEquals(damagedAt < 0, wal.log().checkpoint().isPresent());
            }
        }
    }
}
