package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.core.NodeId;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.Standing;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Two nodes that write to the same keys without having heard of each other: what each policy makes of it, as applications see it. */
class ConflictPolicyTest {

    private static final SyncConfig CONFIG = SyncConfig.local()
            .withPolicy("doc/", ConflictPolicy.MANUAL)
            .withPolicy("doc/mine/", ConflictPolicy.KEEP_LOCAL)
            .withPolicy("doc/theirs/", ConflictPolicy.KEEP_REMOTE)
            .withPolicy("tags/", ConflictPolicy.merging((key, values) -> {
                List<String> all = values.stream().map(Value::asString).sorted().toList();
                return Optional.of(Value.fromString(String.join("+", all)));
            }))
            .withPolicy("broken/", ConflictPolicy.merging((key, values) -> {
                throw new IllegalStateException("a function of an application that fails");
            }));

    private final InMemoryNetwork network = new InMemoryNetwork(11);
    private final StoreEngine a = store("node-a");
    private final StoreEngine b = store("node-b");
    private final SyncEngine syncA = sync(a);
    private final SyncEngine syncB = sync(b);

    private static StoreEngine store(String id) {
        return StoreEngine.open(StoreConfig.memoryOnly().withNodeId(id)).orElseThrow();
    }

    private SyncEngine sync(StoreEngine store) {
        NodeId node = store.identity().node();
        return SyncEngine.open(store, CONFIG, network.connect(node)).orElseThrow();
    }

    @BeforeEach
    void write() {
        for (String key : List.of("doc/1", "doc/mine/1", "doc/theirs/1", "tags/1", "broken/1", "other")) {
            a.put(Key.of(key), Value.fromString("a")).orElseThrow();
            b.put(Key.of(key), Value.fromString("b")).orElseThrow();
        }
        tick();
    }

    @AfterEach
    void close() {
        syncA.close();
        syncB.close();
        a.close();
        b.close();
    }

    private void tick() {
        for (int i = 0; i < 50; i++) {
            var unusedA = syncA.tick().orElseThrow();
            var unusedB = syncB.tick().orElseThrow();
        }
    }

    private static Map<String, String> contents(StoreEngine store) {
        Map<String, String> contents = new TreeMap<>();
        store.entries()
                .forEach(entry ->
                        contents.put(entry.key().asString(), entry.value().asString()));
        return contents;
    }

    @Test
    void theLongestPrefixDecides() {
        Map<String, String> here = contents(a);
        Map<String, String> there = contents(b);
        assertEquals("a", here.remove("doc/mine/1"));
        assertEquals("b", there.remove("doc/mine/1"));
        assertEquals("b", here.remove("doc/theirs/1"));
        assertEquals("a", there.remove("doc/theirs/1"));
        assertEquals(here, there);
        assertEquals("a+b", here.get("tags/1"));
        assertEquals(
                "LAST_WRITE_WINS",
                CONFIG.policies()
                        .getOrDefault("other", ConflictPolicy.LAST_WRITE_WINS)
                        .toString());
        // What was lost anywhere is told there; what stands beside something is not lost.
        List<String> told = syncA.conflicts().orElseThrow().stream()
                .map(conflict -> conflict.key().asString())
                .sorted()
                .toList();
        assertEquals(List.of("doc/mine/1", "doc/theirs/1", "other"), told);
    }

    @Test
    void whatTheApplicationResolvesIsResolvedEverywhere() {
        Key key = Key.of("doc/1");
        assertEquals(
                List.of("broken/1", "doc/1", "tags/1"),
                syncA.contested().orElseThrow().stream().map(Key::asString).toList());
        List<Standing> standing = syncA.standing(key).orElseThrow();
        assertEquals(2, standing.size());
        assertEquals(
                Optional.of(standing.get(0).value().orElseThrow()), a.get(key).map(Entry::value));
        assertEquals(
                standing.stream().map(Standing::id).toList(),
                syncB.standing(key).orElseThrow().stream().map(Standing::id).toList());
        Optional<Value> chosen = standing.get(1).value();
        assertFalse(syncA.resolve(key, chosen, standing.get(0).sequence() + 1).orElseThrow());
        assertTrue(syncA.resolve(key, chosen, standing.get(0).sequence()).orElseThrow());
        assertFalse(syncA.resolve(key, chosen, standing.get(0).sequence()).orElseThrow());
        // As does any write of somebody who has seen what there was.
        b.put(Key.of("tags/1"), Value.fromString("new")).orElseThrow();
        var removed = b.remove(Key.of("broken/1")).orElseThrow();
        assertTrue(removed.deleted());
        tick();
        for (SyncEngine each : List.of(syncA, syncB)) {
            assertEquals(List.of(), each.contested().orElseThrow());
            assertEquals(1, each.standing(key).orElseThrow().size());
        }
        assertEquals(chosen, b.get(key).map(Entry::value));
        assertEquals("new", a.get(Key.of("tags/1")).orElseThrow().value().asString());
        assertFalse(a.contains(Key.of("broken/1")));
    }

    @Test
    void aWriteThatHasSeenAValueWinsWhateverThePolicy() {
        for (String key : List.of("doc/1", "doc/mine/1", "doc/theirs/1", "tags/1", "other")) {
            b.put(Key.of(key), Value.fromString("seen " + key)).orElseThrow();
        }
        tick();
        for (String key : List.of("doc/1", "doc/mine/1", "doc/theirs/1", "tags/1", "other")) {
            assertEquals("seen " + key, a.get(Key.of(key)).orElseThrow().value().asString(), key);
        }
        assertEquals(contents(b), contents(a));
    }
}
