package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random writes, reads and reopens of a store on files of the platform, with its threads, against a tree map. */
class StoreOnFilesTest {

    private static final int STEPS = "ci".equals(System.getProperty("softadastra.slice")) ? 5_000 : 500;

    @TempDir
    Path directory;

    private record Known(Value value, long version, long sequence) {}

    private static final class Model {
        final TreeMap<Key, Known> entries = new TreeMap<>(Comparator.naturalOrder());
        long sequence;

        PutResult put(Key key, Value value) {
            Known before = entries.get(key);
            long version = before == null ? 1 : before.version + 1;
            entries.put(key, new Known(value, version, ++sequence));
            return new PutResult(before == null, before != null, version, sequence);
        }

        RemoveResult remove(Key key) {
            Known before = entries.remove(key);
            if (before == null) {
                return new RemoveResult(false, key, 0);
            }
            sequence++;
            return new RemoveResult(true, key, before.version);
        }

        BatchResult write(Batch batch) {
            int[] counts = new int[4];
            long first = sequence + 1;
            for (Operation operation : batch.operations()) {
                if (operation.value().isPresent()) {
                    counts[put(operation.key(), operation.value().get()).created() ? 0 : 1]++;
                } else {
                    counts[remove(operation.key()).deleted() ? 2 : 3]++;
                }
            }
            boolean logged = sequence >= first;
            return new BatchResult(
                    counts[0], counts[1], counts[2], counts[3], logged ? first : 0, logged ? sequence : 0);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void storeDoesWhatTheModelDoes(long seed) {
        Random random = new Random(seed);
        StoreConfig config =
                StoreConfig.durable(directory.resolve("a.wal")).withNodeId("a").withAutoFlush(random.nextBoolean());
        Model model = new Model();
        StoreEngine store = StoreEngine.open(config).value();
        try {
            for (int step = 0; step < STEPS; step++) {
                String at = "seed " + seed + " step " + step;
                int choice = random.nextInt(100);
                if (choice < 45) {
                    Key key = key(random);
                    Value value = value(random);
                    assertEquals(model.put(key, value), store.put(key, value).value(), at);
                } else if (choice < 65) {
                    Key key = key(random);
                    assertEquals(model.remove(key), store.remove(key).value(), at);
                } else if (choice < 80) {
                    Batch batch = batch(random);
                    assertEquals(model.write(batch), store.write(batch).value(), at);
                } else if (choice < 98) {
                    checkKey(model, store, key(random), at);
                } else {
                    store.close();
                    store = StoreEngine.open(config).value();
                    assertEquals(model.sequence, store.lastRecoveredSequence(), at);
                    check(model, store, at);
                }
            }
            check(model, store, "seed " + seed + " at the end");
        } finally {
            store.close();
        }
        Snapshot snapshot =
                SnapshotBuilderStore.build(directory.resolve("a.wal")).value();
        assertEquals(
                entries(model),
                snapshot.all().stream().map(StoreOnFilesTest::show).toList(),
                "seed " + seed);
        assertEquals(model.sequence, snapshot.lastSequence());
        assertEquals(model.entries.size(), snapshot.size());
    }

    private static void checkKey(Model model, StoreEngine store, Key key, String at) {
        Known known = model.entries.get(key);
        assertEquals(known != null, store.contains(key), at);
        assertEquals(
                known == null ? "none" : show(key, known),
                store.get(key).map(StoreOnFilesTest::show).orElse("none"),
                at);
    }

    private static void check(Model model, StoreEngine store, String at) {
        assertEquals(entries(model), store.entries().map(StoreOnFilesTest::show).toList(), at);
        assertEquals(model.entries.size(), store.size(), at);
        long bytes = model.entries.entrySet().stream()
                .mapToLong(e -> e.getKey().length() + e.getValue().value.length())
                .sum();
        assertEquals(bytes, store.stats().liveBytes(), at);
        String prefix = "k1";
        assertEquals(
                entries(model).stream().filter(e -> e.startsWith(prefix)).toList(),
                store.entries(prefix).map(StoreOnFilesTest::show).toList(),
                at);
    }

    private static List<String> entries(Model model) {
        return model.entries.entrySet().stream()
                .map((Map.Entry<Key, Known> e) -> show(e.getKey(), e.getValue()))
                .toList();
    }

    private static String show(Key key, Known known) {
        return key + "=" + known.value + " v" + known.version + " @" + known.sequence;
    }

    private static String show(Entry entry) {
        return entry.key() + "=" + entry.value() + " v" + entry.version() + " @" + entry.sequence();
    }

    private static Key key(Random random) {
        return Key.of("k" + random.nextInt(30) + "\ud83d\ude00".repeat(random.nextInt(2)));
    }

    private static Value value(Random random) {
        byte[] bytes = new byte[random.nextInt(50)];
        random.nextBytes(bytes);
        return Value.of(bytes);
    }

    private static Batch batch(Random random) {
        Batch batch = new Batch();
        for (int i = random.nextInt(12); i > 0; i--) {
            if (random.nextInt(3) == 0) {
                batch.remove(key(random));
            } else {
                batch.put(key(random), value(random));
            }
        }
        return batch;
    }
}
