package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Steps are done when there is something to do, all of them and no others. */
@Timeout(60)
class DrivingTest {

    private static final long AN_HOUR = 3_600_000_000_000L;

    private static StoreEngine store(String id) {
        return StoreEngine.open(StoreConfig.memoryOnly().withNodeId(id)).orElseThrow();
    }

    private static void put(StoreEngine store, String key) {
        store.put(Key.of(key), Value.fromString("v")).orElseThrow();
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertFalse(Thread.interrupted(), "it has taken too long");
            Thread.onSpinWait();
        }
    }

    /** Sleeps until there is something to do, and for no other reason. */
    private static boolean sleeps(Thread thread) {
        return thread.getState() == Thread.State.TIMED_WAITING;
    }

    /** A way to others that counts the steps, and knows the thread that does them. */
    private static final class CountedTransport extends NoTransport {
        private final SyncTransport transport;
        private final AtomicInteger steps = new AtomicInteger();
        private final AtomicReference<Thread> driver = new AtomicReference<>();

        CountedTransport(SyncTransport transport) {
            this.transport = transport;
        }

        @Override
        public Set<NodeId> neighbours() {
            steps.incrementAndGet();
            driver.set(Thread.currentThread());
            return transport.neighbours();
        }

        @Override
        public void send(NodeId to, byte[] message) {
            transport.send(to, message);
        }

        @Override
        public Optional<byte[]> receive() {
            return transport.receive();
        }

        @Override
        public void onArrival(Runnable signal) {
            transport.onArrival(signal);
        }

        @Override
        public void close() {
            transport.close();
        }

        /** Waits until more steps were done than so many, and there is nothing left to do. */
        int after(int before) {
            DrivingTest.await(() -> steps.get() > before && sleeps(driver.get()));
            return steps.get();
        }
    }

    @Test
    void aBatchThatComesInTakesOneStepAndSoDoesAWrite() {
        InMemoryNetwork network = new InMemoryNetwork(7);
        CountedTransport counted =
                new CountedTransport(network.connect(NodeId.of("node-b").orElseThrow()));
        try (StoreEngine storeA = store("node-a");
                StoreEngine storeB = store("node-b");
                SyncEngine a = SyncEngine.open(
                                storeA,
                                SyncConfig.local(),
                                network.connect(NodeId.of("node-a").orElseThrow()))
                        .orElseThrow();
                SyncEngine b =
                        SyncEngine.open(storeB, SyncConfig.local(), counted).orElseThrow()) {
            for (int i = 0; i < 50; i++) {
                var unused = a.tick().flatMap(ok -> b.tick()).orElseThrow();
            }
            int begun = counted.steps.get();
            b.start().orElseThrow();
            int before = counted.after(begun);
            put(storeA, "k");
            var unused = a.tick().orElseThrow();
            assertEquals(before + 1, counted.after(before), "what it writes itself is nothing to do");
            assertTrue(storeB.get(Key.of("k")).isPresent());
            put(storeB, "l");
            assertEquals(before + 2, counted.after(before + 1));
        }
    }

    /** What a step writes hides nothing that others write at the same time. */
    @Test
    void whatOthersWriteIsNeverSleptOver() throws Exception {
        AtomicLong written = new AtomicLong();
        AtomicLong seen = new AtomicLong();
        AtomicReference<SyncDriver> self = new AtomicReference<>();
        SyncDriver driver = new SyncDriver(
                () -> {
                    seen.set(written.get());
                    self.get().written();
                    return AN_HOUR;
                },
                () -> seen.get() < written.get());
        self.set(driver);
        driver.start();
        Thread[] writers = new Thread[2];
        for (int i = 0; i < writers.length; i++) {
            writers[i] = new Thread(() -> {
                for (int round = 0; round < 20_000; round++) {
                    long mine = written.incrementAndGet();
                    driver.written();
                    await(() -> seen.get() >= mine);
                }
            });
            writers[i].start();
        }
        for (Thread writer : writers) {
            writer.join();
        }
        driver.stop();
        assertEquals(40_000, seen.get());
    }

    /** As a listener leaves it that has an interrupt to hand on. */
    @Test
    void aThreadThatWasInterruptedSleepsAllTheSame() {
        AtomicInteger steps = new AtomicInteger();
        AtomicReference<Thread> thread = new AtomicReference<>();
        SyncDriver driver = new SyncDriver(
                () -> {
                    thread.set(Thread.currentThread());
                    if (steps.incrementAndGet() == 1) {
                        Thread.currentThread().interrupt();
                    }
                    return AN_HOUR;
                },
                () -> false);
        driver.start();
        // One more at most: an interrupt also ends the next sleep, as a signal does.
        await(() -> steps.get() > 2 || (thread.get() != null && sleeps(thread.get())));
        driver.stop();
        assertTrue(steps.get() <= 2, () -> "steps: " + steps.get());
    }

    @Test
    void whatArrivesIsNoWriteAndTakesAStep() {
        AtomicInteger steps = new AtomicInteger();
        AtomicReference<Thread> thread = new AtomicReference<>();
        AtomicReference<SyncDriver> self = new AtomicReference<>();
        SyncDriver driver = new SyncDriver(
                () -> {
                    thread.set(Thread.currentThread());
                    self.get().written();
                    if (steps.incrementAndGet() == 2) {
                        self.get().signal();
                    }
                    return AN_HOUR;
                },
                () -> false);
        self.set(driver);
        driver.start();
        await(() -> steps.get() == 1 && sleeps(thread.get()));
        driver.signal();
        await(() -> steps.get() == 3 && sleeps(thread.get()));
        driver.stop();
        assertFalse(driver.isRunning());
        assertEquals(3, steps.get());
    }

    /** Has a driver do steps, of which the first ends badly; whether it does others once it is signalled. */
    private static boolean goesOnAfter(
            StoreEngine store, Supplier<Result<TickResult>> first, BooleanSupplier behind, Runnable told) {
        Turns turns = new Turns();
        AtomicInteger steps = new AtomicInteger();
        AtomicReference<Thread> thread = new AtomicReference<>();
        Driving driving = new Driving(
                turns,
                () -> {
                    thread.set(Thread.currentThread());
                    if (steps.incrementAndGet() > 1) {
                        return Result.ok(new TickResult(0, 0, 0));
                    }
                    // While the step is under way, so that what it is behind is asked for.
                    put(store, "k");
                    return first.get();
                },
                () -> Result.ok(AN_HOUR),
                behind,
                () -> false,
                thrown -> told.run());
        int begun = turns.always(() -> {
            driving.start(store.replication());
            return 0;
        });
        await(() ->
                steps.get() > begun && (sleeps(thread.get()) || !thread.get().isAlive()));
        driving.signal();
        await(() -> steps.get() > 1 || !thread.get().isAlive());
        driving.stop();
        return steps.get() > 1;
    }

    @Test
    void anErrorOfAnyKindEndsNoDriver() {
        Runnable untold = () -> {
            throw new OutOfMemoryError("planted, by whoever is told");
        };
        try (StoreEngine store = store("node-a")) {
            boolean afterErrors = goesOnAfter(
                    store,
                    () -> {
                        throw new OutOfMemoryError("planted");
                    },
                    () -> false,
                    untold);
            assertTrue(afterErrors);
            AtomicInteger asked = new AtomicInteger();
            boolean afterAsking = goesOnAfter(
                    store,
                    () -> Result.ok(new TickResult(0, 0, 0)),
                    () -> {
                        if (asked.incrementAndGet() == 1) {
                            throw new StackOverflowError("planted");
                        }
                        return false;
                    },
                    () -> {});
            assertTrue(afterAsking);
        }
    }

    /** What is called so by a transport is not the end of the engine. */
    @Test
    void aStepThatIsRefusedIsTriedAgain() {
        try (StoreEngine store = store("node-a")) {
            Supplier<Result<TickResult>> refused =
                    () -> Result.err(ErrorCode.INVALID_STATE, "planted: the way is not open yet");
            assertTrue(goesOnAfter(store, refused, () -> false, () -> {}));
        }
    }

    /** Begins once more what has ended by itself, ends it, and answers what must not be kept by the store then. */
    private static WeakReference<Driving> restarted(StoreEngine store) {
        Turns turns = new Turns();
        AtomicInteger steps = new AtomicInteger();
        AtomicReference<Thread> thread = new AtomicReference<>();
        Driving driving = new Driving(
                turns,
                () -> {
                    thread.set(Thread.currentThread());
                    return steps.incrementAndGet() == 1
                            ? Result.err(ErrorCode.INVALID_STATE, "it ends")
                            : Result.ok(new TickResult(0, 0, 0));
                },
                () -> Result.ok(AN_HOUR),
                () -> false,
                () -> steps.get() == 1,
                thrown -> {});
        int begun = turns.always(() -> {
            driving.start(store.replication());
            return 0;
        });
        await(() -> thread.get() != null && !thread.get().isAlive());
        int again = turns.always(() -> {
            driving.start(store.replication());
            return 0;
        });
        await(() -> steps.get() == 2);
        assertEquals(begun, again);
        driving.stop();
        return new WeakReference<>(driving);
    }

    @Test
    void whoBeginsAgainAfterAnEndIsToldOnceAndNotAfterTheNext() {
        try (StoreEngine store = store("node-a")) {
            WeakReference<Driving> ended = restarted(store);
            await(() -> {
                System.gc();
                return ended.get() == null;
            });
            put(store, "k");
        }
    }
}
