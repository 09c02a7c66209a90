package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an import takes, in which order and batches, and what it leaves out. */
class ImportTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void makeCli() {
        cli = new Cli(directory.resolve("node.wal"));
    }

    private Path file(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @Test
    void theLogThatTheImportItselfMakesIsLeftOut() throws IOException {
        file("good", "1");
        Cli.Run run = cli.run("store", "import", directory.toString()).exits(ExitCode.FAILURE);
        assertEquals("left out: node.wal: it is the log that is written to\n", run.err());
        assertEquals(List.of("good"), keys());
    }

    @Test
    void theLogItselfIsNoSource() throws IOException {
        cli.run("store", "put", "good", "1").ok();
        cli.run("store", "import", cli.wal().toString()).exits(ExitCode.USAGE);
        Path below = Files.createDirectory(cli.wal().resolve("below"));
        cli.run("store", "import", below.toString()).exits(ExitCode.USAGE);
        Path link = Files.createSymbolicLink(directory.resolve("link"), cli.wal());
        cli.run("store", "import", link.toString()).exits(ExitCode.USAGE);
        Files.delete(below);
        assertEquals(List.of("good"), keys());
    }

    private List<String> keys() {
        return cli.run("store", "list", "--keys-only").ok().lines();
    }

    @Test
    void aTreeBecomesEntries() throws IOException {
        file("tree/b.txt", "b");
        file("tree/a/x", "ax");
        file("tree/a/deep/er/y", "");
        Cli.Run run =
                cli.run("store", "import", directory.resolve("tree").toString()).ok();
        assertEquals(
                List.of(
                        "acknowledged 3 entries, 22 bytes, sequence 3",
                        "imported 3 entries, 22 bytes, 0 unchanged, 0 left out"),
                run.lines());
        assertEquals(List.of("a/deep/er/y", "a/x", "b.txt"), keys());
        assertEquals("ax", cli.run("store", "get", "a/x").ok().out());
    }

    @Test
    void everyBatchIsAcknowledgedWithTheTotalsSoFar() throws IOException {
        for (int i = 0; i < 7; i++) {
            file("tree/f" + i, "12345678");
        }
        String tree = directory.resolve("tree").toString();
        Cli.Run run =
                cli.run("--json", "store", "import", tree, "--batch-count", "3").ok();
        assertEquals(
                List.of(
                        Map.of("acknowledged", 3.0, "bytes", 30.0, "sequence", 3.0, "batch", 3.0),
                        Map.of("acknowledged", 6.0, "bytes", 60.0, "sequence", 6.0, "batch", 3.0),
                        Map.of("acknowledged", 7.0, "bytes", 70.0, "sequence", 7.0, "batch", 1.0),
                        Map.of("imported", 7.0, "bytes", 70.0, "sequence", 7.0, "unchanged", 0.0, "leftOut", 0.0)),
                run.ndjson());
        // Two of ten bytes fit into 25; one of ten into 5, since an entry alone is never too large.
        assertEquals(
                4 + 1,
                cli.run("store", "import", tree, "--batch-bytes", "25")
                        .ok()
                        .lines()
                        .size());
        assertEquals(
                7 + 1,
                cli.run("store", "import", tree, "--batch-bytes", "5")
                        .ok()
                        .lines()
                        .size());
    }

    @Test
    void resumingPassesOverWhatIsThere() throws IOException {
        file("tree/a", "1");
        String tree = directory.resolve("tree").toString();
        file("tree/b", "2");
        cli.run("store", "import", tree).ok();
        file("tree/b", "3");
        file("tree/c", "4");
        assertEquals(
                List.of(
                        "acknowledged 2 entries, 4 bytes, sequence 4",
                        "imported 2 entries, 4 bytes, 1 unchanged, 0 left out"),
                cli.run("store", "import", tree, "--resume").ok().lines());
        assertEquals("3", cli.run("store", "get", "b").ok().out());
    }

    @Test
    void linksInATreeAreNotFollowed() throws IOException {
        file("secret/s", "s");
        file("tree/a", "1");
        Path tree = directory.resolve("tree");
        Files.createSymbolicLink(tree.resolve("file"), directory.resolve("secret/s"));
        Files.createSymbolicLink(tree.resolve("loop"), tree);
        Files.createSymbolicLink(tree.resolve("dangling"), directory.resolve("nowhere"));
        Cli.Run run = cli.run("store", "import", tree.toString()).exits(ExitCode.FAILURE);
        assertEquals(
                List.of(
                        "left out: dangling: it is a symbolic link",
                        "left out: file: it is a symbolic link",
                        "left out: loop: it is a symbolic link"),
                run.err().lines().toList());
        assertEquals(List.of("a"), keys());
        // The source itself was named by whoever asked.
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("secret"));
        cli.run("store", "import", link.toString()).ok();
        assertEquals(List.of("a", "s"), keys());
    }

    @Test
    void theLogDoesNotTakeItself() throws IOException {
        file("a", "1");
        cli.run("store", "put", "k", "v").ok();
        Cli.Run run = cli.run("store", "import", directory.toString()).exits(ExitCode.FAILURE);
        assertEquals("left out: node.wal: it is the log that is written to\n", run.err());
        assertEquals(List.of("a", "k"), keys());
    }

    @Test
    void hostileNamesOfAnArchiveAreLeftOut() throws IOException {
        Path zip = directory.resolve("evil.zip");
        List<String> hostile =
                List.of("../evil", "/etc/passwd", "a/../../b", "C:\\x", "..\\y", "a//b", "./z", "\\\\host\\s");
        try (OutputStream out = Files.newOutputStream(zip);
                ZipOutputStream entries = new ZipOutputStream(out)) {
            for (String name : hostile) {
                entries.putNextEntry(new ZipEntry(name));
                entries.write(1);
            }
            entries.putNextEntry(new ZipEntry("dir/"));
            entries.putNextEntry(new ZipEntry("dir/good"));
            entries.write(new byte[] {1, 2, 3});
        }
        Cli.Run run = cli.run("store", "import", zip.toString()).exits(ExitCode.FAILURE);
        assertEquals(List.of("dir/good"), keys());
        assertEquals(hostile.size(), run.err().lines().count(), run.err());
        for (String name : hostile) {
            assertTrue(run.err().contains("left out: " + name + ": its name "), run.err());
        }
        assertArrayEquals(
                new byte[] {1, 2, 3}, cli.run("store", "get", "dir/good").ok().bytes());
        Cli.Run json = cli.run("--json", "store", "import", zip.toString()).exits(ExitCode.FAILURE);
        assertEquals(
                "../evil",
                Cli.json(json.err().lines().findFirst().orElseThrow()).get("leftOut"));
    }

    @Test
    void theRunningImageIsASource() throws IOException {
        Cli.Run run = cli.run("store", "import", "jrt:/java.base/java/util/zip").ok();
        Path source = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base/java/util/zip");
        assertArrayEquals(
                Files.readAllBytes(source.resolve("ZipFile.class")),
                cli.run("store", "get", "ZipFile.class").ok().bytes());
        try (var files = Files.list(source)) {
            assertTrue(run.out().contains("imported " + files.count() + " entries"), run.out());
        }
        cli.run("store", "import", "jrt:/no.such.module").exits(ExitCode.NOT_FOUND);
        cli.run("store", "import", "jrt:/../packages").exits(ExitCode.NOT_FOUND);
    }

    @Test
    void whatIsListedAsJsonCanBeImported() {
        Cli other = new Cli(directory.resolve("other.wal"));
        cli.run("store", "put", "user:1", "caf\u00e9\n").ok();
        cli.run("store", "put", "../any key", "AP8=", "--base64").ok();
        byte[] listed = cli.run("store", "list", "--json").ok().bytes();
        other.runWith(listed, "store", "import", "-").ok();
        assertArrayEquals(
                cli.run("store", "get", "../any key").bytes(),
                other.run("store", "get", "../any key").ok().bytes());
        assertEquals("caf\u00e9\n", other.run("store", "get", "user:1").ok().out());
    }

    @Test
    void aWrongLineIsNamedAndWhatCameBeforeIsWritten() throws IOException {
        Path lines = file("in.ndjson", "{\"key\":\"a\",\"value\":\"1\"}\n\n{\"key\":\"b\",\"value\":2}\n");
        Cli.Run run = cli.run("store", "import", lines.toString()).exits(ExitCode.FAILURE);
        assertEquals(
                "error: invalid line 3 of the import: it needs \"value\" or \"base64\", as text, and not both\n",
                run.err());
        assertEquals(List.of("acknowledged 1 entries, 2 bytes, sequence 1"), run.lines());
        assertEquals(List.of("a"), keys());
        for (String wrong : List.of(
                "{\"key\":\"\",\"value\":\"1\"}",
                "{\"key\":\"\\ud800\",\"value\":\"1\"}",
                "{\"key\":\"a\",\"value\":\"\\udc00\"}",
                "{\"key\":\"a\",\"base64\":\"*\"}",
                "{\"key\":\"a\",\"base64\":\"\",\"value\":\"\"}",
                "{\"key\":\"a\",\"value\":\"1\",}",
                "{\"value\":\"1\"}",
                "[]",
                "{\"key\":\"a\"")) {
            Cli.Run refused = cli.runWith(wrong.getBytes(StandardCharsets.UTF_8), "store", "import", "-");
            assertEquals(ExitCode.FAILURE, refused.exit(), wrong);
            assertTrue(refused.err().startsWith("error: invalid line 1 of the import: "), refused.err());
        }
        cli.runWith(new byte[] {'{', -1, '}'}, "store", "import", "-").exits(ExitCode.FAILURE);
        assertEquals(List.of("a"), keys());
    }

    @Test
    void aSourceThatIsNotThereMakesNoLog() {
        cli.run("store", "import", directory.resolve("missing").toString()).exits(ExitCode.NOT_FOUND);
        assertFalse(Files.exists(cli.wal()));
        cli.run("store", "import", "x", "--batch-count", "0").exits(ExitCode.USAGE);
    }
}
