package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;

class StoreSnapshotTest {

    private final StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow();

    @AfterEach
    void close() {
        store.close();
    }

    private void put(String key, String value) {
        store.put(Key.of(key), Value.fromString(value)).orElseThrow();
    }

    private static List<String> show(Snapshot snapshot) {
        return snapshot.entries()
                .map(entry -> entry.key() + "=" + entry.value())
                .toList();
    }

    @Test
    void aSnapshotStaysAsItIsWhileWritesGoOn() {
        put("a", "1");
        put("b", "1");
        try (Snapshot snapshot = store.snapshot()) {
            put("a", "2");
            store.remove(Key.of("b")).orElseThrow();
            put("c", "1");

            assertEquals(List.of("a=1", "b=1"), show(snapshot));
            assertEquals(2, snapshot.size());
            assertEquals(2, snapshot.lastSequence());
            assertEquals(2, snapshot.localOperations());
            assertEquals("1", snapshot.get(Key.of("a")).orElseThrow().value().asString());
            assertTrue(snapshot.contains(Key.of("b")));
            assertEquals(Optional.empty(), snapshot.get(Key.of("c")));
            assertEquals(
                    List.of("a"),
                    snapshot.entries(KeyRange.below(Key.of("b")))
                            .map(e -> e.key().asString())
                            .toList());
        }
        assertEquals(List.of("a=2", "c=1"), show(store.snapshot()));
    }

    @Test
    void aClosedSnapshotSaysSo() {
        put("a", "1");
        Snapshot snapshot = store.snapshot();
        snapshot.close();
        snapshot.close();

        SoftadastraException e = assertThrows(SoftadastraException.class, () -> snapshot.get(Key.of("a")));
        assertEquals(ErrorCode.INVALID_STATE, e.code());
        assertThrows(SoftadastraException.class, snapshot::size);
        assertThrows(SoftadastraException.class, () -> snapshot.entries().toList());
    }

    /** What it was still to see may be gone, and an end would say that there was nothing. */
    @Test
    void aStreamOfASnapshotThatIsClosedDoesNotJustEnd() {
        put("a", "1");
        Snapshot snapshot = store.snapshot();
        Iterator<Entry> entries = snapshot.entries().iterator();
        assertEquals("a", entries.next().key().asString());
        snapshot.close();
        assertThrows(SoftadastraException.class, entries::hasNext);
    }

    @Test
    void snapshotsSeeBatchesWhole() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> reader = pool.submit(() -> {
                int different = 0;
                String last = "";
                while (!over.get() || different < 2) {
                    try (Snapshot snapshot = store.snapshot()) {
                        List<String> values = snapshot.entries()
                                .map(entry -> entry.value().asString())
                                .distinct()
                                .toList();
                        assertTrue(values.size() <= 1, () -> "half a batch: " + values);
                        assertTrue(snapshot.size() == 0 || snapshot.size() == 20);
                        String value = values.isEmpty() ? "" : values.get(0);
                        different += value.equals(last) ? 0 : 1;
                        last = value;
                    }
                }
                return different;
            });
            for (int round = 0; round < 2_000 || !reader.isDone(); round++) {
                Batch batch = new Batch();
                for (int i = 0; i < 20; i++) {
                    batch.put(Key.of("k" + i), Value.fromString("round " + round));
                }
                store.write(batch).orElseThrow();
                over.set(round >= 2_000);
            }
            over.set(true);
            assertTrue(reader.get() >= 2);
        } finally {
            over.set(true);
            pool.shutdownNow();
        }
    }

    @Test
    void aSnapshotThatIsForgottenLetsGoWhatItHeld() throws Exception {
        put("a", "1");
        forget();
        while (store.openSnapshots() > 0) {
            System.gc();
        }
        assertFalse(store.openSnapshots() > 0);
    }

    private void forget() {
        assertEquals(1, store.snapshot().size());
        assertEquals(1, store.openSnapshots());
    }
}
