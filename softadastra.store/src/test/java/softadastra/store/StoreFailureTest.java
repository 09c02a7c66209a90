package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.wal.spi.Wal;

/** What readers see while a write waits, and what is left when the log fails. */
class StoreFailureTest {

    private static final SoftadastraError INDETERMINATE =
            SoftadastraError.of(ErrorCode.INDETERMINATE, "failed to flush WAL: no space left on device");
    private static final SoftadastraError NO_SPACE =
            SoftadastraError.of(ErrorCode.NO_SPACE, "failed to append WAL record: no space left on device");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Wal wal = ScriptedLog.open();
    private final ScriptedLog log = ScriptedLog.of(wal);
    private final StoreEngine store =
            StoreEngine.open(StoreConfig.memoryOnly(), wal).value();

    @AfterEach
    void stop() {
        threads.shutdownNow();
        wal.close();
        // A log that has failed says so on close, too.
        Result<Unit> closed = Result.attemptRun(store::close);
        assertTrue(closed.isOk() || closed.error().code() != ErrorCode.INVALID_STATE);
    }

    private static Key key(String text) {
        return Key.of(text);
    }

    private static Value value(String text) {
        return Value.fromString(text);
    }

    /** Starts a write on a thread of its own, and returns once it waits for the log. */
    private <T> CompletableFuture<Result<T>> start(int waiting, Supplier<Result<T>> write) {
        CompletableFuture<Result<T>> answer = CompletableFuture.supplyAsync(write, threads);
        log.awaitWaiting(waiting);
        return answer;
    }

    @Test
    void writeIsSeenOnlyOnceItIsDurable() {
        assertEquals(Optional.empty(), store.failure());
        store.put(key("k"), value("1")).orElseThrow();
        log.hold();
        CompletableFuture<Result<PutResult>> put = start(1, () -> store.put(key("k"), value("2")));
        assertEquals("1", store.get(key("k")).orElseThrow().value().asString());
        log.release(2);
        assertEquals(2, put.join().value().version());
        assertEquals("2", store.get(key("k")).orElseThrow().value().asString());
    }

    @Test
    void decisionsRestOnWhatIsNotDurableYet() {
        log.hold();
        CompletableFuture<Result<PutResult>> first = start(1, () -> store.put(key("k"), value("1")));
        CompletableFuture<Result<PutResult>> second = start(2, () -> store.put(key("k"), value("2")));
        CompletableFuture<Result<RemoveResult>> removed = start(3, () -> store.remove(key("k")));
        CompletableFuture<Result<RemoveResult>> missing = start(4, () -> store.remove(key("k")));
        CompletableFuture<Result<BatchResult>> batch =
                start(5, () -> store.write(new Batch().remove(key("k")).remove(key("other"))));
        CompletableFuture<Result<PutResult>> again = start(6, () -> store.put(key("k"), value("3")));
        assertFalse(missing.isDone());
        assertTrue(store.isEmpty());
        log.release(3);
        assertEquals(new PutResult(true, false, 1, 1), first.join().value());
        assertEquals(new PutResult(false, true, 2, 2), second.join().value());
        assertEquals(new RemoveResult(true, key("k"), 2), removed.join().value());
        assertEquals(new RemoveResult(false, key("k"), 0), missing.join().value());
        assertEquals(new BatchResult(0, 0, 0, 2, 0, 0), batch.join().value());
        assertTrue(store.isEmpty());
        assertFalse(again.isDone());
        log.release(4);
        assertEquals(new PutResult(true, false, 1, 4), again.join().value());
        assertEquals(1, store.size());
    }

    @Test
    void batchOnTopOfWaitingWritesCountsThem() {
        log.hold();
        CompletableFuture<Result<PutResult>> put = start(1, () -> store.put(key("k"), value("1")));
        CompletableFuture<Result<BatchResult>> batch =
                start(2, () -> store.write(new Batch().put(key("k"), value("2")).put(key("l"), value("1"))));
        log.release(3);
        assertEquals(1, put.join().value().version());
        assertEquals(new BatchResult(1, 1, 0, 0, 2, 3), batch.join().value());
        assertEquals(2, store.get(key("k")).orElseThrow().version());
    }

    @Test
    void failedLogMakesTheStoreReadOnly() {
        store.put(key("k"), value("1")).orElseThrow();
        log.hold();
        CompletableFuture<Result<PutResult>> durable = start(1, () -> store.put(key("d"), value("1")));
        CompletableFuture<Result<PutResult>> update = start(2, () -> store.put(key("k"), value("2")));
        CompletableFuture<Result<RemoveResult>> remove = start(3, () -> store.remove(key("k")));
        log.release(2);
        log.fail(INDETERMINATE, NO_SPACE);
        assertTrue(durable.join().isOk());
        for (Result<?> pending : List.of(update.join(), remove.join())) {
            assertEquals(ErrorCode.INDETERMINATE, pending.error().code());
            assertTrue(pending.error().message().startsWith("failed to flush WAL: no space left on device"));
        }
        assertEquals(
                List.of("d=1", "k=1"),
                store.entries().map(e -> e.key() + "=" + e.value()).toList());

        SoftadastraError told = store.failure().orElseThrow();
        assertEquals(ErrorCode.NO_SPACE, told.code());
        assertTrue(told.context().contains("the store is read-only since then"), told.context());
        int before = log.submitted.size();
        log.failSubmit(null);
        for (Result<?> later : List.of(
                store.put(key("x"), value("1")),
                store.remove(key("k")),
                store.remove(key("none")),
                store.write(new Batch().put(key("x"), value("1"))),
                store.flush())) {
            assertEquals(ErrorCode.NO_SPACE, later.error().code());
            assertTrue(later.error().message().startsWith("failed to append WAL record: no space left on device"));
            assertTrue(later.error().context().contains("read-only"));
        }
        assertEquals(before, log.submitted.size(), "a failed log is not written to again");
        assertEquals("1", store.get(key("k")).orElseThrow().value().asString());
    }

    @Test
    void pendingWriteIsIndeterminateWhateverTheLogCallsIt() {
        log.hold();
        CompletableFuture<Result<PutResult>> put = start(1, () -> store.put(key("k"), value("1")));
        log.fail(SoftadastraError.of(ErrorCode.IO_ERROR, "failed to flush WAL: input/output error"), NO_SPACE);
        assertEquals(ErrorCode.INDETERMINATE, put.join().error().code());
        assertEquals(
                "failed to flush WAL: input/output error", put.join().error().message());
        assertTrue(store.isEmpty());
    }

    @Test
    void refusedWriteLeavesNoTraceAndTheNextOneGoesOn() {
        store.put(key("k"), value("1")).orElseThrow();
        log.failSubmit(NO_SPACE.toException());
        assertEquals(NO_SPACE, store.put(key("k"), value("2")).error());
        assertEquals(NO_SPACE, store.write(new Batch().remove(key("k"))).error());
        log.failSubmit(null);
        assertEquals(
                new PutResult(false, true, 2, 2),
                store.put(key("k"), value("3")).value());
        assertEquals(
                2,
                store.context()
                        .counter(
                                new Origin(wal.identity().node(), wal.identity().epoch())));
    }

    @Test
    void errorOnTheWayToTheLogMakesTheStoreReadOnly() {
        store.put(key("k"), value("1")).orElseThrow();
        log.failSubmit(new InternalError("planted"));
        assertThrows(InternalError.class, () -> store.put(key("k"), value("2")).isOk());
        log.failSubmit(null);
        assertEquals(ErrorCode.IO_ERROR, store.put(key("k"), value("3")).error().code());
        assertEquals("1", store.get(key("k")).orElseThrow().value().asString());
    }

    @Test
    void openThatBreaksLetsItsLogGo() {
        for (Throwable planted : List.of(new IllegalStateException("planted"), new InternalError("planted"))) {
            List<ScriptedLog> opened = new ArrayList<>();
            StoreConfig config = StoreConfig.of(ScriptedLog.config(it -> {
                it.failRead(planted);
                opened.add(it);
            }));
            assertSame(
                    planted,
                    assertThrows(Throwable.class, () -> StoreEngine.open(config).isOk()));
            assertEquals(1, opened.size());
            assertTrue(opened.get(0).isClosed());
        }
    }

    @Test
    void closingHidesNoFailure() {
        log.hold();
        CompletableFuture<Result<PutResult>> put = start(1, () -> store.put(key("k"), value("1")));
        log.fail(INDETERMINATE, NO_SPACE);
        assertTrue(put.join().isErr());
        assertEquals(
                ErrorCode.NO_SPACE,
                assertThrows(SoftadastraException.class, store::close).code());
        store.close();
    }

    @Test
    void storeOnAHeldLogFlushesAndLeavesItOpen() {
        store.put(key("k"), value("1")).orElseThrow();
        store.close();
        assertEquals(1, wal.writer().durableSequence());
        try (StoreEngine again = StoreEngine.open(StoreConfig.memoryOnly(), wal).value()) {
            assertEquals(1, again.size());
            wal.close();
        }
    }

    @Test
    void withoutAutomaticFlushAWriteIsSeenOnceAccepted() {
        log.hold();
        try (StoreEngine unflushed = StoreEngine.open(StoreConfig.memoryOnly().withAutoFlush(false), wal)
                .value()) {
            assertTrue(unflushed.put(key("k"), value("1")).isOk());
            assertEquals(1, unflushed.size());
            assertEquals(0, unflushed.stats().durableSequence());
            log.release(1);
            assertTrue(unflushed.flush().isOk());
        }
    }
}
