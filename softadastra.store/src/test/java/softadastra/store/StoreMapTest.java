package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;

/** What {@link StoreEngine#asMap()} promises beyond the contracts of maps. */
class StoreMapTest {

    private final Wal wal = ScriptedLog.open();
    private final ScriptedLog log = ScriptedLog.of(wal);
    private final StoreEngine store =
            StoreEngine.open(StoreConfig.memoryOnly(), wal).value();
    private final ConcurrentMap<Key, Value> map = store.asMap();

    @AfterEach
    void close() {
        store.close();
        wal.close();
    }

    private static Key key(String text) {
        return Key.of(text);
    }

    private static Value value(String text) {
        return Value.fromString(text);
    }

    private static Value plusOne(Value number) {
        return value(Integer.toString(Integer.parseInt(number.asString()) + 1));
    }

    @Test
    void mapAndStoreAreTheSame() {
        assertNull(map.put(key("b"), value("1")));
        assertEquals(1, store.get(key("b")).orElseThrow().version());
        store.put(key("a"), value("2")).orElseThrow();
        assertEquals(List.of(key("a"), key("b")), List.copyOf(map.keySet()));
        assertEquals(value("1"), map.remove(key("b")));
        assertFalse(store.contains(key("b")));
        for (Map.Entry<Key, Value> entry : map.entrySet()) {
            assertEquals(value("2"), entry.setValue(value("3")));
        }
        assertEquals("3", store.get(key("a")).orElseThrow().value().asString());
    }

    @Test
    void whatAStoreDoesNotTakeIsRefusedWhereItIsPutAndAbsentElsewhere() {
        for (Key invalid : List.of(key(""), key("\ud800"), key("k".repeat(Key.MAX_BYTES + 1)))) {
            assertThrows(IllegalArgumentException.class, () -> map.put(invalid, value("1")));
            assertThrows(IllegalArgumentException.class, () -> map.putAll(Map.of(invalid, value("1"))));
            assertThrows(IllegalArgumentException.class, () -> map.computeIfAbsent(invalid, k -> value("1")));
            assertNull(map.get(invalid));
            assertFalse(map.containsKey(invalid));
            assertNull(map.remove(invalid));
            assertNull(map.replace(invalid, value("1")));
            assertFalse(map.keySet().remove(invalid));
        }
        assertThrows(IllegalArgumentException.class, () -> map.put(key("k"), value("\ud800")));
        assertEquals(0, store.stats().lastSequence());
    }

    @Test
    void aWriteThatFailsThrowsItsError() {
        map.put(key("k"), value("1"));
        log.failSubmit(SoftadastraError.of(ErrorCode.NO_SPACE, "failed to append WAL record: no space left on device")
                .toException());
        List<Runnable> writes = List.of(
                () -> map.put(key("k"), value("2")),
                () -> map.putAll(Map.of(key("l"), value("2"))),
                () -> map.merge(key("k"), value("2"), (old, more) -> more),
                () -> map.remove(key("k")),
                map::clear,
                () -> map.keySet().removeIf(key -> true),
                () -> map.values().removeIf(value -> true));
        for (Runnable write : writes) {
            SoftadastraException failure = assertThrows(SoftadastraException.class, write::run);
            assertEquals(ErrorCode.NO_SPACE, failure.code());
        }
        log.failSubmit(null);
        assertEquals(Map.of(key("k"), value("1")), map);
    }

    @Test
    void aClosedStoreRefusesAll() {
        store.close();
        List<Supplier<Object>> calls = List.of(
                () -> map.containsKey(key("k")),
                map::size,
                () -> map.keySet().iterator(),
                () -> map.replace(key("k"), value("1"), value("2")),
                () -> map.entrySet().removeIf(entry -> true));
        for (Supplier<Object> call : calls) {
            assertEquals(
                    ErrorCode.INVALID_STATE,
                    assertThrows(SoftadastraException.class, call::get).code());
        }
    }

    @Test
    void aFunctionThatAnswersWhatItWasGivenHasNothingWritten() {
        map.put(key("k"), value("1"));
        long before = store.stats().lastSequence();
        assertEquals(value("1"), map.compute(key("k"), (key, old) -> old));
        assertEquals(value("1"), map.merge(key("k"), value("2"), (old, more) -> old));
        assertNull(map.computeIfPresent(key("none"), (key, old) -> value("2")));
        assertNull(map.computeIfAbsent(key("none"), key -> null));
        assertEquals(before, store.stats().lastSequence());
    }

    /** What a function sees and what it is written over are the same entry, also where others write in between. */
    @Test
    void aFunctionIsAskedAgainIfTheEntryHasChangedMeanwhile() {
        map.put(key("k"), value("1"));
        List<Value> seen = new ArrayList<>();
        Value after = map.compute(key("k"), (key, old) -> {
            seen.add(old);
            if (seen.size() == 1) {
                store.put(key, value("5")).orElseThrow();
            }
            return plusOne(old);
        });
        assertEquals(value("6"), after);
        assertEquals(List.of(value("1"), value("5")), seen);
        assertEquals(value("6"), map.get(key("k")));
    }

    @Test
    void removeIfLeavesWhatHasChangedSinceItWasTested() {
        map.put(key("a"), value("1"));
        map.put(key("b"), value("1"));
        assertTrue(map.values().removeIf(value -> {
            store.put(key("a"), value("2")).orElseThrow();
            return value.equals(value("1"));
        }));
        assertEquals(Map.of(key("a"), value("2")), map);
    }

    @Test
    void iteratorsGoOnWhileTheMapIsChanged() {
        for (int i = 10; i < 20; i++) {
            map.put(key("k" + i), value("1"));
        }
        Iterator<Key> keys = map.keySet().iterator();
        assertEquals(key("k10"), keys.next());
        map.remove(key("k15"));
        map.put(key("k195"), value("1"));
        keys.remove();
        List<Key> rest = new ArrayList<>();
        keys.forEachRemaining(rest::add);
        assertFalse(rest.contains(key("k15")));
        assertTrue(rest.contains(key("k19")));
        assertFalse(map.containsKey(key("k10")));
        assertThrows(IllegalStateException.class, () -> {
            keys.remove();
            keys.remove();
        });
    }

    @Test
    void manyEntriesArePutAndClearedInBatches() {
        Map<Key, Value> many = new TreeMap<>();
        for (int i = 0; i < 3_000; i++) {
            many.put(key("k" + i), Value.of(new byte[1_000]));
        }
        map.putAll(many);
        assertEquals(many, map);
        assertEquals(List.copyOf(many.keySet()), List.copyOf(map.keySet()));
        assertTrue(log.submitted.size() < 10, () -> log.submitted.size() + " frames");
        assertTrue(map.toString().endsWith(", ... (3000 entries)}"));
        map.clear();
        assertTrue(map.isEmpty());
        assertTrue(log.submitted.size() < 10, () -> log.submitted.size() + " frames");
    }

    @Test
    void countersOfManyThreadsLoseNothing() throws Exception {
        int threads = 4;
        int each = 2_000;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int turn = t;
                running.add(pool.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        Key counter = key("counter" + i % 3);
                        if (turn % 2 == 0) {
                            map.merge(counter, value("1"), (old, one) -> plusOne(old));
                        } else {
                            map.compute(counter, (key, old) -> old == null ? value("1") : plusOne(old));
                        }
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
        int sum = map.values().stream()
                .mapToInt(count -> Integer.parseInt(count.asString()))
                .sum();
        assertEquals(threads * each, sum);
    }
}
