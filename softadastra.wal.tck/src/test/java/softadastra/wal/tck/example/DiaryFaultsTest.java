package softadastra.wal.tck.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.tck.fault.CrashExplorer;
import softadastra.wal.tck.fault.FaultExplorer;
import softadastra.wal.tck.kill.KillRunner;

class DiaryFaultsTest {

    @Test
    void survivesPowerCuts() throws Exception {
        CrashExplorer explorer = CrashExplorer.of(new DiaryProvider());
        long start = System.nanoTime();
        CrashExplorer.Report report =
                explorer.exploreScripts(1, () -> explorer.states().distinct() < 2_000);
        System.out.println(report.summary("the diary", System.nanoTime() - start));
    }

    @Test
    void survivesFaults() throws Exception {
        FaultExplorer.Report report = FaultExplorer.of(new DiaryProvider()).explore((config, witness) -> {
            try (Wal wal = Wal.open(config).orElseThrow()) {
                witness.append(wal, WalBatch.of(64, new byte[700]));
                witness.append(wal, new WalBatch().add(65, new byte[10]).add(66, new byte[2_000]));
            }
        });
        assertTrue(report.faults() > 100, report::toString);
    }

    @Test
    void survivesKills(@TempDir Path directory) {
        KillRunner.Report report = KillRunner.of(new DiaryProvider(), directory.resolve("killed.wal"))
                .withPath(List.of("-cp", classPath()))
                .withMostAcknowledged(100)
                .run(3);
        assertEquals(3, report.kills());
    }

    /** What these tests run on, as a class path. */
    private static String classPath() {
        Path tests = Path.of(System.getProperty("basedir", ""), "target", "test-classes");
        return Stream.of(System.getProperty("jdk.module.path"), System.getProperty("java.class.path"), tests.toString())
                .filter(Objects::nonNull)
                .collect(Collectors.joining(File.pathSeparator));
    }
}
