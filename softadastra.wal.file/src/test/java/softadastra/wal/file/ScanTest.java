package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalWriter;
import softadastra.wal.tck.fault.FaultInjectingStorage;
import softadastra.wal.tck.fault.IoCall;
import softadastra.wal.tck.fault.IoFaults;
import softadastra.wal.tck.fault.IoKind;
import softadastra.wal.tck.fault.SimulatedStorage;

/** A dump that verifies goes over the log once, tells how far it is, and ends where whoever takes it has enough. */
class ScanTest {
    private static final int TYPE = 64;
    private static final int RECORDS = 600;
    private static final int PAYLOAD_BYTES = 10_000;

    private final FaultInjectingStorage storage = new FaultInjectingStorage(SimulatedStorage.create(), IoFaults.none());
    private final WalConfig config = WalConfig.durable("/log")
            .withProvider(new FileWalProvider())
            .withAutoFlush(false)
            .withStorage(path -> storage);

    @BeforeEach
    void write() {
        try (WalWriter writer = WalWriter.open(config).orElseThrow()) {
            for (int i = 1; i <= RECORDS; i++) {
                assertEquals(i, writer.append(TYPE, new byte[PAYLOAD_BYTES]).orElseThrow());
            }
        }
    }

    private WalInspector inspector() {
        return WalInspector.open(config).orElseThrow();
    }

    @Test
    void noPlaceOfASegmentIsReadTwice() {
        WalInspector inspector = inspector();
        int segments = inspector.info().orElseThrow().files().size();
        assertTrue(segments > 3, () -> segments + " segments");
        long before = storage.calls();
        long[] records = {0};
        WalInspector.Verification found = inspector
                .scan(entry -> records[0] += entry.record().isPresent() ? 1 : 0, WalProgress.NONE)
                .orElseThrow();
        assertEquals(RECORDS, records[0]);
        assertEquals(RECORDS, found.records());
        List<IoCall> reads = storage.trace().stream()
                .skip(before)
                .filter(call -> call.kind() == IoKind.READ
                        && SegmentFile.ordinal(call.name()).isPresent())
                // What the log proves durable is at its end, and looked up first.
                .filter(call -> call.position() >= SegmentHeader.BYTES
                        && SegmentFile.ordinal(call.name()).orElseThrow() < segments)
                .toList();
        Set<String> places = new HashSet<>();
        for (IoCall read : reads) {
            assertTrue(places.add(read.name() + " " + read.position()), read::toString);
        }
        assertTrue(places.size() >= 6, places::toString);
    }

    @Test
    void progressRisesToItsEndWithinSegmentsToo() {
        List<Long> done = new ArrayList<>();
        List<Long> totals = new ArrayList<>();
        var unused = inspector()
                .scan(entry -> {}, (task, at, of) -> {
                    assertEquals("dump", task);
                    done.add(at);
                    totals.add(of);
                })
                .orElseThrow();
        assertEquals(1, new HashSet<>(totals).size());
        assertEquals(done.stream().sorted().toList(), done);
        assertEquals(totals.get(0), done.get(done.size() - 1));
        int segments = inspector().info().orElseThrow().files().size();
        assertTrue(done.size() > segments + 1, () -> done + " of " + segments + " segments");
    }

    @Test
    void aMissingFileIsNamedWithTheSequenceThatItBeganWith() throws IOException {
        WalInspector.FileInfo missing = inspector().info().orElseThrow().files().get(1);
        storage.delete(missing.name());
        String expected = "corrupted WAL record at sequence " + missing.firstSequence() + " and at byte offset 0 of "
                + missing.name() + ": ";
        long[] records = {0};
        WalInspector.Verification found = inspector()
                .scan(entry -> records[0] += entry.record().isPresent() ? 1 : 0, WalProgress.NONE)
                .orElseThrow();
        assertEquals(missing.firstSequence() - 1, records[0]);
        assertTrue(found.findings().get(0).message().startsWith(expected), found::toString);
        try (WalReader reader = WalReader.open(config).orElseThrow()) {
            assertTrue(
                    reader.forEach(record -> {}).error().message().startsWith(expected),
                    reader.forEach(record -> {}).error()::toString);
        }
        assertTrue(
                Wal.open(config).error().message().startsWith(expected),
                Wal.open(config).error()::toString);
        List<String> warnings = inspector().info().orElseThrow().warnings();
        assertTrue(warnings.get(warnings.size() - 1).contains(expected), warnings::toString);
    }

    /** What a consumer throws to end a scan. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void aConsumerThatHasEnoughEndsIt() {
        long[] records = {0};
        assertThrows(Enough.class, () -> {
            var unused = inspector()
                    .scan(
                            entry -> {
                                if (++records[0] == 10) {
                                    throw new Enough();
                                }
                            },
                            WalProgress.NONE);
        });
        assertEquals(10, records[0]);
    }
}
