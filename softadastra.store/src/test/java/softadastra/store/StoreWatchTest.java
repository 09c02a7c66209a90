package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StoreWatchTest {

    private static final long SEED = Long.getLong("softadastra.seed", 20261121L);

    @TempDir
    Path directory;

    private StoreEngine store;

    @BeforeEach
    void open() {
        store = StoreEngine.open(StoreConfig.durable(directory.resolve("a.wal"))
                        .withAutoFlush(false)
                        .withCheckpoints(CheckpointPolicy.manual()))
                .orElseThrow();
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** Keeps what it is told, as text. */
    private static class Told implements WatchListener {
        final LinkedBlockingQueue<String> changes = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<SoftadastraError> ends = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<Long> lags = new LinkedBlockingQueue<>();

        @Override
        public void changed(EntryChange change) {
            changes.add(show(change));
        }

        @Override
        public void lagged(long behind) {
            lags.add(behind);
        }

        @Override
        public void ended(SoftadastraError reason) {
            ends.add(reason);
        }

        List<String> take(int count) throws InterruptedException {
            List<String> taken = new ArrayList<>();
            while (taken.size() < count) {
                taken.add(changes.take());
            }
            return taken;
        }
    }

    private static String show(EntryChange change) {
        return change.sequence() + " " + change.type() + " " + change.key() + "="
                + change.value().map(Value::toString).orElse("") + " v" + change.version();
    }

    private void put(String key, String value) {
        store.put(Key.of(key), Value.fromString(value)).orElseThrow();
    }

    private void remove(String key) {
        assertTrue(store.remove(Key.of(key)).orElseThrow().deleted());
    }

    private List<String> logged(long from) {
        List<String> logged = new ArrayList<>();
        store.operations(
                        from,
                        (sequence, record) -> logged.add(sequence + " "
                                + record.operation().type() + " "
                                + record.operation().key() + "="
                                + record.operation()
                                        .value()
                                        .map(Value::toString)
                                        .orElse("") + " v" + record.version()))
                .orElseThrow();
        return logged;
    }

    @Test
    void everyChangeFromNowOnIsTold() throws InterruptedException {
        put("user:1", "before");
        Told told = new Told();
        try (Watch watch = store.watch("user:", told).orElseThrow()) {
            put("user:1", "a");
            put("other", "x");
            remove("user:1");
            store.write(new Batch()
                            .put(Key.of("user:1"), Value.fromString("b"))
                            .put(Key.of("user:2"), Value.fromString("c")))
                    .orElseThrow();
            assertEquals(
                    List.of("2 UPDATE user:1=a v2", "4 DELETE user:1= v2", "5 PUT user:1=b v1", "6 PUT user:2=c v1"),
                    told.take(4));
            while (watch.toldThrough() < 6) {
                Thread.onSpinWait();
            }
        }
        put("user:1", "behind");
        assertTrue(told.changes.isEmpty());
        assertTrue(told.ends.isEmpty());
    }

    @Test
    void aWatchFromASequenceIsToldWhatTheLogHasFirst() throws InterruptedException {
        for (int i = 1; i <= 10; i++) {
            put("k" + i, "v");
        }
        Told told = new Told();
        try (Watch watch = store.watch(KeyRange.all(), 4, told).orElseThrow()) {
            put("k11", "v");
            assertEquals(logged(4), told.take(8));
            assertEquals(List.of(), List.copyOf(told.lags));
            assertTrue(watch.toldThrough() >= 10);
        }
    }

    @Test
    void changesOfManyThreadsAreToldInTheOrderOfTheLog() throws InterruptedException {
        int threads = 4;
        int each = 2_000;
        Told told = new Told();
        try (Watch watch = store.watch("", told).orElseThrow()) {
            List<Thread> writers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Random random = new Random(SEED + t);
                writers.add(new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        put("k" + random.nextInt(100), "v" + i);
                    }
                }));
            }
            writers.forEach(Thread::start);
            for (Thread writer : writers) {
                writer.join();
            }
            store.checkpoint().orElseThrow();
            List<String> changes = told.take(threads * each);
            for (int i = 0; i < changes.size(); i++) {
                assertTrue(changes.get(i).startsWith((i + 1) + " "), "a gap before " + changes.get(i));
            }
            assertTrue(watch.toldThrough() > 0);
        }
    }

    @Test
    void aSlowListenerIsToldThatItLaggedAndMissesNothing() throws InterruptedException {
        lag(Watcher.MAX_BEHIND + 1_000, "v");
    }

    @Test
    void largeValuesAreNotKeptForASlowListener() throws InterruptedException {
        String value = "v".repeat(1 << 20);
        lag((int) (Watcher.MAX_BYTES_BEHIND / value.length()) + 2, value);
    }

    @Test
    void aListenerThatHasHeardEverythingIsNotSlowHoweverLargeWhatComesIs() throws InterruptedException {
        Told told = new Told();
        String large = "v".repeat((int) Watcher.MAX_BYTES_BEHIND + 1);
        try (Watch watch = store.watch("", told).orElseThrow()) {
            put("k", "first");
            assertEquals(1, told.take(1).size());
            while (watch.toldThrough() < 1) {
                Thread.onSpinWait();
            }
            put("k", large);
            assertTrue(told.take(1).get(0).startsWith("2 UPDATE"));
            assertEquals(List.of(), List.copyOf(told.lags));
        }
    }

    /** Whoever closes the store may look at its watches just before there is another one. */
    @Test
    void aWatchThatBeginsWhenTheStoreIsClosedIsEnded() throws InterruptedException {
        Versions versions = new Versions(new Origin(NodeId.of("a").value(), 1));
        versions.watchers().end(StoreEngine.closedError());
        Told told = new Told();
        try (Wal wal = Wal.open(WalConfig.memory()).orElseThrow();
                Watch watch = versions.watchers().watch(versions, wal.log(), KeyRange.all(), told)) {
            assertEquals(ErrorCode.INVALID_STATE, told.ends.take().code());
            assertEquals(0, watch.toldThrough());
        }
    }

    private void lag(int many, String value) throws InterruptedException {
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        Told told = new Told() {
            @Override
            public void changed(EntryChange change) {
                called.countDown();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                super.changed(change);
            }
        };
        try (Watch watch = store.watch("", told).orElseThrow()) {
            put("k", "first");
            called.await();
            for (int i = 0; i < many; i++) {
                put("k" + i % 10, value + i);
            }
            released.countDown();
            assertEquals(logged(1), told.take(many + 1));
            assertEquals(1, told.lags.size());
            put("k", "last");
            assertTrue(told.take(1).get(0).contains("k=last"));
            assertTrue(watch.toldThrough() > many);
        }
    }

    @Test
    void historyThatIsGoneIsSaidSo() throws InterruptedException {
        for (int i = 0; i < 20_000; i++) {
            put("k" + i % 10, "v" + i);
        }
        store.checkpoint().orElseThrow();
        put("k", "behind");
        assertEquals(
                ErrorCode.HISTORY_GONE,
                store.watch(KeyRange.all(), 1, new Told()).error().code());
        Told told = new Told();
        try (Watch watch = store.watch(KeyRange.all(), 20_001, told).orElseThrow()) {
            assertEquals(List.of("20001 PUT k=behind v1"), told.take(1));
            assertTrue(watch.toldThrough() <= 20_001);
        }
    }

    /** A checkpoint may be written before the watch's thread has run. */
    @Test
    void historyIsHeldOnceTheCallHasReturned() throws InterruptedException {
        try (Wal wal = ScriptedLog.open();
                StoreEngine watched =
                        StoreEngine.open(StoreConfig.of(wal.config()), wal).orElseThrow()) {
            watched.put(Key.of("k"), Value.fromString("1")).orElseThrow();
            Told told = new Told();
            try (Watch watch = watched.watch(KeyRange.all(), 1, told).orElseThrow()) {
                assertSame(Thread.currentThread(), ScriptedLog.of(wal).pinned.get(1L), watch::toString);
                assertEquals(List.of("1 PUT k=1 v1"), told.take(1));
            }
        }
    }

    @Test
    void whatEndsAWatchIsTold() throws InterruptedException {
        Told failing = new Told() {
            @Override
            public void changed(EntryChange change) {
                throw new IllegalStateException("planted");
            }
        };
        Told told = new Told();
        try (Watch failed = store.watch("", failing).orElseThrow();
                Watch watch = store.watch("", told).orElseThrow()) {
            put("k", "v");
            assertTrue(failing.ends.take().message().contains("planted"));
            assertEquals(1, told.take(1).size());
            store.close();
            assertEquals(ErrorCode.INVALID_STATE, told.ends.take().code());
            assertTrue(failed.toldThrough() <= watch.toldThrough());
        }
        assertEquals(ErrorCode.INVALID_STATE, store.watch("", told).error().code());
    }
}
