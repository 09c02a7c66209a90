package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;

/** Commands on a log that a node has open: they go through the node, and nobody can tell. */
@Timeout(600)
class RunningNodeCommandsTest {
    @TempDir
    Path directory;

    private Cli cli(String name) {
        return new Cli(directory.resolve(name));
    }

    /** What people may do with a store, good and bad; each line a command, or input and a command. */
    private static List<List<String>> session(Path files) {
        return List.of(
                List.of("", "store", "put", "user:1", "Gaspard"),
                List.of("", "store", "put", "user:1", "Gaspard Kirira"),
                List.of("", "--json", "store", "put", "user:2", "Softadastra"),
                List.of("", "store", "put", "", "no key"),
                List.of("", "store", "put", "k".repeat(70_000), "too long"),
                List.of("", "store", "put", "user:3", "--base64", "AAECAwT/"),
                List.of("on\nstdin", "store", "put", "user:4", "-"),
                List.of("", "store", "put", "user:1", "again", "--if-absent"),
                List.of("", "--json", "store", "put", "user:1", "again", "--if-absent"),
                List.of("", "store", "put", "user:1", "again", "--if-sequence", "1"),
                List.of("", "store", "put", "user:1", "again", "--if-sequence", "2"),
                List.of("", "--node-id", "another", "store", "put", "user:1", "x", "--if-sequence", "99"),
                List.of("", "store", "get", "user:1"),
                List.of("", "--json", "store", "get", "user:3"),
                List.of("", "store", "get", "user:3", "--base64"),
                List.of("", "store", "get", "user:4"),
                List.of("", "store", "get", "nobody"),
                List.of("", "--json", "store", "get", "nobody"),
                List.of("", "store", "list"),
                List.of("", "--json", "store", "list", "--keys-only", "--limit", "2"),
                List.of("", "store", "scan", "--from", "user:2", "--to", "user:4"),
                List.of("", "store", "scan", "--from", "b", "--to", "a"),
                List.of("", "store", "scan", "--prefix", "user:", "--limit", "0"),
                List.of("", "store", "remove", "user:2"),
                List.of("", "store", "remove", "user:2"),
                List.of("", "store", "remove", "user:1", "--if-sequence", "1"),
                List.of(
                        "{\"op\":\"put\",\"key\":\"b\",\"value\":\"1\"}\n{\"op\":\"remove\",\"key\":\"user:4\"}",
                        "store",
                        "batch"),
                List.of("{\"op\":\"put\",\"key\":\"\",\"value\":\"1\"}", "store", "batch"),
                List.of("{\"key\":\"c\",\"value\":\"1\"}\n{\"key\":\"d\",\"value\":\"2\"}", "store", "import", "-"),
                List.of(
                        "{\"key\":\"c\",\"value\":\"1\"}\n{\"key\":\"d\",\"value\":\"3\"}",
                        "store",
                        "import",
                        "-",
                        "--resume"),
                List.of("", "store", "export", files.resolve("exported").toString(), "--prefix", "b"),
                List.of("", "sync", "tick"),
                List.of("", "sync", "conflicts"),
                List.of("", "sync", "failed"),
                List.of("", "sync", "retry", "node-a@0123456789abcdef:1"),
                List.of("", "sync", "discard", "node-a@0123456789abcdef:1"),
                List.of("", "--json", "sync", "discard", "nonsense"),
                List.of("", "sync", "forget", "node-z"),
                List.of("", "sync", "resolve", "user:1"),
                List.of("", "sync", "resolve", "user:1", "value"),
                List.of("", "sync", "resolve", "user:1", "value", "--if-sequence", "1"),
                List.of("", "sync", "resolve", "nobody", "value", "--if-sequence", "1"),
                List.of("", "store", "list"));
    }

    private static List<String> run(Cli cli, List<List<String>> session) {
        return session.stream()
                .map(words -> {
                    String[] args = words.subList(1, words.size()).toArray(String[]::new);
                    Cli.Run run = cli.runWith(words.get(0).getBytes(StandardCharsets.UTF_8), args);
                    String said = run.out() + run.err();
                    return String.join(" ", args) + "\n" + run.exit() + "\n"
                            + said.replace(cli.wal().toString(), "LOG")
                                    .replace(
                                            cli.wal().resolveSibling("exported").toString(), "EXPORTED")
                                    .replaceAll("\"timestamp\":\"[^\"]*\"", "\"timestamp\"");
                })
                .toList();
    }

    @Test
    void everyCommandAnswersAsItDoesWithoutANode() throws IOException {
        Path alone = Files.createDirectory(directory.resolve("alone"));
        Path beside = Files.createDirectory(directory.resolve("beside"));
        var first = new Cli(alone.resolve("node.wal"))
                .run("--node-id", "node-a", "store", "put", "first", "1")
                .ok();
        List<String> expected = run(new Cli(alone.resolve("node.wal")), session(alone));
        Cli cli = new Cli(beside.resolve("node.wal"));
        var second =
                cli.run("--node-id", "node-a", "store", "put", "first", "1").ok();
        List<String> answered;
        try (StartedNode node = StartedNode.on(cli.wal())) {
            answered = run(cli, session(beside));
            assertEquals("", node.err());
        }
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(
                    expected.get(i).replace(alone.toString(), "DIR"),
                    answered.get(i).replace(beside.toString(), "DIR"));
        }
        assertTrue(first.bytes().length > 0 && second.bytes().length > 0);
    }

    @Test
    void aPutEntersTheOutboxOfTheNode() {
        Cli cli = cli("node.wal");
        try (StartedNode node = StartedNode.on(cli.wal(), "--node-id", "node-a")) {
            assertEquals("node-a", node.said("node id"));
            cli.run("store", "put", "doc/1", "text").ok();
            assertEquals("text", cli.run("store", "get", "doc/1").ok().out());
            assertTrue(cli.run("sync", "status").ok().lines().contains("outbox size : 1"));
            assertEquals(1, Cli.number(cli.run("--json", "sync", "status").ok().json(), "pending"));
            assertEquals("true", Cli.text(cli.run("--json", "node", "info").ok().json(), "running"));
            assertTrue(cli.run("node", "info").ok().lines().contains("running : yes"));
            assertTrue(cli.run("status").ok().out().contains("outbox size : 1"));
            cli.run("store", "compact").ok();
            cli.run("store", "stats").ok();
            assertEquals(0, node.stop());
            assertEquals("stopped\n", node.err());
        }
        assertEquals("text", cli.run("store", "get", "doc/1").ok().out());
        assertTrue(cli.run("node", "info").ok().lines().contains("running : no"));
        assertTrue(cli.run("sync", "status").ok().lines().contains("outbox size : 1"));
    }

    @Test
    void aBackupAndAWatchBesideANodeAreOfWhatIsWrittenThroughIt() {
        Cli cli = cli("node.wal");
        try (StartedNode node = StartedNode.on(cli.wal())) {
            cli.run("store", "put", "a", "1").ok();
            var changes =
                    cli.run("store", "watch", "--from", "1", "--count", "1").ok();
            assertTrue(changes.out().contains("a"), changes.out());
            cli.run("store", "backup", directory.resolve("copy").toString()).ok();
            assertEquals(0, node.stop());
        }
        assertEquals("1", cli("copy").run("store", "get", "a").ok().out());
    }

    @Test
    void valuesAsLargeAsAStoreTakesGoThrough() throws IOException {
        Cli cli = cli("node.wal");
        byte[] large = new byte[64 << 20];
        large[large.length - 1] = 7;
        Path file = Files.write(directory.resolve("large"), large);
        try (StartedNode node = StartedNode.on(cli.wal())) {
            cli.run("store", "put", "large", "--file", file.toString()).ok();
            cli.run("store", "get", "large", "--file", directory.resolve("back").toString())
                    .exits(ExitCode.OK);
            assertEquals(0, node.stop());
        }
        assertArrayEquals(large, Files.readAllBytes(directory.resolve("back")));
    }

    @Test
    void anotherNodesIdIsRefused() {
        Cli cli = cli("node.wal");
        try (StartedNode node = StartedNode.on(cli.wal(), "--node-id", "node-a")) {
            Cli.Run run =
                    cli.run("--node-id", "node-b", "store", "put", "a", "1").exits(ExitCode.FAILURE);
            assertTrue(run.err().contains("belongs to node 'node-a', and was opened as 'node-b'"), run.err());
            assertEquals(0, node.stop());
        }
    }

    @Test
    void aSecondNodeOnTheLogIsLockedOut() {
        Cli cli = cli("node.wal");
        try (StartedNode node = StartedNode.on(cli.wal())) {
            cli.run("node", "start").exits(ExitCode.LOCKED);
            cli.run("wal", "repair").exits(ExitCode.LOCKED);
            cli.run("store", "put", "a", "1").ok();
            assertEquals(0, node.stop());
        }
    }

    @Test
    void whatAKilledNodeLeavesIsPassedOver() throws IOException {
        Cli cli = cli("node.wal");
        cli.run("store", "put", "a", "1").ok();
        for (String address : List.of("unix:control.sock", "tcp:1", "nonsense")) {
            Files.writeString(
                    cli.wal().resolve("control"),
                    "softadastra-control 1\naddress=" + address + "\nsecret=" + "0".repeat(64) + "\n");
            cli.run("store", "put", "a", "2").ok();
            assertEquals("2", cli.run("store", "get", "a").ok().out());
        }
        try (StartedNode node = StartedNode.on(cli.wal())) {
            cli.run("store", "put", "a", "3").ok();
            assertEquals(0, node.stop());
        }
        try (Stream<Path> files = Files.list(cli.wal())) {
            assertEquals(
                    List.of(),
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.startsWith("control"))
                            .toList());
        }
    }

    @Test
    void aControlFileThatCannotBeReadIsSaid() throws IOException {
        Cli cli = cli("node.wal");
        cli.run("store", "put", "a", "1").ok();
        Path control = cli.wal().resolve("control");
        try (StoreEngine store =
                StoreEngine.open(StoreConfig.durable(cli.wal())).orElseThrow()) {
            Files.writeString(control, "softadastra-control 2\naddress=somewhere\n");
            Cli.Run other = cli.run("store", "put", "a", "2").exits(ExitCode.LOCKED);
            assertTrue(
                    other.err()
                            .startsWith("warning: failed to look for a node that runs: cannot read " + control
                                    + ": it is of another release, or damaged; this goes on as if none ran\n"),
                    other.err());
            Files.delete(control);
            // What is no file cannot be read, whoever asks.
            Files.createDirectory(control);
            Cli.Run unreadable = cli.run("store", "put", "a", "2").exits(ExitCode.LOCKED);
            assertTrue(unreadable.err().contains("cannot read " + control + ": input/output error"), unreadable.err());
            assertEquals(1, store.size());
        }
        Files.delete(control);
    }

    @Test
    void aProviderThatHasNoSayIsSaid() {
        Cli cli = cli("node.wal");
        try (StartedNode node = StartedNode.on(cli.wal())) {
            Cli.Run run =
                    cli.run("--provider", "memory", "store", "put", "a", "1").exits(ExitCode.OK);
            assertEquals(
                    "warning: --provider memory has no say in what goes through the node that runs, which has the log open"
                            + " already\n",
                    run.err());
            assertEquals("1", cli.run("store", "get", "a").ok().out());
            assertEquals(0, node.stop());
        }
    }

    @Test
    void whoHasTheAddressOfAKilledNodeIsPassedOverAndTheLogIsOpened() throws IOException {
        Cli cli = cli("node.wal");
        cli.run("store", "put", "a", "1").ok();
        // Too deep for a socket in its directory, so it takes requests at an address of the machine.
        Path deep = Files.createDirectory(directory.resolve("d".repeat(120)));
        Cli other = new Cli(deep.resolve("other.wal"));
        try (StartedNode node = StartedNode.on(other.wal())) {
            String address = node.said("control");
            assertTrue(address.startsWith("tcp:"), address);
            String left = "softadastra-control 1\naddress=" + address + "\nsecret=" + "0".repeat(64) + "\n";
            Files.writeString(cli.wal().resolve("control"), left);
            Cli.Run read = cli.run("store", "get", "a").exits(ExitCode.OK);
            assertEquals("1", read.out());
            assertTrue(read.err().contains("this goes on as if none ran"), read.err());
            try (StoreEngine store =
                    StoreEngine.open(StoreConfig.durable(cli.wal())).orElseThrow()) {
                Cli.Run locked = cli.run("store", "put", "a", "2").exits(ExitCode.LOCKED);
                assertTrue(locked.err().contains("this goes on as if none ran"), locked.err());
                assertEquals(1, store.size());
            }
            Cli.Run written = cli.run("sync", "status").exits(ExitCode.OK);
            assertEquals(1, written.err().lines().count(), written.err());
            // Whoever has had the log open has removed it.
            cli.run("store", "put", "a", "2").ok();
            assertEquals("2", cli.run("store", "get", "a").ok().out());
            other.run("store", "get", "a").exits(ExitCode.NOT_FOUND);
            assertEquals(0, node.stop());
        }
    }

    @Test
    void waitingForOthersEndsWithTheTime() {
        Cli cli = cli("node.wal");
        cli.run("store", "put", "a", "1").ok();
        // Nobody is there who could bring it about, so this does not wait.
        cli.run("sync", "status", "--wait", "1000000000").exits(ExitCode.FAILURE);
        cli.run("sync", "status", "--wait", "-1").exits(ExitCode.USAGE);
        try (StartedNode node = StartedNode.on(cli.wal())) {
            Cli.Run run = cli.run("--json", "sync", "status", "--wait", "2").exits(ExitCode.FAILURE);
            assertEquals(1, Cli.number(run.json(), "outboxSize"));
            assertEquals(
                    "{\"warning\":\"not all others have everything: 1 operation is yet to be acknowledged\"}\n",
                    run.err());
            assertEquals(0, node.stop());
        }
    }

    @Test
    void aNodeThatMayNotStartLeavesNothing() {
        Cli cli = cli("node.wal");
        Cli.Run run = cli.run("node", "start", "--listen", "127.0.0.1:0", "--transport", "nowhere");
        run.exits(ExitCode.FAILURE);
        assertFalse(Files.exists(cli.wal()), run.err());
        cli.run("node", "start", "--listen", "127.0.0.1:0", "--token-file", "no-such-file")
                .exits(ExitCode.NOT_FOUND);
        assertFalse(Files.exists(cli.wal()));
    }

    @Test
    void jsonAtTheStart() {
        Cli cli = cli("node.wal");
        try (StartedNode node = StartedNode.on(cli.wal(), "--json", "--node-id", "node-a")) {
            assertEquals("node-a", Cli.text(Cli.json(node.lines().get(0)), "nodeId"));
            assertEquals(0, node.stop());
        }
    }
}
