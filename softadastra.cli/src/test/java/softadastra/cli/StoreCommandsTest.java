package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and values through put, get, remove, list and stats. */
class StoreCommandsTest {
    private static final long SEED = 20260101;

    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void makeCli() {
        cli = new Cli(directory.resolve("node.wal"));
    }

    @Test
    void putGetAndRemoveAnswerWhatTheyDid() {
        assertEquals(
                "created user:1 version=1 sequence=1\n",
                cli.run("store", "put", "user:1", "Gaspard").ok().out());
        assertEquals(
                "updated user:1 version=2 sequence=2\n",
                cli.run("store", "put", "user:1", "Kirira").ok().out());
        assertEquals("Kirira", cli.run("store", "get", "user:1").ok().out());
        assertEquals(
                "removed user:1 version=2\n",
                cli.run("store", "remove", "user:1").ok().out());
        assertEquals("", cli.run("store", "list").ok().out());
    }

    @Test
    void jsonSaysTheSame() {
        var put = cli.run("--json", "store", "put", "k\"1", "v").ok().json();
        assertEquals("k\"1", put.get("key"));
        assertEquals(true, put.get("created"));
        assertEquals(false, put.get("updated"));
        assertEquals(1.0, put.get("version"));
        assertEquals(1.0, put.get("sequence"));
        var get = cli.run("store", "get", "k\"1", "--json").ok().json();
        assertEquals("v", get.get("value"));
        assertEquals(1.0, get.get("bytes"));
        var remove = cli.run("store", "remove", "--json", "k\"1").ok().json();
        assertEquals(true, remove.get("deleted"));
    }

    @Test
    void aMissingKeyIsNotFound() {
        cli.run("store", "put", "a", "1").ok();
        for (String command : List.of("get", "remove")) {
            Cli.Run run = cli.run("store", command, "b").exits(ExitCode.NOT_FOUND);
            assertEquals("", run.out());
            assertEquals("error: key not found\ncontext: b\n", run.err());
        }
        var error = Cli.object(
                Cli.json(cli.run("store", "get", "b", "--json").exits(3).err()), "error");
        assertEquals("NOT_FOUND", error.get("code"));
        assertEquals("key not found", error.get("message"));
    }

    @Test
    void anEmptyKeyIsRefused() {
        Cli.Run run = cli.run("store", "put", "", "v").exits(ExitCode.USAGE);
        assertEquals("error: invalid key: key is empty\n", run.err());
    }

    @Test
    void aMissingDirectoryIsNamedWithItsRemedy() {
        Path missing = directory.resolve("data").resolve("node-a.wal");
        Cli.Run run = Cli.plain(new byte[0], "store", "put", "k", "v", "--wal", missing.toString())
                .exits(ExitCode.FAILURE);
        assertTrue(
                run.err().startsWith("error: failed to open WAL path " + missing + ": directory does not exist\n"),
                run.err());
        assertTrue(run.err().endsWith("hint: mkdir -p " + missing.getParent() + "\n"), run.err());
        assertFalse(Files.exists(missing.getParent()));
    }

    @Test
    void anEmptyPathIsRefused() {
        Cli.Run run =
                Cli.plain(new byte[0], "--wal", "", "store", "put", "k", "v").exits(ExitCode.USAGE);
        assertEquals("error: invalid WAL path: path is empty\n", run.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "store get k",
                "store remove k",
                "store list",
                "store stats",
                "store export out",
                "wal info",
                "wal verify",
                "wal dump"
            })
    void whatOnlyReadsMakesNoLog(String command) throws IOException {
        Cli.Run run = cli.run(command.split(" ")).exits(ExitCode.NOT_FOUND);
        assertEquals("", run.out());
        assertTrue(
                run.err().startsWith("error: failed to open WAL path " + cli.wal() + ": log does not exist\n"),
                run.err());
        try (var files = Files.list(directory)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void binaryValuesComeBackAsTheyWent() throws IOException {
        byte[] value = new byte[100_000];
        new Random(SEED).nextBytes(value);
        Path file = Files.write(directory.resolve("in"), value);
        String base64 = Base64.getEncoder().encodeToString(value);

        cli.run("store", "put", "file", "--file", file.toString()).ok();
        cli.runWith(value, "store", "put", "stdin", "-").ok();
        cli.runWith(Base64.getMimeEncoder().encode(value), "store", "put", "base64", "-", "--base64")
                .ok();
        cli.run("store", "put", "argument", "AAH/", "--base64").ok();

        assertArrayEquals(
                new byte[] {0, 1, -1}, cli.run("store", "get", "argument").ok().bytes());
        for (String key : List.of("file", "stdin", "base64")) {
            assertArrayEquals(value, cli.run("store", "get", key).ok().bytes(), key);
            assertEquals(
                    base64 + "\n", cli.run("store", "get", key, "--base64").ok().out());
            assertEquals(
                    base64, cli.run("store", "get", key, "--json").ok().json().get("base64"));
            Path out = directory.resolve("out");
            cli.run("store", "get", key, "--file", out.toString()).exits(ExitCode.OK);
            assertArrayEquals(value, Files.readAllBytes(out), key);
        }
    }

    @Test
    void anEmptyValueIsAValue() {
        cli.run("store", "put", "k", "").ok();
        assertEquals(0, cli.run("store", "get", "k").ok().bytes().length);
    }

    @Test
    void whatIsNoBase64IsRefusedAndNothingIsWritten() {
        Cli.Run run = cli.run("store", "put", "k", "***", "--base64").exits(ExitCode.USAGE);
        assertTrue(run.err().startsWith("error: invalid base64: "), run.err());
        assertFalse(Files.exists(cli.wal()));
    }

    @Test
    void aValueIsGivenOnceOnly() {
        cli.run("store", "put", "k").exits(ExitCode.USAGE);
        cli.run("store", "put", "k", "v", "--file", "f").exits(ExitCode.USAGE);
        assertFalse(Files.exists(cli.wal()));
    }

    @Test
    void listsInKeyOrderByPrefixAndLimit() {
        for (String key : List.of("b", "a", "user:2", "user:1", "\u00e9", "\ud83d\ude00", "\uffee")) {
            cli.run("store", "put", key, "v").ok();
        }
        assertEquals(
                List.of("a", "b", "user:1", "user:2", "\u00e9", "\uffee", "\ud83d\ude00"),
                cli.run("store", "list", "--keys-only").ok().lines());
        assertEquals(
                List.of("user:1 => v version=1"),
                cli.run("store", "list", "--prefix", "user:", "--limit", "1")
                        .ok()
                        .lines());
        assertEquals(7, cli.run("store", "list", "--json").ok().ndjson().size());
        cli.run("store", "list", "--limit", "-1").exits(ExitCode.USAGE);
    }

    @Test
    void aScanHasARangeOfKeys() {
        for (String key : List.of("a", "b", "b:1", "b:2", "c", "\u00e9")) {
            cli.run("store", "put", key, "v").ok();
        }
        assertEquals(6, cli.run("store", "scan").ok().lines().size());
        assertEquals(List.of("b", "b:1", "b:2"), scan("--from", "b", "--to", "c"));
        assertEquals(List.of("b:1", "b:2", "c", "\u00e9"), scan("--from", "b:0"));
        assertEquals(List.of("a", "b"), scan("--to", "b:1"));
        assertEquals(List.of("b:2"), scan("--prefix", "b:", "--from", "b:2"));
        assertEquals(List.of("b:1"), scan("--prefix", "b:", "--limit", "1"));
        assertEquals(List.of(), scan("--from", "b", "--to", "b"));
        assertEquals(List.of("b:1", "b:2"), scan("--prefix", "b:", "--from", "a", "--to", "z"));
        var json = cli.run("store", "scan", "--from", "c", "--limit", "1", "--json")
                .ok()
                .json();
        assertEquals("c", json.get("key"));
        assertEquals("v", json.get("value"));
        assertEquals(5.0, json.get("sequence"));
        Cli.Run run = cli.run("store", "scan", "--from", "c", "--to", "b").exits(ExitCode.USAGE);
        assertTrue(run.err().contains("--from 'c' is behind --to 'b'"), run.err());
        cli.run("store", "scan", "--limit", "-1").exits(ExitCode.USAGE);
    }

    @Test
    void aConditionThatDoesNotHoldWritesNothingAndShowsWhatIsThere() {
        cli.run("store", "put", "k", "1", "--if-absent").ok();
        Cli.Run lost = cli.run("store", "put", "k", "2", "--if-absent").exits(ExitCode.FAILURE);
        assertEquals("error: condition failed: it has version 1, of sequence 1\ncontext: k\n", lost.err());
        assertEquals("", lost.out());
        cli.run("store", "put", "k", "2", "--if-sequence", "1").ok();
        cli.run("store", "put", "k", "3", "--if-sequence", "1").exits(ExitCode.FAILURE);
        cli.run("store", "remove", "k", "--if-sequence", "1").exits(ExitCode.FAILURE);
        assertEquals("2", cli.run("store", "get", "k").ok().out());

        Cli.Run json = cli.run("--json", "store", "put", "k", "3", "--if-sequence", "9")
                .exits(ExitCode.FAILURE);
        assertEquals(false, json.json().get("written"));
        assertEquals("2", Cli.object(json.json(), "current").get("value"));
        assertEquals(2.0, Cli.object(json.json(), "current").get("sequence"));
        assertEquals(
                "CONDITION_FAILED", Cli.object(Cli.json(json.err()), "error").get("code"));

        cli.run("store", "remove", "k", "--if-sequence", "2").ok();
        Cli.Run gone = cli.run("store", "put", "k", "3", "--if-sequence", "2").exits(ExitCode.FAILURE);
        assertTrue(gone.err().startsWith("error: condition failed: it has no value\n"), gone.err());
        cli.run("store", "put", "k", "3", "--if-absent", "--if-sequence", "2").exits(ExitCode.USAGE);
        cli.run("store", "put", "k", "3", "--if-sequence", "0").exits(ExitCode.USAGE);
    }

    @Test
    void aWatchPrintsChangesThatABatchTakesAgain() {
        cli.run("store", "put", "a", "1").ok();
        cli.run("store", "put", "b", "1").ok();
        cli.run("store", "put", "a", "/w==", "--base64").ok();
        cli.run("store", "remove", "a").ok();
        assertEquals(
                List.of(
                        "put a => 1 version=1 sequence=1",
                        "put b => 1 version=1 sequence=2",
                        "put a => (1 bytes) version=2 sequence=3",
                        "remove a version=2 sequence=4"),
                cli.run("store", "watch", "--from", "1", "--count", "4").ok().lines());
        assertEquals(
                List.of("put b version=1 sequence=2"),
                cli.run("store", "watch", "--from", "1", "--count", "1", "--prefix", "b", "--keys-only")
                        .ok()
                        .lines());
        Cli.Run json = cli.run("store", "watch", "--json", "--from", "2", "--count", "2")
                .ok();
        assertEquals("/w==", json.ndjson().get(1).get("base64"));

        Cli other = new Cli(directory.resolve("other.wal"));
        other.runWith(json.bytes(), "store", "batch").ok();
        assertEquals(
                List.of("a", "b"),
                other.run("store", "list", "--keys-only").ok().lines());
        cli.run("store", "watch", "--count", "0").exits(ExitCode.USAGE);
        cli.run("store", "watch", "--from", "0").exits(ExitCode.USAGE);
        new Cli(directory.resolve("none.wal")).run("store", "watch").exits(ExitCode.NOT_FOUND);
    }

    private List<String> scan(String... options) {
        String[] words = new String[options.length + 3];
        words[0] = "store";
        words[1] = "scan";
        words[2] = "--keys-only";
        System.arraycopy(options, 0, words, 3, options.length);
        return cli.run(words).ok().lines();
    }

    @Test
    void listingCannotCommandATerminal() {
        cli.run("store", "put", "a\u001b[2J\n\u202e", "x\u0007\ny").ok();
        assertEquals(
                List.of("a\\u001b[2J\\u000a\\u202e => x\\u0007\\u000ay version=1"),
                cli.run("store", "list").ok().lines());
    }

    @Test
    void statsCount() {
        cli.run("store", "put", "ab", "12345").ok();
        cli.run("store", "put", "c", "1").ok();
        cli.run("store", "put", "c", "12").ok();
        var stats = cli.run("store", "stats", "--json").ok().json();
        assertEquals(2.0, stats.get("entries"));
        assertEquals(3.0, stats.get("keyBytes"));
        assertEquals(7.0, stats.get("valueBytes"));
        assertEquals(5.0, stats.get("largestValue"));
        assertEquals(3.0, stats.get("lastSequence"));
        assertEquals(10.0, stats.get("liveBytes"));
        assertEquals(0.0, stats.get("checkpointSequence"));
        assertTrue(cli.run("store", "stats").ok().out().contains("entries : 2\n"));
        cli.run("store", "compact").ok();
        assertTrue(cli.run("store", "stats").ok().out().contains("checkpoint sequence : 3\n"));
    }

    @Test
    void theNodeIsKeptAndAnotherIsRefused() {
        cli.run("--node-id", "laptop", "store", "put", "k", "v").ok();
        cli.run("store", "put", "k", "w").ok();
        assertTrue(cli.run("status").ok().out().startsWith("node id : laptop\n"));
        Cli.Run run = cli.run("store", "put", "k", "v", "--node-id", "phone").exits(ExitCode.FAILURE);
        assertTrue(run.err().contains("laptop") && run.err().contains("phone"), run.err());
    }

    @Test
    void textKeepsItsEncoding() {
        String text = "caf\u00e9 \ud83d\ude00";
        cli.run("store", "put", text, text).ok();
        assertArrayEquals(
                text.getBytes(StandardCharsets.UTF_8),
                cli.run("store", "get", text).ok().bytes());
    }
}
