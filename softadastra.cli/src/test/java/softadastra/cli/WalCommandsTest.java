package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** What status and the wal commands say of a log that is well, owned by somebody, torn, or damaged. */
class WalCommandsTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void makeCli() {
        cli = new Cli(directory.resolve("node.wal"));
    }

    private void putThree() {
        for (int i = 1; i <= 3; i++) {
            cli.run("store", "put", "k" + i, "value " + i, "--node-id", "laptop")
                    .ok();
        }
    }

    @Test
    void statusShowsLogStoreSyncAndRecovery() {
        putThree();
        assertEquals(
                List.of("node id : laptop", "WAL", "  enabled : yes", "  path : " + cli.wal(), "  durable : yes"),
                cli.run("status").ok().lines().subList(0, 5));
        String text = cli.run("status").ok().out();
        assertTrue(text.contains("Store\n  size : 3\n  last sequence : 3\nSync\n  outbox size : 3\n"), text);
        assertTrue(text.contains("Recovery\n  needed : no\n"), text);

        var json = cli.run("status", "--json").ok().json();
        assertEquals("laptop", json.get("nodeId"));
        assertEquals(true, Cli.object(json, "wal").get("durable"));
        assertEquals(3.0, Cli.object(json, "store").get("size"));
        assertEquals(3.0, Cli.object(json, "sync").get("outboxSize"));
        assertEquals("none", Cli.object(json, "recovery").get("damage"));
    }

    @Test
    void infoAndVerifyAndDumpSayWhatIsThere() {
        putThree();
        var info = cli.run("wal", "info", "--json").ok().json();
        assertEquals("file", info.get("provider"));
        assertEquals(3.0, info.get("lastSequence"));
        assertEquals(true, info.get("clean"));
        assertTrue(cli.run("wal", "info").ok().out().contains("node id : laptop\n"));

        var verify = cli.run("wal", "verify", "--json").ok().json();
        assertEquals("ok", verify.get("result"));
        assertEquals(3.0, verify.get("records"));
        assertEquals(List.of(), verify.get("findings"));

        List<String> dump = cli.run("wal", "dump").ok().lines();
        assertEquals(3, dump.size());
        assertTrue(
                dump.get(0)
                        .matches(
                                "seq=1 type=PUT status=COMMITTED timestamp=\\S+ payload_size=\\d+ file=\\S+ offset=4096"),
                dump.get(0));
        List<Map<String, Object>> records = cli.run(
                        "wal", "dump", "--json", "--from", "2", "--limit", "1", "--payload", "hex")
                .ok()
                .ndjson();
        assertEquals(1, records.size());
        assertEquals(2.0, records.get(0).get("sequence"));
        assertEquals(
                Cli.number(records.get(0), "payloadBytes"),
                Cli.text(records.get(0), "hex").length() / 2);
        assertTrue(cli.run("wal", "dump", "--bookkeeping").ok().out().contains("bookkeeping=SEAL"));
    }

    @Test
    void aRangeThatIsNoneIsSaidToBe() {
        putThree();
        cli.run("wal", "dump", "--from", "3", "--to", "2").exits(ExitCode.USAGE);
        cli.run("wal", "dump", "--from", "0").exits(ExitCode.USAGE);
        assertEquals(1, cli.run("wal", "dump", "--from", "3").ok().lines().size());
        assertEquals(0, cli.run("wal", "dump", "--from", "4").ok().lines().size());
        for (String command : List.of("dump", "tail")) {
            Cli.Run run = cli.run("wal", command, "--from", "9").exits(ExitCode.OK);
            assertEquals("warning: nothing is at sequence 9 yet: the log ends with 3\n", run.err());
            assertEquals("", run.out());
        }
    }

    @Test
    void besideAnOwnerReadingWorksAndWritingIsLocked() throws IOException {
        try (StoreEngine owner = StoreEngine.open(StoreConfig.durable(cli.wal()).withNodeId("laptop"))
                .orElseThrow()) {
            owner.put(Key.of("k1"), Value.fromString("v")).orElseThrow();
            owner.put(Key.of("k2"), Value.fromString("v")).orElseThrow();
            Path lines = Files.writeString(directory.resolve("in.ndjson"), "");
            for (List<String> args : List.of(
                    List.of("store", "put", "k", "v"),
                    List.of("store", "remove", "k1"),
                    List.of("store", "import", lines.toString()))) {
                Cli.Run run = cli.run(args.toArray(String[]::new)).exits(ExitCode.LOCKED);
                assertTrue(run.err().contains("locked") && run.err().contains("hint: "), run.err());
            }
            for (String command :
                    List.of("store list", "store stats", "status", "wal info", "wal verify", "wal dump")) {
                cli.run(command.split(" ")).ok();
            }
            assertEquals("v", cli.run("store", "get", "k1").ok().out());
            assertTrue(owner.put(Key.of("k3"), Value.fromString("v")).isOk());
        }
        assertEquals(3, cli.run("store", "list").ok().lines().size());
    }

    @Test
    void damageIsFoundAndNamedByEveryCommand() throws IOException {
        putThree();
        cli.damage(2);
        Cli.Run verify = cli.run("wal", "verify").exits(ExitCode.CORRUPTION);
        assertTrue(verify.out().contains("corrupted WAL record at sequence 2 and at byte offset "), verify.out());
        assertTrue(verify.out().contains("result : corrupted\n"), verify.out());
        var json = cli.run("wal", "verify", "--json").exits(ExitCode.CORRUPTION).json();
        assertTrue(Cli.text(json, "findings").contains("sequence=2.0"), json.toString());

        Cli.Run dump = cli.run("wal", "dump").exits(ExitCode.CORRUPTION);
        assertTrue(dump.out().startsWith("seq=1 "), dump.out());
        assertFalse(dump.out().contains("seq=2 "), dump.out());

        Cli.Run status = cli.run("status").exits(ExitCode.CORRUPTION);
        assertTrue(status.out().contains("  durable : yes\n"), status.out());
        assertTrue(status.out().contains("  damage : corrupted\n"), status.out());
        cli.run("status", "--json").exits(ExitCode.CORRUPTION).json();
    }

    @ParameterizedTest
    @ValueSource(strings = {"store get k1", "store list", "store stats", "store put k v", "store remove k1"})
    void noCommandWorksOnDamage(String command) throws IOException {
        putThree();
        cli.damage(2);
        Cli.Run run = cli.run(command.split(" ")).exits(ExitCode.CORRUPTION);
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("error: corrupted WAL record at sequence 2 "), run.err());
        assertTrue(run.err().contains("\nhint: softadastra --wal " + cli.wal() + " wal verify\n"), run.err());
    }

    @Test
    void aTornTailIsReportedAndCutOffByTheNextWrite() throws IOException {
        Cli copy = new Cli(directory.resolve("copy.wal"));
        try (StoreEngine owner =
                StoreEngine.open(StoreConfig.durable(cli.wal())).orElseThrow()) {
            for (int i = 1; i <= 3; i++) {
                owner.put(Key.of("k" + i), Value.fromString("x".repeat(2000))).orElseThrow();
            }
            crash(cli.wal(), copy.wal());
        }
        Map<String, Object> last =
                copy.run("wal", "dump", "--json").ok().ndjson().get(2);
        long offset = Cli.number(last, "offset");
        Path file = copy.wal().resolve(Cli.text(last, "file"));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            // Sectors that the crash kept from the disk: the old zeros.
            long sector = (offset / 512 + 2) * 512;
            channel.write(ByteBuffer.allocate(8192), sector);
        }
        Cli.Run verify = copy.run("wal", "verify").exits(ExitCode.OK);
        assertTrue(verify.out().contains("warning: torn tail at byte offset " + offset), verify.out());
        assertTrue(copy.run("status").exits(ExitCode.OK).out().contains("  needed : yes\n"));
        assertEquals(2, copy.run("store", "list").exits(ExitCode.OK).lines().size());

        Cli.Run put = copy.run("store", "put", "k4", "v").exits(ExitCode.OK);
        assertTrue(put.err().startsWith("warning: recovery: torn tail"), put.err());
        assertEquals("created k4 version=1 sequence=3\n", put.out());
        copy.run("wal", "verify").ok();
    }

    /** Copies a log as it stands, as if its owner had died. */
    private static void crash(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                if (!name.equals("owner")) {
                    Files.copy(file, to.resolve(name));
                }
            }
        }
    }
}
