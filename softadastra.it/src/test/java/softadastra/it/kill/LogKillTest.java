package softadastra.it.kill;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.Tries;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;
import softadastra.wal.tck.kill.KillRunner;

/**
 * A log to which several threads append records and batches, killed with SIGKILL at any moment, has all that it acknowledged.
 *
 * <p>{@code -Dsoftadastra.log.kills=N} sets how many rounds there are.
 */
class LogKillTest {
    private static final int ROUNDS = 15;

    @TempDir
    Path directory;

    private static WalProvider file() {
        return WalProviders.available().value().stream()
                .filter(provider -> provider.name().equals("file"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void acknowledgedGroupsSurviveEveryKill() {
        int rounds = Tries.rounds("softadastra.log.kills", ROUNDS);
        KillRunner runner =
                KillRunner.of(file(), directory.resolve("growing.wal")).withSeed(Tries.seed());
        KillRunner.Report report = runner.run(rounds);
        System.out.println("SIGKILL: " + report + ", " + runner.threads() + " writers; seed " + runner.seed());
        assertTrue(report.kills() == rounds && report.acknowledged() > rounds, report::toString);
    }
}
