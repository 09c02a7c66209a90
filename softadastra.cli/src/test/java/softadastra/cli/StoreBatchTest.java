package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.ErrorCode;

/** Operations as lines of JSON, written as one or not at all. */
class StoreBatchTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void makeCli() {
        cli = new Cli(directory.resolve("node.wal"));
    }

    private Cli.Run batch(String lines, String... more) {
        String[] words = new String[more.length + 2];
        words[0] = "store";
        words[1] = "batch";
        System.arraycopy(more, 0, words, 2, more.length);
        return cli.runWith(lines.getBytes(StandardCharsets.UTF_8), words);
    }

    private List<String> list() {
        return cli.run("store", "list").ok().lines();
    }

    @Test
    void operationsTakeEffectInTheirOrder() {
        cli.run("store", "put", "old", "1").ok();
        cli.run("store", "put", "gone", "1").ok();
        assertEquals(
                "wrote 5 operations: 1 created, 2 updated, 1 removed, 1 missing, sequence 6\n",
                batch("""
                        {"op":"put","key":"new","value":"1"}
                        {"op":"put","key":"new","base64":"Mg=="}

                        {"op":"put","key":"old","value":"2"}
                        {"op":"remove","key":"gone"}
                        {"op":"remove","key":"never"}
                        """).ok().out());
        assertEquals(List.of("new => 2 version=2", "old => 2 version=2"), list());
    }

    @Test
    void inJsonAndFromAFile() throws IOException {
        Path file =
                Files.writeString(directory.resolve("ops.ndjson"), "{\"op\":\"put\",\"key\":\"k\",\"value\":\"v\"}");
        var json = cli.run("store", "batch", file.toString(), "--json").ok().json();
        assertEquals(1.0, json.get("operations"));
        assertEquals(1.0, json.get("created"));
        assertEquals(1.0, json.get("lastSequence"));
        assertEquals(0.0, batch("", "--json").ok().json().get("operations"));
        cli.run("store", "batch", directory.resolve("none").toString()).exits(ExitCode.NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"op\":\"put\",\"key\":\"b\"}",
                "{\"op\":\"put\",\"key\":\"\",\"value\":\"v\"}",
                "{\"op\":\"put\",\"value\":\"v\"}",
                "{\"op\":\"put\",\"key\":\"b\",\"value\":\"v\",\"base64\":\"dg==\"}",
                "{\"op\":\"put\",\"key\":\"b\",\"base64\":\"?\"}",
                "{\"op\":\"move\",\"key\":\"b\"}",
                "{\"key\":\"b\",\"value\":\"v\"}",
                "[]",
                "nonsense"
            })
    void aLineThatIsWrongMeansThatNothingIsWritten(String line) {
        cli.run("store", "put", "before", "1").ok();
        Cli.Run run = batch("{\"op\":\"put\",\"key\":\"a\",\"value\":\"v\"}\n" + line + "\n")
                .exits(ExitCode.FAILURE);
        assertTrue(run.err().startsWith("error: invalid line 2 of the batch: "), run.err());
        assertEquals(List.of("before => 1 version=1"), list());
        assertFalse(run.err().contains("internal"), run.err());
    }

    @Test
    void aKeyOrValueThatIsTooLargeIsRefusedByItsLine() {
        cli.run("store", "put", "before", "1").ok();
        String good = "{\"op\":\"put\",\"key\":\"a\",\"value\":\"v\"}\n";
        Cli.Run key = batch(good + "{\"op\":\"remove\",\"key\":\"" + "k".repeat(65_537) + "\"}\n")
                .exits(ExitCode.FAILURE);
        assertEquals(
                "error: invalid line 2 of the batch: its key has 65537 bytes, and a key has at most 65536\n",
                key.err());
        Cli.Run value = batch(good + good + "{\"op\":\"put\",\"key\":\"k\",\"value\":\"" + "v".repeat((64 << 20) + 1)
                        + "\"}\n")
                .exits(ExitCode.FAILURE);
        assertEquals(
                "error: invalid line 3 of the batch: its value has 67108865 bytes, and a value has at most 67108864\n",
                value.err());
        assertEquals(List.of("before => 1 version=1"), list());
    }

    @Test
    void aBatchThatIsTooLargeIsRefusedAsAWhole() {
        byte[] lines = "{\"op\":\"put\",\"key\":\"k\",\"value\":\"0123456789\"}\n"
                .repeat(3)
                .getBytes(StandardCharsets.UTF_8);
        assertDoesNotThrow(() -> new OperationLines(33).read(new ByteArrayInputStream(lines)));
        CommandFailure failure =
                assertThrows(CommandFailure.class, () -> new OperationLines(32).read(new ByteArrayInputStream(lines)));
        assertEquals(ErrorCode.RECORD_TOO_LARGE, failure.error().code());
        assertEquals(
                "invalid batch: with line 3 it has 33 bytes, and a batch has at most 32",
                failure.error().message());
    }
}
