package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads on one store. */
class StoreConcurrencyTest {

    private static final int THREADS = 8;
    private static final int WRITES = 200;
    private static final int KEYS = 5;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private <T> List<T> run(List<Callable<T>> tasks) throws Exception {
        List<T> answers = new ArrayList<>();
        for (Future<T> future : threads.invokeAll(tasks)) {
            answers.add(future.get());
        }
        return answers;
    }

    private StoreEngine open(boolean autoFlush) {
        return StoreEngine.open(StoreConfig.durable(directory.resolve("a.wal"))
                        .withNodeId("a")
                        .withAutoFlush(autoFlush))
                .value();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void versionsOfAKeyHaveNoGapsAndFollowTheLog(boolean autoFlush) throws Exception {
        List<List<PutResult>> byKey = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            byKey.add(Collections.synchronizedList(new ArrayList<>()));
        }
        List<Entry> before;
        try (StoreEngine store = open(autoFlush)) {
            List<Callable<Boolean>> writers = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int thread = t;
                writers.add(() -> {
                    for (int i = 0; i < WRITES; i++) {
                        int number = (i + thread) % KEYS;
                        Key key = Key.of("k" + number);
                        PutResult put = store.put(key, Value.fromString(thread + ":" + i))
                                .value();
                        byKey.get(number).add(put);
                        Entry read = store.get(key).orElseThrow();
                        assertTrue(read.sequence() >= put.sequence(), "a write that has answered is seen");
                    }
                    return true;
                });
            }
            run(writers);
            byKey.forEach(StoreConcurrencyTest::assertNoGaps);
            for (int i = 0; i < KEYS; i++) {
                assertEquals(
                        byKey.get(i).size(),
                        store.get(Key.of("k" + i)).orElseThrow().version());
            }
            before = store.entries().toList();
            List<Long> counters = new ArrayList<>();
            store.operations(
                            1,
                            (sequence, operation) -> counters.add(operation.id().counter()))
                    .orElseThrow();
            assertEquals(
                    LongStream.rangeClosed(1, (long) THREADS * WRITES).boxed().toList(), counters);
        }
        try (StoreEngine store = open(autoFlush)) {
            assertEquals(before, store.entries().toList());
        }
    }

    private static void assertNoGaps(List<PutResult> puts) {
        TreeMap<Long, Long> versionBySequence = new TreeMap<>();
        puts.forEach(put -> versionBySequence.put(put.sequence(), put.version()));
        assertEquals(LongStream.rangeClosed(1, puts.size()).boxed().toList(), List.copyOf(versionBySequence.values()));
        assertEquals(1, puts.stream().filter(PutResult::created).count());
    }

    @Test
    void readersSeeABatchWholeOrNotAtAll() throws Exception {
        Key first = Key.of("a");
        Key last = Key.of("z");
        AtomicBoolean done = new AtomicBoolean();
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).value()) {
            Callable<Boolean> writer = () -> {
                for (int i = 1; i <= 5_000; i++) {
                    Value value = Value.fromString(Integer.toString(i));
                    Batch batch = i % 3 == 0
                            ? new Batch().remove(first).remove(last)
                            : new Batch().put(first, value).put(last, value);
                    store.write(batch).orElseThrow();
                }
                done.set(true);
                return true;
            };
            Callable<Boolean> reader = () -> {
                while (!done.get()) {
                    // What was read first is never newer than what is read afterwards.
                    long one = sequence(store, first);
                    long other = sequence(store, last);
                    assertTrue(other == 0 || other > one, one + " then " + other);
                    long reverse = sequence(store, last);
                    long again = sequence(store, first);
                    assertTrue(again == 0 || again >= reverse - 1, reverse + " then " + again);
                }
                return true;
            };
            run(List.of(writer, reader, reader));
        }
    }

    private static long sequence(StoreEngine store, Key key) {
        return store.get(key).map(Entry::sequence).orElse(0L);
    }

    @Test
    void removalsAndPutsOfOneKeyAlternate() throws Exception {
        Key key = Key.of("k");
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).value()) {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int thread = t;
                tasks.add(() -> {
                    int balance = 0;
                    for (int i = 0; i < WRITES; i++) {
                        if ((i + thread) % 2 == 0) {
                            balance += store.put(key, Value.fromString("v"))
                                            .value()
                                            .created()
                                    ? 1
                                    : 0;
                        } else {
                            balance -= store.remove(key).value().deleted() ? 1 : 0;
                        }
                    }
                    return balance;
                });
            }
            int created = run(tasks).stream().mapToInt(Integer::intValue).sum();
            assertEquals(store.size(), created);
        }
    }

    @Test
    void closingWhileWritersWriteLosesNothingThatWasAnswered() throws Exception {
        Map<Key, Long> answered = new ConcurrentHashMap<>();
        StoreEngine store = open(true);
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int thread = t;
            tasks.add(() -> {
                for (int i = 0; ; i++) {
                    Key key = Key.of(thread + ":" + i);
                    var put = store.put(key, Value.fromString("v"));
                    if (put.isErr()) {
                        return put.error().code() == softadastra.core.ErrorCode.INVALID_STATE;
                    }
                    answered.put(key, put.value().sequence());
                }
            });
        }
        tasks.add(() -> {
            while (answered.size() < 50) {
                Thread.onSpinWait();
            }
            store.close();
            return true;
        });
        assertTrue(run(tasks).stream().allMatch(b -> b));
        try (StoreEngine again = open(true)) {
            answered.forEach((key, sequence) ->
                    assertEquals(sequence, again.get(key).orElseThrow().sequence()));
        }
    }
}
