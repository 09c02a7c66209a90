package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** A compaction keeps every entry, and makes the log smaller. */
class StoreCompactTest {
    private static final int PUTS = 300;

    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void put() {
        cli = new Cli(directory.resolve("node.wal"));
        Value value = Value.fromString("x".repeat(300_000));
        try (StoreEngine store = StoreEngine.open(
                        StoreConfig.durable(cli.wal()).withAutoFlush(false).withCheckpoints(CheckpointPolicy.manual()))
                .orElseThrow()) {
            for (int i = 0; i < PUTS; i++) {
                store.put(Key.of("k" + i % 3), value).orElseThrow();
            }
        }
    }

    @Test
    void whatIsThereStaysAndTheLogGetsSmaller() {
        String entries = cli.run("store", "list", "--json").ok().out();
        Map<String, Object> json = cli.run("store", "compact", "--json").ok().json();
        assertEquals(3.0, json.get("entries"));
        assertEquals((double) PUTS, json.get("sequence"));
        assertTrue(Cli.number(json, "logBytes") < Cli.number(json, "logBytesBefore") / 2, json::toString);
        assertEquals(entries, cli.run("store", "list", "--json").ok().out());
        assertEquals("ok", cli.run("wal", "verify", "--json").ok().json().get("result"));

        Cli.Run gone = cli.run("store", "watch", "--from", "1", "--count", "1").exits(ExitCode.FAILURE);
        assertTrue(gone.err().contains("history is gone"), gone.err());
        assertEquals(
                "updated k0 version=101 sequence=301\n",
                cli.run("store", "put", "k0", "v").ok().out());
        assertTrue(cli.run("store", "compact").ok().out().startsWith("checkpoint of 3 entries up to sequence 301: "));

        Path backup = directory.resolve("backup");
        cli.run("store", "backup", backup.toString()).ok();
        assertEquals(
                cli.run("store", "list", "--json").ok().out(),
                new Cli(backup).run("store", "list", "--json").ok().out());
    }

    @Test
    void withoutALogThereIsNothingToCompact() {
        new Cli(directory.resolve("none.wal")).run("store", "compact").exits(ExitCode.NOT_FOUND);
    }
}
