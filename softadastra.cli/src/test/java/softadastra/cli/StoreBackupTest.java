package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;

/** Backups are whole, verified, and restored over nothing. */
class StoreBackupTest {
    @TempDir
    Path directory;

    private Cli cli;
    private Cli backup;
    private Cli restored;

    @BeforeEach
    void put() {
        cli = new Cli(directory.resolve("node.wal"));
        backup = new Cli(directory.resolve("backup"));
        restored = new Cli(directory.resolve("restored.wal"));
        cli.run("store", "put", "a", "1", "--node-id", "laptop").ok();
        cli.run("store", "put", "b", "1").ok();
        cli.run("store", "put", "a", "2").ok();
        cli.run("store", "remove", "b").ok();
    }

    private static String entries(Cli of) {
        return of.run("store", "list", "--json").ok().out();
    }

    private static String epoch(Cli of) {
        return Cli.text(of.run("wal", "info", "--json").ok().json(), "epoch");
    }

    @Test
    void whatIsRestoredIsWhatWasBackedUp() {
        Cli.Run made = cli.run("store", "backup", backup.wal().toString()).ok();
        assertTrue(
                made.out().startsWith("copied " + cli.wal() + " to " + backup.wal() + ": 1 entry up to sequence 4, "),
                made.out());
        String then = entries(cli);
        cli.run("store", "put", "c", "1").ok();
        assertEquals(then, entries(backup));

        var json = restored.run("store", "restore", backup.wal().toString(), "--json")
                .ok()
                .json();
        assertEquals(1.0, json.get("entries"));
        assertEquals(4.0, json.get("lastSequence"));
        assertEquals("laptop", json.get("nodeId"));
        assertEquals(then, entries(restored));
        assertEquals(
                "created d version=1 sequence=5\n",
                restored.run("store", "put", "d", "1", "--node-id", "laptop")
                        .ok()
                        .out());
        assertNotEquals(epoch(cli), epoch(restored));
        assertNotEquals(epoch(backup), epoch(restored));
        assertEquals(then, entries(backup));
    }

    @Test
    void nothingIsWrittenOver() throws IOException {
        cli.run("store", "backup", backup.wal().toString()).ok();
        cli.run("store", "put", "c", "1").ok();
        String before = entries(cli);
        Cli.Run over = cli.run("store", "restore", backup.wal().toString()).exits(ExitCode.USAGE);
        assertTrue(
                over.err().contains("something is there, and nothing is ever written over; choose a new path"),
                over.err());
        cli.run("store", "backup", backup.wal().toString()).exits(ExitCode.USAGE);
        Path file = Files.writeString(directory.resolve("file"), "x");
        cli.run("store", "backup", file.toString()).exits(ExitCode.USAGE);
        cli.run("store", "backup", cli.wal().resolve("inside").toString()).exits(ExitCode.USAGE);
        assertEquals(before, entries(cli));
    }

    @Test
    void whatCannotBeCopiedIsRefusedAndLeavesNothing() throws IOException {
        Cli missing = new Cli(directory.resolve("missing.wal"));
        missing.run("store", "backup", backup.wal().toString()).exits(ExitCode.NOT_FOUND);
        restored.run("store", "restore", missing.wal().toString()).exits(ExitCode.NOT_FOUND);
        Cli.Run nowhere = cli.run(
                        "store",
                        "backup",
                        directory.resolve("none").resolve("backup").toString())
                .exits(ExitCode.FAILURE);
        assertTrue(nowhere.err().contains("hint: mkdir -p " + directory.resolve("none") + "\n"), nowhere.err());
        try (StoreEngine owner =
                StoreEngine.open(StoreConfig.durable(cli.wal())).orElseThrow()) {
            assertEquals(1, owner.size());
            Path beside = directory.resolve("beside");
            cli.run("store", "backup", beside.toString()).ok();
            assertEquals(entries(cli), entries(new Cli(beside)), "the store is in use meanwhile");
        }
        cli.damage(2);
        Cli.Run damaged = cli.run("store", "backup", backup.wal().toString()).exits(ExitCode.CORRUPTION);
        assertTrue(
                damaged.err()
                        .startsWith("error: failed to back up " + cli.wal() + ": corrupted WAL record at sequence 2 "),
                damaged.err());
        assertTrue(damaged.err().contains("hint: softadastra --wal " + cli.wal() + " wal repair\n"), damaged.err());
        assertFalse(Files.exists(backup.wal()));
        assertFalse(Files.exists(restored.wal()));
    }

    /** As a kill leaves it. */
    @Test
    void aBackupThatWasCutShortIsNone() throws IOException {
        cli.run("store", "backup", backup.wal().toString()).ok();
        Files.delete(backup.wal().resolve("softadastra-wal"));
        Cli.Run cut = restored.run("store", "restore", backup.wal().toString()).exits(ExitCode.NOT_FOUND);
        assertTrue(
                cut.err().contains("context: a backup whose making was cut short is none, and is to be deleted\n"),
                cut.err());
        assertFalse(cut.err().contains("hint"), cut.err());
        assertFalse(Files.exists(restored.wal()));
        cli.run("store", "backup", backup.wal().toString()).exits(ExitCode.USAGE);
    }
}
