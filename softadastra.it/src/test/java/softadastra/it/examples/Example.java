package softadastra.it.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An example program, as its user runs it: in a JVM of its own, as a named module, in a directory where somebody has said
 * {@code mkdir -p data}.
 */
record Example(String name) {

    /** Every example that the documents promise. */
    static final List<Example> ALL = List.of(
                    "PersistentStore",
                    "PersistentApp",
                    "Recovery",
                    "MemoryOnly",
                    "BasicStore",
                    "WalUsage",
                    "OperationCodec",
                    "RecoveryDemo",
                    "SnapshotFromWal",
                    "WalWrite",
                    "WalAppend",
                    "WalRead",
                    "WalStream",
                    "WalReplayToStore",
                    "WalEvent",
                    "WalAsync",
                    "WalFollow",
                    "WalCheckpoints",
                    "WalRecover",
                    "WalModes",
                    "WalStatistics",
                    "StoreConditions",
                    "StoreBatches",
                    "StoreAsync",
                    "StoreSnapshots",
                    "StoreWatching",
                    "StoreCheckpoints",
                    "StoreBackups",
                    "StoreStatistics",
                    "TwoNodes")
            .stream()
            .map(Example::new)
            .toList();

    /** Runs the program to its end. */
    Outcome runIn(Path directory) throws IOException, InterruptedException {
        return Outcome.of(
                directory,
                "java",
                "-p",
                System.getProperty("jdk.module.path"),
                "-m",
                "softadastra.it/softadastra.it.examples." + name);
    }

    /** What the documents say it prints; {@code ...} stands for any text. */
    List<String> promised() throws IOException {
        return Files.readAllLines(file("resources", "golden", "examples", name + ".txt"));
    }

    /** The program's text. */
    List<String> source() throws IOException {
        return Files.readAllLines(file("java", "softadastra", "it", "examples", name + ".java"));
    }

    private static Path file(String folder, String... more) {
        return Path.of(System.getProperty("basedir", ""), "src", "test", folder).resolve(Path.of("", more));
    }

    @Override
    public String toString() {
        return name;
    }
}
