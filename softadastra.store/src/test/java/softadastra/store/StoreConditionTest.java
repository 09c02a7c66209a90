package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;

class StoreConditionTest {

    private static final Key KEY = Key.of("k");
    private static final Value ONE = Value.fromString("1");
    private static final Value TWO = Value.fromString("2");

    private final StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void putIfAbsentPutsOnce() {
        ConditionalResult<PutResult> first = store.putIfAbsent(KEY, ONE).orElseThrow();
        ConditionalResult<PutResult> second = store.putIfAbsent(KEY, TWO).orElseThrow();

        assertTrue(first.isWritten());
        assertEquals(new PutResult(true, false, 1, 1), first.written().orElseThrow());
        assertEquals(Optional.empty(), first.current());
        assertFalse(second.isWritten());
        assertEquals(store.get(KEY), second.current());
        assertEquals(1, store.stats().lastSequence());

        assertTrue(store.remove(KEY).orElseThrow().deleted());
        assertTrue(store.putIfAbsent(KEY, TWO).orElseThrow().isWritten());
    }

    @Test
    void putIfSequencePutsOverTheEntryThatTheCallerKnows() {
        long sequence = store.put(KEY, ONE).orElseThrow().sequence();
        assertTrue(store.putIfSequence(KEY, TWO, sequence).orElseThrow().isWritten());

        ConditionalResult<PutResult> late =
                store.putIfSequence(KEY, ONE, sequence).orElseThrow();
        assertFalse(late.isWritten());
        assertEquals(TWO, late.current().orElseThrow().value());
    }

    /** The same value again is another entry. */
    @Test
    void anEntryThatWasRemovedAndMadeAgainIsAnother() {
        long sequence = store.put(KEY, ONE).orElseThrow().sequence();
        assertTrue(store.remove(KEY).orElseThrow().deleted());
        assertEquals(
                Optional.empty(),
                store.putIfSequence(KEY, TWO, sequence).orElseThrow().current());
        assertEquals(1, store.put(KEY, ONE).orElseThrow().version());

        assertFalse(store.putIfSequence(KEY, TWO, sequence).orElseThrow().isWritten());
        assertFalse(store.removeIfSequence(KEY, sequence).orElseThrow().isWritten());
    }

    @Test
    void removeIfSequenceRemovesTheEntryThatTheCallerKnows() {
        long sequence = store.put(KEY, ONE).orElseThrow().sequence();
        assertFalse(store.removeIfSequence(KEY, sequence + 1).orElseThrow().isWritten());
        assertEquals(
                Optional.of(new RemoveResult(true, KEY, 1)),
                store.removeIfSequence(KEY, sequence).orElseThrow().written());
        assertFalse(store.contains(KEY));
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                store.putIfSequence(KEY, ONE, -1).error().code());
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                store.removeIfSequence(KEY, 0).error().code());
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                store.putIfAbsent(Key.of(""), ONE).error().code());
    }

    @Test
    void ofManyThatCountEachCountsOnce() throws Exception {
        int threads = 8;
        int each = 500;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> counting = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                counting.add(pool.submit(() -> {
                    for (int n = 0; n < each; n++) {
                        increment();
                    }
                }));
            }
            for (Future<?> count : counting) {
                count.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals("" + threads * each, store.get(KEY).orElseThrow().value().asString());
    }

    private void increment() {
        Optional<Entry> known = store.get(KEY);
        while (true) {
            long sequence = known.map(Entry::sequence).orElse(0L);
            int count = known.map(entry -> Integer.parseInt(entry.value().asString()))
                    .orElse(0);
            ConditionalResult<PutResult> put = store.putIfSequence(KEY, Value.fromString("" + (count + 1)), sequence)
                    .orElseThrow();
            if (put.isWritten()) {
                return;
            }
            known = put.current();
        }
    }
}
