package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.store.OtherNodes.PHONE;
import static softadastra.store.OtherNodes.apply;
import static softadastra.store.OtherNodes.standing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalProgress;

/** The first contact with another node reads the whole log for removals, and nobody who writes waits for that. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FirstContactTest {

    private static final int NOTE = 64;

    /** The common pool may have a single thread, and a first contact that is held up keeps it. */
    private static final Executor OWN_THREAD = task -> new Thread(task).start();

    @TempDir
    Path directory;

    private static void put(StoreEngine store, String key) {
        store.put(Key.of(key), Value.fromString("1")).orElseThrow();
    }

    private static void remove(StoreEngine store, String key) {
        assertTrue(store.remove(Key.of(key)).orElseThrow().deleted());
    }

    /** A removal that nobody sees any more is let go by whoever writes next. */
    private static void letGo(StoreEngine store, String key) {
        put(store, key);
        remove(store, key);
        put(store, "stays");
    }

    /** A store whose log holds up who reads it, from the first record on, until it is let go. */
    private static final class HeldUp implements AutoCloseable {
        final List<ScriptedLog> logs = new ArrayList<>();
        final StoreEngine store;
        final CountDownLatch reading = new CountDownLatch(1);
        final CountDownLatch goesOn = new CountDownLatch(1);

        HeldUp() {
            store = StoreEngine.open(StoreConfig.of(ScriptedLog.config(logs::add)))
                    .orElseThrow();
        }

        /** The first contact, on a thread of its own; answers once it reads the log. */
        CompletableFuture<Long> contact() throws InterruptedException {
            logs.get(0).whileRead(() -> {
                reading.countDown();
                awaitUnchecked(goesOn);
            });
            CompletableFuture<Long> noted = CompletableFuture.supplyAsync(
                    () -> store.replication().note(NOTE, new byte[1]).orElseThrow(), OWN_THREAD);
            reading.await();
            return noted;
        }

        @Override
        public void close() {
            goesOn.countDown();
            store.close();
        }
    }

    private static void awaitUnchecked(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aWriteGoesThroughWhileTheLogIsReadAndWhatItDoesCounts() throws Exception {
        try (HeldUp held = new HeldUp()) {
            StoreEngine store = held.store;
            for (String key : List.of("gone", "again", "twice", "stays", "kept")) {
                put(store, key);
            }
            for (String key : List.of("gone", "again", "twice")) {
                remove(store, key);
            }
            put(store, "twice");
            remove(store, "twice");
            // Removals that nobody sees any more are let go by whoever writes next.
            put(store, "stays");
            CompletableFuture<Long> noted = held.contact();
            CompletableFuture<Void> writes = CompletableFuture.runAsync(
                    () -> {
                        put(store, "again");
                        put(store, "new");
                        remove(store, "new");
                        remove(store, "kept");
                        put(store, "stays");
                    },
                    OWN_THREAD);
            writes.get();
            assertFalse(noted.isDone());
            held.goesOn.countDown();
            long sequence = noted.get();
            assertEquals(store.stats().lastSequence(), sequence, "behind all of these");
            put(store, "stays");
            assertEquals(
                    List.of("again", "stays"),
                    store.entries().map(entry -> entry.key().asString()).toList());
            assertEquals(6, standing(store).size(), () -> standing(store).toString());
            assertEquals(4, store.replication().remembered().orElseThrow());
            // What was written without knowing of a removal loses against it.
            int counter = 0;
            for (String key : List.of("gone", "twice", "kept", "new")) {
                counter++;
                apply(store, OtherNodes.put(PHONE, counter, Map.of(), key));
                assertFalse(store.contains(Key.of(key)), key);
            }
        }
    }

    @Test
    void nothingIsDecidedBeforeAllRemovalsAreThere() throws Exception {
        try (HeldUp held = new HeldUp()) {
            StoreEngine store = held.store;
            letGo(store, "gone");
            CompletableFuture<Long> noted = held.contact();
            CompletableFuture<Replicated> applied = CompletableFuture.supplyAsync(
                    () -> apply(store, OtherNodes.put(PHONE, 1, Map.of(), "gone")), OWN_THREAD);
            assertFalse(noted.isDone());
            held.goesOn.countDown();
            assertEquals(1, applied.get().lost());
            long sequence = noted.get();
            assertTrue(sequence > 3);
            assertFalse(store.contains(Key.of("gone")));
        }
    }

    @Test
    void aReadThatFailsIsDoneAnew() throws Exception {
        try (HeldUp held = new HeldUp()) {
            StoreEngine store = held.store;
            letGo(store, "gone");
            AtomicInteger records = new AtomicInteger();
            held.logs.get(0).whileRead(() -> {
                if (records.incrementAndGet() == 2) {
                    throw new SoftadastraException(ErrorCode.IO_ERROR, "as the test wants it");
                }
            });
            assertEquals(
                    ErrorCode.IO_ERROR,
                    store.replication().note(NOTE, new byte[1]).error().code());
            letGo(store, "between");
            assertEquals(
                    0, store.replication().collect((removal, stamp) -> true, 10).orElseThrow());
            long unused = store.replication().note(NOTE, new byte[1]).orElseThrow();
            assertEquals(2, store.replication().remembered().orElseThrow());
        }
    }

    @Test
    void aStoreThatIsClosedMeanwhileRefuses() throws Exception {
        HeldUp held = new HeldUp();
        put(held.store, "gone");
        remove(held.store, "gone");
        CompletableFuture<Long> noted = held.contact();
        held.store.close();
        held.goesOn.countDown();
        ExecutionException failed = assertThrows(ExecutionException.class, noted::get);
        assertEquals(
                ErrorCode.INVALID_STATE,
                assertInstanceOf(SoftadastraException.class, failed.getCause()).code());
    }

    /** It would have the next opening forget what this one has told others. */
    @Test
    void aCheckpointThatHasBegunEndsBeforeRemovalsAreRemembered() {
        List<Thread> contacts = new ArrayList<>();
        StoreEngine[] stores = new StoreEngine[1];
        WalProgress contact = (task, done, total) -> {
            if (task.equals("checkpoint") && contacts.isEmpty()) {
                Thread thread = new Thread(() -> {
                    long unused =
                            stores[0].replication().note(NOTE, new byte[1]).orElseThrow();
                });
                contacts.add(thread);
                thread.start();
                // It has done it, or waits.
                while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
            }
        };
        StoreConfig config = StoreConfig.durable(directory.resolve("a.wal"))
                .withNodeId("a")
                .withCheckpoints(CheckpointPolicy.manual());
        List<String> before;
        try (StoreEngine store = StoreEngine.open(config.withProgress(contact)).orElseThrow()) {
            stores[0] = store;
            letGo(store, "gone");
            var unused = store.checkpoint().orElseThrow();
            join(contacts.get(0));
            before = standing(store);
        }
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            store.awaitLoaded().orElseThrow();
            assertEquals(before, standing(store));
            assertEquals(before.size() - 1, store.replication().remembered().orElseThrow());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
