package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line, its streams, and what the process ends with. */
class CommandLineTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void makeCli() {
        cli = new Cli(directory.resolve("node.wal"));
    }

    private static Cli.Run plain(String... args) {
        return Cli.plain(new byte[0], args);
    }

    @Test
    void versionAndHelpAreData() {
        assertTrue(plain("--version").ok().out().startsWith("softadastra "));
        assertTrue(plain("--help").ok().out().contains("Exit codes: 0 ok, 1 failure, 2 usage, 3 not found"));
        assertTrue(plain("store", "import", "--help").ok().out().contains("--resume"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "store",
                "wal",
                "bogus",
                "store bogus",
                "store get",
                "store get a b",
                "store list --limit x",
                "store list --bogus",
                "wal dump --payload bogus",
                "status --wal"
            })
    void whatIsNoCommandIsUsage(String line) {
        String[] args = line.isEmpty() ? new String[0] : line.split(" ");
        Cli.Run run = plain(args).exits(ExitCode.USAGE);
        assertEquals("", run.out());
        assertTrue(run.err().matches("(?s)error: .+\nhint: softadastra.* --help\n"), run.err());
    }

    @Test
    void usageErrorsAreJsonWhereThatIsAskedFor() {
        Cli.Run run = plain("store", "bogus", "--json").exits(ExitCode.USAGE);
        var error = Cli.object(Cli.json(run.err()), "error");
        assertEquals("INVALID_ARGUMENT", error.get("code"));
        assertEquals(2.0, error.get("exit"));
    }

    @Test
    void sharedOptionsStandBeforeOrAfterTheCommand() {
        String wal = cli.wal().toString();
        plain("--wal", wal, "--json", "store", "put", "a", "1").ok().json();
        plain("store", "--wal", wal, "put", "--json", "b", "2").ok().json();
        plain("store", "put", "c", "3", "--json", "--wal=" + wal).ok().json();
        assertEquals(3, plain("store", "list", "--wal", wal).ok().lines().size());
        // After "--" everything is a word.
        assertEquals(
                "created --json version=1 sequence=4\n",
                cli.run("store", "put", "--", "--json", "4").ok().out());
    }

    @Test
    void aKeyThatLooksLikeAnOptionIsToldItsWay() {
        Cli.Run run = cli.run("store", "put", "-key", "v").exits(ExitCode.USAGE);
        assertTrue(run.err().contains("Unknown option: '-key'"), run.err());
        assertTrue(run.err().contains("begins with '-' goes behind '--'"), run.err());
        assertFalse(
                cli.run("store", "get", "a", "b").exits(ExitCode.USAGE).err().contains("behind '--'"));
    }

    @Test
    void aWordThatTheLocaleMutilatedIsRefused() {
        Cli.Run run = cli.run("store", "put", "caf\ufffd", "v").exits(ExitCode.USAGE);
        assertTrue(run.err().contains("LC_ALL=C.UTF-8"), run.err());
    }

    @Test
    void completionKnowsTheCommands() {
        String script = plain("completion").ok().out();
        for (String word : List.of(
                "status",
                "store",
                "import",
                "verify",
                "leave",
                "--node-id",
                "--resume",
                "--retention",
                "--if-sequence")) {
            assertTrue(script.contains(word), word);
        }
    }

    @Test
    void providersAreListedWithTheirPlace() {
        var providers = plain("providers", "--json").ok().ndjson();
        assertEquals(
                List.of("file", "memory"),
                providers.stream().map(provider -> provider.get("name")).toList());
        var file = providers.get(0);
        assertTrue(Cli.text(file, "capabilities").contains("durable"), file.toString());
        assertTrue(Cli.text(file, "location").contains("softadastra.wal.file"), file.toString());
        String text = plain("providers").ok().out();
        assertTrue(text.startsWith("file\n  capabilities : "), text);
    }

    /** Takes a number of bytes, then fails. */
    private static final class Broken extends OutputStream {
        private final String reason;
        private int room;

        Broken(int room, String reason) {
            this.room = room;
            this.reason = reason;
        }

        @Override
        public void write(int b) throws IOException {
            if (room-- <= 0) {
                throw new IOException(reason);
            }
        }
    }

    private int run(OutputStream out, OutputStream err, String... args) {
        String[] all = new String[args.length + 2];
        all[0] = "--wal";
        all[1] = cli.wal().toString();
        System.arraycopy(args, 0, all, 2, args.length);
        return Main.run(all, out, err, new ByteArrayInputStream(new byte[0]));
    }

    @Test
    void aReaderWhoLeftEndsTheCommandQuietly() {
        cli.run("store", "import", "jrt:/java.base/java/lang").ok();
        for (String[] args : new String[][] {
            {"store", "list"},
            {"store", "list", "--json"},
            {"wal", "dump"},
            {"store", "get", "String.class"},
            {"--help"}
        }) {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            assertEquals(ExitCode.OK, run(new Broken(100, "Broken pipe"), err, args), String.join(" ", args));
            assertEquals("", err.toString(StandardCharsets.UTF_8));
        }
    }

    @Test
    void anImportWhoseAcknowledgementsNobodyTakesStops() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = run(
                new Broken(60, "Broken pipe"),
                err,
                "store",
                "import",
                "jrt:/java.base/java/lang",
                "--batch-count",
                "10");
        assertEquals(ExitCode.FAILURE, exit);
        assertEquals("error: failed to write output: nobody reads it any more\n", err.toString(StandardCharsets.UTF_8));
        assertEquals(
                "20\n", cli.run("store", "list", "--keys-only").ok().lines().size() + "\n");
    }

    @Test
    void outputThatDoesNotFitIsAnError() {
        cli.run("store", "put", "k", "v").ok();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertEquals(ExitCode.FAILURE, run(new Broken(0, "No space left on device"), err, "store", "list"));
        assertEquals("error: failed to write output: no space left on device\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aBrokenStandardErrorChangesNothing() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertEquals(ExitCode.NOT_FOUND, run(out, new Broken(0, "Broken pipe"), "store", "get", "k"));
    }

    private Cli.Run onTerminal(String... args) {
        return on(new Terminal(true, true, StandardCharsets.UTF_8), args);
    }

    private Cli.Run on(Terminal terminal, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Io io = new Io(out, err, new ByteArrayInputStream(new byte[0]), terminal);
        String[] all = new String[args.length + 2];
        all[0] = "--wal";
        all[1] = cli.wal().toString();
        System.arraycopy(args, 0, all, 2, args.length);
        int exit = Main.run(all, io);
        return new Cli.Run(exit, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void onATerminalTextGetsALineEndAndBinaryIsRefused() {
        cli.run("store", "put", "text", "hello").ok();
        cli.run("store", "put", "line", "hello\n").ok();
        cli.run("store", "put", "binary", "/w==", "--base64").ok();
        cli.run("store", "put", "escape", "\u001b[2J").ok();
        assertEquals("hello\n", onTerminal("store", "get", "text").ok().out());
        assertEquals("hello\n", onTerminal("store", "get", "line").ok().out());
        for (String key : List.of("binary", "escape")) {
            Cli.Run run = onTerminal("store", "get", key).exits(ExitCode.FAILURE);
            assertEquals("", run.out());
            assertTrue(run.err().contains("binary"), run.err());
        }
        assertEquals(
                "/w==\n", onTerminal("store", "get", "binary", "--base64").ok().out());
    }

    @Test
    void progressIsDrawnOnATerminalOnlyAndTakenAwayAgain() {
        Cli.Run run = onTerminal("store", "import", "jrt:/java.base/java/lang", "--batch-count", "1");
        run.exits(ExitCode.OK);
        assertTrue(run.err().startsWith("\rimport "), run.err());
        assertTrue(run.err().endsWith("\r"), run.err());
        assertFalse(run.out().contains("\r"));
        assertEquals("", onTerminal("--json", "store", "list").ok().err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"read:wal info", "verify:wal verify", "dump:wal dump", "tail:wal tail --from 1"})
    void whateverReadsAWholeLogShowsHowFarItIs(String taskAndCommand) {
        cli.run("store", "put", "k", "v").ok();
        String task = taskAndCommand.substring(0, taskAndCommand.indexOf(':'));
        String[] command = taskAndCommand.substring(task.length() + 1).split(" ");
        // Also where the data goes into a file, and standard error alone to somebody who waits.
        for (boolean out : new boolean[] {true, false}) {
            Cli.Run run = on(new Terminal(out, true, StandardCharsets.UTF_8), command);
            run.exits(ExitCode.OK);
            assertTrue(run.err().startsWith("\r" + task + " "), run.err());
            assertTrue(run.err().endsWith("\r"), run.err());
            assertFalse(run.out().isEmpty());
        }
        Cli.Run json = on(
                new Terminal(false, true, StandardCharsets.UTF_8),
                (taskAndCommand + " --json").substring(task.length() + 1).split(" "));
        assertEquals("", json.err());
    }

    /** Standard output and standard error on one screen. */
    @Test
    void onATerminalMessagesStandBehindTheDataBeforeThem() {
        cli.run("store", "put", "k", "v").ok();
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        Io io = new Io(
                screen,
                screen,
                new ByteArrayInputStream(new byte[0]),
                new Terminal(true, true, StandardCharsets.UTF_8));
        io.line("data");
        io.progress("working");
        io.line("more");
        io.warning("careful");
        assertEquals("data\n\rworking\r       \rmore\nwarning: careful\n", screen.toString(StandardCharsets.UTF_8));
    }
}
