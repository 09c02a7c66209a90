package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
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

    @Test
    void addressesThatAreNoneLeaveNoLogBehind() {
        Cli cli = new Cli(directory.resolve("a.wal"));
        Cli.Run peer = cli.run("node", "start", "--peer", "localhost:7420").exits(ExitCode.USAGE);
        assertTrue(peer.err().contains("localhost:7420: does not begin with http://"), peer.err());
        Cli.Run listen = cli.run("node", "start", "--listen", "0.0.0.0:0").exits(ExitCode.USAGE);
        assertTrue(listen.err().contains("lets everybody read and write everything"), listen.err());
        assertFalse(Files.exists(cli.wal()));
    }

    @Test
    void aLogThatIsAFileIsSaidToBeOneAndNothingElse() throws IOException {
        Cli cli = new Cli(Files.writeString(directory.resolve("a.wal"), "no log"));
        Cli.Run put = cli.run("store", "put", "k", "v").exits(ExitCode.USAGE);
        assertTrue(put.err().contains("path is not a directory"), put.err());
        assertFalse(put.err().contains("warning"), put.err());
    }

    @Test
    void whatModulesLogIsAWarningLikeAnyOther() {
        try (StartedNode node = StartedNode.on(directory.resolve("a.wal"), "--json")) {
            System.getLogger("softadastra.store").log(System.Logger.Level.INFO, "nobody needs to know");
            System.getLogger("softadastra.store").log(System.Logger.Level.WARNING, "a checkpoint failed");
            String said = node.awaitErr("checkpoint failed").strip();
            assertEquals("a checkpoint failed", Cli.text(Cli.json(said), "warning"));
        }
    }
}
