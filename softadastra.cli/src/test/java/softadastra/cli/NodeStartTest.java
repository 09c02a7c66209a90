package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The start of a node, and what comes between. */
class NodeStartTest {

    @TempDir
    Path directory;

    @Test
    void whoIsToldToStopWhileItStartsHasStopped() {
        Cli cli = new Cli(directory.resolve("a.wal"));
        cli.run("store", "put", "k", "v").ok();
        Cli.Run run;
        Thread.currentThread().interrupt();
        try {
            run = cli.run("node", "start", "--listen", "127.0.0.1:0");
        } finally {
            assertTrue(Thread.interrupted(), "the interrupt is the caller's");
        }
        run.exits(ExitCode.OK);
        assertEquals("stopped", run.err().strip());
        assertEquals("v", cli.run("store", "get", "k").ok().out().strip());
    }
}
