package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An export is the inverse of an import, and stays within its directory. */
class ExportTest {
    @TempDir
    Path directory;

    private Cli cli;
    private Path out;

    @BeforeEach
    void makeCli() {
        cli = new Cli(directory.resolve("node.wal"));
        out = directory.resolve("work").resolve("out");
    }

    private Cli.Run export(String... more) throws IOException {
        Files.createDirectories(out.getParent());
        return cli.run(Stream.concat(Stream.of("store", "export", out.toString()), Stream.of(more))
                .toArray(String[]::new));
    }

    /** Everything below the test's directory but the log, as relative paths. */
    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> !file.startsWith(cli.wal()) && !Files.isDirectory(file))
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void itIsTheInverseOfAnImport() throws IOException {
        Path tree = directory.resolve("tree");
        Files.createDirectories(tree.resolve("a/b"));
        byte[] bytes = {0, -1, 10, 13};
        Files.write(tree.resolve("a/b/c"), bytes);
        Files.write(tree.resolve("d"), new byte[0]);
        cli.run("store", "import", tree.toString()).ok();
        assertEquals(
                List.of("exported 2 entries, 4 bytes, 0 left out"),
                export().ok().lines());
        assertArrayEquals(bytes, Files.readAllBytes(out.resolve("a/b/c")));
        assertEquals(0, Files.size(out.resolve("d")));
    }

    @Test
    void hostileKeysWriteNothing() throws IOException {
        List<String> hostile = List.of(
                "../evil",
                "../../evil",
                "a/../../evil",
                "/evil",
                "..",
                ".",
                "a/.",
                "a//b",
                "x/",
                "..\\evil",
                "C:\\evil",
                "C:evil",
                "nul\0byte");
        for (String key : hostile) {
            cli.runWith(
                            ("{\"key\":" + JsonObject.quote(key) + ",\"value\":\"x\"}")
                                    .getBytes(StandardCharsets.UTF_8),
                            "store",
                            "import",
                            "-")
                    .ok();
        }
        cli.run("store", "put", "good", "1").ok();
        Cli.Run run = export("--force").exits(ExitCode.FAILURE);
        assertEquals(List.of("work/out/good"), files());
        assertEquals(hostile.size(), run.err().lines().count(), run.err());
        assertEquals(List.of("exported 1 entries, 1 bytes, " + hostile.size() + " left out"), run.lines());
        assertFalse(Files.exists(Path.of("/evil")));
    }

    @Test
    void aFileCannotBeADirectoryAsWell() throws IOException {
        cli.run("store", "put", "a", "1").ok();
        cli.run("store", "put", "a/b", "2").ok();
        Cli.Run run = export().exits(ExitCode.FAILURE);
        assertEquals("left out: a/b: 'a' is a file, and cannot be a directory as well\n", run.err());
        assertEquals(List.of("work/out/a"), files());
    }

    @Test
    void linksInTheDirectoryAreNotFollowed() throws IOException {
        Path outside = Files.createDirectories(directory.resolve("outside"));
        Path victim = Files.writeString(directory.resolve("victim"), "untouched");
        Files.createDirectories(out);
        Files.createSymbolicLink(out.resolve("dir"), outside);
        Files.createSymbolicLink(out.resolve("file"), victim);
        Files.createSymbolicLink(out.resolve("dangling"), directory.resolve("made"));
        for (String key : List.of("dir/x", "file", "dangling")) {
            cli.run("store", "put", key, "new").ok();
        }
        Cli.Run run = export().exits(ExitCode.FAILURE);
        assertEquals(3, run.err().lines().count(), run.err());
        assertTrue(run.err().contains("'dir' is a symbolic link, which is not followed"), run.err());
        assertEquals("untouched", Files.readString(victim));

        // With --force a link makes way for a file; what it pointed to stays.
        export("--force").exits(ExitCode.FAILURE);
        assertTrue(Files.isRegularFile(out.resolve("file"), LinkOption.NOFOLLOW_LINKS));
        assertEquals("new", Files.readString(out.resolve("file")));
        assertEquals("untouched", Files.readString(victim));
        assertFalse(Files.exists(directory.resolve("made")));
        assertFalse(Files.exists(outside.resolve("x")));
    }

    @Test
    void nothingIsOverwrittenUnlessForced() throws IOException {
        cli.run("store", "put", "a", "new").ok();
        Files.createDirectories(out);
        Files.writeString(out.resolve("a"), "old");
        assertEquals(
                "left out: a: a file of this name exists; --force replaces it\n",
                export().exits(ExitCode.FAILURE).err());
        assertEquals("old", Files.readString(out.resolve("a")));
        export("--force").ok();
        assertEquals("new", Files.readString(out.resolve("a")));
        assertEquals(List.of("work/out/a"), files());
    }

    @Test
    void theLogIsNoPlaceForIt() throws IOException {
        cli.run("store", "put", "lock", "evil").ok();
        cli.run("store", "export", cli.wal().toString(), "--force").exits(ExitCode.USAGE);
        cli.run("store", "export", cli.wal().resolve("new").toString()).exits(ExitCode.USAGE);
        Path link = Files.createSymbolicLink(directory.resolve("link"), cli.wal());
        cli.run("store", "export", link.toString(), "--force").exits(ExitCode.USAGE);
        assertEquals("evil", cli.run("store", "get", "lock").ok().out());
    }

    /** The log lies below the directory, and whoever writes keys knows where: those of other nodes come from elsewhere. */
    @Test
    void noKeyLeadsIntoTheLogBelowTheDirectory() throws IOException {
        cli.run("store", "put", "good", "1").ok();
        cli.run("store", "put", "node.wal/new", "evil").ok();
        cli.run("store", "put", "node.wal/below/new", "evil").ok();
        String segment;
        try (Stream<Path> all = Files.list(cli.wal())) {
            segment = all.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".segment"))
                    .findFirst()
                    .orElseThrow();
        }
        cli.run("store", "put", "node.wal/" + segment, "evil").ok();
        Cli.Run run =
                cli.run("store", "export", directory.toString(), "--force").exits(ExitCode.FAILURE);
        assertEquals(List.of("exported 1 entries, 1 bytes, 3 left out"), run.lines());
        assertTrue(run.err().contains("left out: node.wal/new: 'node.wal' is the log\n"), run.err());
        assertFalse(Files.exists(cli.wal().resolve("new")));
        assertFalse(Files.exists(cli.wal().resolve("below")));
        assertEquals("1", cli.run("store", "get", "good").ok().out());
        cli.run("wal", "verify").ok();
    }

    @Test
    void whatIsReplacedTakesNoOtherFileAlong() throws IOException {
        String once = ".softadastra-export.tmp";
        for (String key : List.of(once, "a", "b")) {
            cli.run("store", "put", key, "new").ok();
        }
        Files.createDirectories(out);
        Files.writeString(out.resolve("a"), "old");
        Files.writeString(out.resolve("b"), "old");
        export("--force").ok();
        assertEquals(List.of("work/out/" + once, "work/out/a", "work/out/b"), files());
    }

    @Test
    void aPrefixSelects() throws IOException {
        cli.run("store", "put", "a/1", "x").ok();
        cli.run("store", "put", "b/1", "x").ok();
        assertEquals(1.0, export("--prefix", "a/", "--json").ok().json().get("exported"));
        assertEquals(List.of("work/out/a/1"), files());
    }

    @Test
    void aMissingParentIsAnError() {
        cli.run("store", "put", "a", "x").ok();
        Cli.Run run = cli.run("store", "export", directory.resolve("no/where").toString())
                .exits(ExitCode.FAILURE);
        assertTrue(run.err().endsWith("it does not exist\n"), run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"con", "NUL.txt", "aux", "COM1", "lpt\u00b9.x", "a.", "a ", "a:b", "nul .txt", "CONOUT$"})
    void windowsHasNamesOfItsOwn(String name) {
        assertTrue(ExportTree.isSpecialOnWindows(name));
        assertFalse(ExportTree.isSpecialOnWindows("x" + name.replaceAll("[. :].*", "")));
    }
}
