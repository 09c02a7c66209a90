package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.tck.fault.CrashWitness;
import softadastra.wal.tck.fault.FaultExplorer;
import softadastra.wal.tck.fault.IoFailure;
import softadastra.wal.tck.fault.IoKind;
import softadastra.wal.tck.fault.WrittenCheckpoint;

/**
 * Every storage call fails, in every way, once and for ever: nothing acknowledged is lost, nothing that failed is acknowledged;
 * over a simulated disk, where power is cut afterwards too, and over files.
 */
class InjectedFaultsTest {

    private static final boolean LARGE = "ci".equals(System.getProperty("softadastra.slice"));
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");
    private static final long MOST_MORE_OPEN = 24;

    @TempDir
    Path directory = Path.of("");

    static Stream<Arguments> backendsAndFailures() {
        return Stream.of(Backend.values())
                .flatMap(backend -> Stream.of(IoFailure.values()).map(failure -> Arguments.of(backend, failure)));
    }

    /** Each call in turn; over files, whose forces take their time, one in so many. */
    private static int stride(Backend backend) {
        return switch (backend) {
            case SIMULATED -> LARGE ? 1 : 4;
            case JIMFS -> LARGE ? 1 : 8;
            case FILES -> LARGE ? 8 : 24;
        };
    }

    private static void workload(WalConfig config, CrashWitness witness) {
        SplittableRandom random = new SplittableRandom(1);
        for (int run = 0; run < 2; run++) {
            try (Wal wal = Wal.open(config).orElseThrow()) {
                for (int i = 0; i < 4; i++) {
                    byte[] payload = new byte[random.nextInt(25_000)];
                    random.nextBytes(payload);
                    long last =
                            witness.submit(wal, new WalBatch().add(64, payload).add(65, new byte[i]));
                    if (i != 1) {
                        witness.await(wal, last);
                    }
                    if (i == 2) {
                        checkpoint(wal, witness, run);
                    }
                }
            }
        }
    }

    private static void checkpoint(Wal wal, CrashWitness witness, int run) {
        byte[] content = new byte[20_000 + run];
        Arrays.fill(content, (byte) (run + 1));
        try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
            writer.write(content, 0, content.length);
            long end = wal.log().lastSequence();
            witness.publishing(new WrittenCheckpoint(writer.beginSequence(), end, content));
            assertEquals(end, writer.publish(end).endSequence());
            witness.published();
        }
    }

    @ParameterizedTest
    @MethodSource("backendsAndFailures")
    void whereverACallFailsNothingAcknowledgedIsLost(Backend backend, IoFailure failure) throws Exception {
        long openBefore = openFiles();
        FaultExplorer.Report report;
        try (Backend.Places places = new Backend.Places(backend, directory)) {
            report = FaultExplorer.of(new FileWalProvider())
                    .withStorages(places)
                    .withFailures(Set.of(failure))
                    .withCrashesPerFault(LARGE ? 20 : 1)
                    .withStride(stride(backend))
                    .withConfiguration(config -> config.withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES))
                    .explore(InjectedFaultsTest::workload);
        }
        System.out.println("Injected faults over " + backend + ": " + failure + ", at each call once and for ever: "
                + report.faults() + " in " + report.runs() + " runs, " + report.failedRuns() + " of which failed, "
                + new TreeMap<>(report.faultsByKind()));
        assertTrue(report.runs() > 6, report::toString);
        EnumSet<IoKind> expected = stride(backend) > 8
                ? EnumSet.of(IoKind.WRITE, IoKind.CREATE)
                : EnumSet.of(IoKind.WRITE, IoKind.FORCE, IoKind.FORCE_DIRECTORY, IoKind.CREATE, IoKind.RENAME);
        for (IoKind kind : expected) {
            assertTrue(report.faultsByKind().containsKey(kind), () -> kind + " is missing: " + report);
        }
        if (failure == IoFailure.INTERRUPT) {
            assertEquals(0, report.failedRuns(), report::toString);
        } else {
            assertTrue(report.failedRuns() > 3, report::toString);
        }
        long open = openFiles() - openBefore;
        assertTrue(open < MOST_MORE_OPEN, () -> open + " more files are open than before");
    }

    private static long openFiles() throws IOException {
        if (!Files.isDirectory(OPEN_FILES)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(OPEN_FILES)) {
            return files.count();
        }
    }
}
