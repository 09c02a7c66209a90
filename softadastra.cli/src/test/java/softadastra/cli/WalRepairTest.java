package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** What repair, salvage and tail do with a log that is well, damaged, locked, or hardly a log any more. */
class WalRepairTest {
    @TempDir
    Path directory;

    private Cli cli;
    private Cli repaired;

    @BeforeEach
    void put() {
        cli = new Cli(directory.resolve("node.wal"));
        repaired = new Cli(directory.resolve("node.wal.repaired"));
        for (int i = 1; i <= 5; i++) {
            cli.run("store", "put", "k" + i, "value " + i, "--node-id", "laptop")
                    .ok();
        }
    }

    @Test
    void aDamagedLogIsRepairedBesideItAndSaysWhatWasLost() throws IOException {
        long offset = cli.damage(3);
        cli.run("store", "list").exits(ExitCode.CORRUPTION);
        Cli.Run verify = cli.run("wal", "verify").exits(ExitCode.CORRUPTION);
        assertEquals("hint: softadastra --wal " + cli.wal() + " wal repair\n", verify.err());

        Cli.Run repair = cli.run("wal", "repair").exits(ExitCode.CORRUPTION);
        assertTrue(
                repair.out().startsWith("error: corrupted WAL record at sequence 3 and at byte offset " + offset),
                repair.out());
        assertTrue(repair.out().contains("repaired : " + repaired.wal() + "\n"), repair.out());
        assertTrue(repair.out().contains("records kept : 4\n"), repair.out());
        assertTrue(repair.out().contains("sequences lost : 3\n"), repair.out());
        assertTrue(repair.out().contains("node id : laptop\n"), repair.out());

        cli.run("store", "list").exits(ExitCode.CORRUPTION);
        repaired.run("wal", "verify").ok();
        assertEquals(
                List.of("k1", "k2", "k4", "k5"),
                repaired.run("store", "list", "--keys-only").ok().lines());
        assertEquals(
                "NOOP",
                Cli.text(repaired.run("wal", "dump", "--json").ok().ndjson().get(2), "type"));
        assertEquals(
                "created k6 version=1 sequence=6\n",
                repaired.run("store", "put", "k6", "v", "--node-id", "laptop")
                        .ok()
                        .out());
        cli.run("wal", "repair").exits(ExitCode.USAGE);
    }

    @Test
    void aRepairInJson() throws IOException {
        long offset = cli.damage(2);
        Path target = directory.resolve("other.wal");
        var json = cli.run("wal", "repair", "--json", "--to", target.toString())
                .exits(ExitCode.CORRUPTION)
                .json();
        assertEquals(target.toString(), json.get("repaired"));
        assertEquals(4.0, json.get("records"));
        assertEquals(1.0, json.get("filled"));
        assertEquals(List.of(Map.of("from", 2.0, "through", 2.0)), json.get("lost"));
        assertTrue(Cli.text(json, "findings").contains("offset=" + (double) offset), json.toString());
        assertTrue(Files.exists(target.resolve("softadastra-wal")));
    }

    @Test
    void aWholeLogIsRepairedWithoutAWord() {
        Cli.Run repair = cli.run("wal", "repair").ok();
        assertTrue(repair.out().contains("sequences lost : none\n"), repair.out());
        assertEquals(
                cli.run("store", "list").ok().out(),
                repaired.run("store", "list").ok().out());
    }

    @Test
    void salvageReadsBehindTheDamage() throws IOException {
        cli.damage(2);
        Cli.Run dump = cli.run("wal", "dump").exits(ExitCode.CORRUPTION);
        assertEquals(1, dump.lines().size());
        assertTrue(
                dump.err().contains("hint: softadastra --wal " + cli.wal() + " wal dump --recovery salvage\n"),
                dump.err());
        Cli.Run salvage = cli.run("wal", "dump", "--recovery", "salvage").exits(ExitCode.CORRUPTION);
        assertEquals(
                List.of("seq=1", "seq=3", "seq=4", "seq=5"),
                salvage.lines().stream().map(line -> line.split(" ", 2)[0]).toList());
        assertTrue(salvage.err().startsWith("warning: corrupted WAL record at sequence 2 "), salvage.err());
        var verify = cli.run("wal", "verify", "--recovery", "salvage", "--json")
                .exits(ExitCode.CORRUPTION)
                .json();
        assertEquals(4.0, verify.get("records"));
    }

    @Test
    void aLogWithoutItsMarkerIsRepairedWhenTheProviderIsNamed() throws IOException {
        Files.delete(cli.wal().resolve("softadastra-wal"));
        Cli.Run status = cli.run("status").exits(ExitCode.NOT_FOUND);
        assertTrue(status.err().contains(" wal repair --provider file"), status.err());
        cli.run("wal", "repair").exits(ExitCode.CORRUPTION);
        assertFalse(Files.exists(repaired.wal()));
        Cli.Run repair = cli.run("wal", "repair", "--provider", "file", "--node-id", "laptop")
                .exits(ExitCode.OK);
        assertTrue(repair.out().contains("node id : laptop\n"), repair.out());
        assertEquals(5, repaired.run("store", "list").ok().lines().size());
    }

    @Test
    void besideAnOwnerRepairAndSalvageAreRefusedAndTailReads() {
        try (StoreEngine owner =
                StoreEngine.open(StoreConfig.durable(cli.wal())).orElseThrow()) {
            for (List<String> args :
                    List.of(List.of("wal", "repair"), List.of("wal", "dump", "--recovery", "salvage"))) {
                Cli.Run run = cli.run(args.toArray(String[]::new)).exits(ExitCode.LOCKED);
                assertTrue(run.err().contains("it is open in process "), run.err());
            }
            assertFalse(Files.exists(repaired.wal()));
            assertEquals(5, cli.run("wal", "tail").ok().lines().size());
            assertEquals(5, owner.size());
        }
    }

    @Test
    void tailShowsTheLastRecords() {
        assertEquals(5, cli.run("wal", "tail").ok().lines().size());
        List<String> two = cli.run("wal", "tail", "--count", "2").ok().lines();
        assertEquals(2, two.size());
        assertTrue(two.get(0).startsWith("seq=4 type=PUT status=COMMITTED timestamp="), two.get(0));
        var json = cli.run("wal", "tail", "--from", "2", "--count", "3", "--json", "--payload", "hex")
                .ok()
                .ndjson();
        assertEquals(
                List.of(2.0, 3.0, 4.0),
                json.stream().map(record -> record.get("sequence")).toList());
        assertEquals(
                "", cli.run("wal", "tail", "--from", "9").exits(ExitCode.OK).out());
        assertEquals("", cli.run("wal", "tail", "--count", "0").ok().out());
        cli.run("wal", "tail", "--count", "-1").exits(ExitCode.USAGE);
        cli.run("wal", "tail", "--from", "0").exits(ExitCode.USAGE);
        new Cli(directory.resolve("none.wal")).run("wal", "tail").exits(ExitCode.NOT_FOUND);
    }

    @Test
    void tailStopsAtDamage() throws IOException {
        long offset = cli.damage(4);
        Cli.Run run = cli.run("wal", "tail", "--from", "1").exits(ExitCode.CORRUPTION);
        assertEquals(3, run.lines().size());
        assertTrue(
                run.err().startsWith("error: corrupted WAL record at sequence 4 and at byte offset " + offset),
                run.err());
    }

    @Test
    void dumpTakesARange() {
        assertEquals(
                List.of("seq=2", "seq=3"),
                cli.run("wal", "dump", "--from", "2", "--to", "3").ok().lines().stream()
                        .map(line -> line.split(" ", 2)[0])
                        .toList());
    }

    @Test
    void aDirectoryOfOtherThingsIsNotCalledAPlaceForALog() throws IOException {
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.writeString(other.resolve("notes.txt"), "mine");
        Cli.Run status = new Cli(other).run("status").exits(ExitCode.NOT_FOUND);
        assertFalse(status.err().contains("store put"), status.err());
        assertTrue(status.err().contains("other files"), status.err());
    }

    @Test
    void verifyShowsAllTheDamageAndNotOnlyTheFirst() throws IOException {
        long first = cli.damage(2);
        var offset = Cli.number(
                cli.run("wal", "dump", "--recovery", "salvage", "--json")
                        .ndjson()
                        .get(2),
                "offset");
        Cli.flip(cli.wal().resolve("0000000001.segment"), offset + 50);
        Cli.Run verify = cli.run("wal", "verify").exits(ExitCode.CORRUPTION);
        assertTrue(
                verify.lines()
                        .get(0)
                        .startsWith("error: corrupted WAL record at sequence 2 and at byte offset " + first + " of "),
                verify.out());
        assertTrue(
                verify.lines()
                        .get(1)
                        .startsWith("error: corrupted WAL record at sequence 4 and at byte offset " + offset + " of "),
                verify.out());
    }

    @Test
    void tailFollowsAnOwner() {
        try (StoreEngine owner =
                StoreEngine.open(StoreConfig.durable(cli.wal())).orElseThrow()) {
            CompletableFuture<Cli.Run> tail = CompletableFuture.supplyAsync(
                    () -> cli.run("wal", "tail", "--follow", "--from", "4", "--count", "4"));
            for (int i = 6; i <= 7; i++) {
                owner.put(Key.of("k" + i), Value.fromString("v")).orElseThrow();
            }
            assertEquals(
                    List.of("seq=4", "seq=5", "seq=6", "seq=7"),
                    tail.join().ok().lines().stream()
                            .map(line -> line.split(" ", 2)[0])
                            .toList());
        }
    }

    @Test
    void aFileSystemInMemoryEarnsAWarning() throws IOException {
        Path memory = Path.of("/dev/shm");
        assumeTrue(
                Files.isWritable(memory) && Files.getFileStore(memory).type().equals("tmpfs"),
                "no file system in memory here");
        Path home = Files.createTempDirectory(memory, "softadastra");
        Path log = home.resolve("node.wal");
        Cli there = new Cli(log);
        try {
            there.run("store", "put", "k", "v").exits(ExitCode.OK);
            for (String command : List.of("wal info", "status")) {
                Cli.Run run = there.run(command.split(" ")).exits(ExitCode.OK);
                assertTrue(run.err().startsWith("warning: WAL path " + log + " is on a tmpfs file system"), run.err());
            }
        } finally {
            try (Stream<Path> files = Files.walk(home)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void aTargetThatCannotBeIsNamedWithWhatHelps() throws IOException {
        Path missing = directory.resolve("none").resolve("repaired.wal");
        Cli.Run run = cli.run("wal", "repair", "--to", missing.toString()).exits(ExitCode.FAILURE);
        assertEquals(
                "error: failed to repair WAL " + cli.wal() + " to " + missing + ": directory does not exist",
                run.err().lines().findFirst().orElse(""));
        assertTrue(run.err().contains("hint: mkdir -p " + directory.resolve("none") + "\n"), run.err());
        Path file = Files.writeString(directory.resolve("file"), "mine");
        cli.run("wal", "repair", "--to", file.toString()).exits(ExitCode.USAGE);
        cli.run("wal", "repair", "--to", cli.wal().resolve("inside").toString()).exits(ExitCode.USAGE);
        assertEquals("mine", Files.readString(file));
    }
}
