package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.NodeId;
import softadastra.sdk.Client;
import softadastra.sdk.ClientOptions;
import softadastra.store.EntryChange;
import softadastra.store.Value;
import softadastra.sync.ConflictPolicy;
import softadastra.sync.InMemoryNetwork;

/** What is told of a log are the changes that its owner's own watch tells of, whatever the policy of a key. */
class StoreWatchTest {
    private static final int STEPS = 50;

    @TempDir
    Path directory;

    private final InMemoryNetwork network = new InMemoryNetwork(1);

    private ClientOptions options(String node) {
        return ClientOptions.persistent(node, directory.resolve(node).toString())
                .withPolicy("manual/", ConflictPolicy.MANUAL)
                .withPolicy(
                        "merged/",
                        ConflictPolicy.merging((key, all) -> Optional.of(all.stream()
                                .map(Value::asString)
                                .sorted()
                                .collect(Collectors.collectingAndThen(Collectors.joining("+"), Value::fromString)))));
    }

    private Client open(String node) {
        Client client = new Client(options(node));
        client.open(network.connect(NodeId.of(node).orElseThrow())).orElseThrow();
        return client;
    }

    private static String text(EntryChange change) {
        return change.key().asString() + "=" + change.value().orElseThrow().asString() + " version=" + change.version()
                + " sequence=" + change.sequence();
    }

    @Test
    void whatAPolicyShowsIsToldAsTheOwnersWatchTellsIt() throws Exception {
        BlockingQueue<EntryChange> told = new LinkedBlockingQueue<>();
        List<EntryChange> expected = new ArrayList<>();
        try (Client a = open("a");
                Client b = open("b")) {
            var watch = a.watch("", told::add).orElseThrow();
            for (String prefix : List.of("manual/", "merged/", "other/")) {
                a.put(prefix + "late", "of a").orElseThrow();
                b.put(prefix + "late", "of b").orElseThrow();
                b.put(prefix + "early", "of b").orElseThrow();
                a.put(prefix + "early", "of a").orElseThrow();
            }
            for (int i = 0; i < STEPS; i++) {
                assertTrue(a.tick().isOk());
                assertTrue(b.tick().isOk());
            }
            // More than once, so that whoever leaves something out finds enough all the same.
            for (int i = 0; i < STEPS; i++) {
                a.put("the end", Integer.toString(i)).orElseThrow();
            }
            do {
                expected.add(told.take());
            } while (!expected.get(expected.size() - 1).key().asString().equals("the end"));
            watch.close();
        }
        List<String> lines = expected.stream().map(StoreWatchTest::text).toList();
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("manual/late=of b")), lines.toString());
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("merged/early=of a+of b")), lines.toString());
        assertEquals(
                lines,
                new Cli(directory.resolve("a"))
                                .run(
                                        "--json",
                                        "store",
                                        "watch",
                                        "--from",
                                        "1",
                                        "--count",
                                        Integer.toString(expected.size()))
                                .ok()
                                .ndjson()
                                .stream()
                                .map(change -> Cli.text(change, "key") + "=" + Cli.text(change, "value") + " version="
                                        + Cli.number(change, "version") + " sequence=" + Cli.number(change, "sequence"))
                                .toList());
    }
}
