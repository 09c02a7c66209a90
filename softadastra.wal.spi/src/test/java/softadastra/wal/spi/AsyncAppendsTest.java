package softadastra.wal.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.Mockito;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;

/** Futures tell of durability, of failure, and of closing; each exactly once. */
@Timeout(60)
class AsyncAppendsTest {

    private final AtomicLong submitted = new AtomicLong();
    private final WalLog log = Mockito.mock(WalLog.class);

    @Test
    void aFutureCompletesOnceItsRecordIsDurableAndNotBefore() throws Exception {
        CountDownLatch forced = new CountDownLatch(1);
        Mockito.doAnswer(call -> {
                    forced.await();
                    return null;
                })
                .when(log)
                .awaitDurable(Mockito.anyLong(), Mockito.anyLong());
        try (AsyncAppends async = new AsyncAppends(log)) {
            CompletableFuture<Result<Long>> first = async.append(submitted::incrementAndGet);
            CompletableFuture<Result<Long>> second = async.append(submitted::incrementAndGet);
            assertFalse(first.isDone());
            assertFalse(second.isDone());
            forced.countDown();
            assertEquals(Result.ok(1L), first.get(30, TimeUnit.SECONDS));
            assertEquals(Result.ok(2L), second.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void aFailedForceFailsWhatIsNotDurableAndOnlyThat() throws Exception {
        SoftadastraError failure =
                SoftadastraError.of(ErrorCode.INDETERMINATE, "failed to flush WAL: input/output error");
        Mockito.when(log.durableSequence()).thenReturn(1L);
        CountDownLatch bothSubmitted = new CountDownLatch(1);
        Mockito.doAnswer(call -> {
                    bothSubmitted.await();
                    throw failure.toException();
                })
                .when(log)
                .awaitDurable(Mockito.anyLong(), Mockito.anyLong());
        try (AsyncAppends async = new AsyncAppends(log)) {
            CompletableFuture<Result<Long>> first = async.append(submitted::incrementAndGet);
            CompletableFuture<Result<Long>> second = async.append(submitted::incrementAndGet);
            bothSubmitted.countDown();
            assertEquals(Result.ok(1L), first.get(30, TimeUnit.SECONDS));
            assertEquals(Result.err(failure), second.get(30, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @MethodSource
    void aLogThatBreaksIsAnsweredForAndKeepsNobodyWaiting(Throwable broken) throws Exception {
        Mockito.when(log.durableSequence()).thenReturn(1L);
        CountDownLatch bothSubmitted = new CountDownLatch(1);
        Mockito.doAnswer(call -> {
                    bothSubmitted.await();
                    throw broken;
                })
                .when(log)
                .awaitDurable(Mockito.anyLong(), Mockito.anyLong());
        AsyncAppends async = new AsyncAppends(log);
        CompletableFuture<Result<Long>> first = async.append(submitted::incrementAndGet);
        CompletableFuture<Result<Long>> second = async.append(submitted::incrementAndGet);
        bothSubmitted.countDown();
        assertEquals(Result.ok(1L), first.get(30, TimeUnit.SECONDS));
        SoftadastraError error = second.get(30, TimeUnit.SECONDS).error();
        assertEquals(ErrorCode.INDETERMINATE, error.code());
        assertEquals("failed to flush WAL: " + broken, error.message());
        assertSame(broken, error.cause());
        // The thread is still there for what comes later, and closing does not wait for ever.
        assertEquals(
                ErrorCode.INDETERMINATE,
                async.append(submitted::incrementAndGet)
                        .get(30, TimeUnit.SECONDS)
                        .error()
                        .code());
        async.close();
    }

    static Stream<Throwable> aLogThatBreaksIsAnsweredForAndKeepsNobodyWaiting() {
        return Stream.of(new IllegalStateException("broken"), new OutOfMemoryError("scripted"));
    }

    @Test
    void aLogThatCannotSayWhatIsDurableHasNothingDurable() throws Exception {
        Mockito.doThrow(new IllegalStateException("broken"))
                .when(log)
                .awaitDurable(Mockito.anyLong(), Mockito.anyLong());
        Mockito.when(log.durableSequence()).thenThrow(new IllegalStateException("broken too"));
        try (AsyncAppends async = new AsyncAppends(log)) {
            CompletableFuture<Result<Long>> future = async.append(submitted::incrementAndGet);
            assertEquals(
                    ErrorCode.INDETERMINATE,
                    future.get(30, TimeUnit.SECONDS).error().code());
        }
    }

    @Test
    void aRefusedAppendIsItsFuturesAnswer() throws Exception {
        SoftadastraError failure =
                SoftadastraError.of(ErrorCode.NO_SPACE, "failed to append WAL record: no space left");
        try (AsyncAppends async = new AsyncAppends(log)) {
            CompletableFuture<Result<Long>> future = async.append(() -> {
                throw failure.toException();
            });
            assertEquals(Result.err(failure), future.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void closingCompletesWhatIsUnderWayAndRefusesWhatComesAfter() throws Exception {
        AsyncAppends async = new AsyncAppends(log);
        List<CompletableFuture<Result<Long>>> futures = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            futures.add(async.append(submitted::incrementAndGet));
        }
        async.close();
        for (int i = 0; i < futures.size(); i++) {
            assertEquals(Result.ok(i + 1L), futures.get(i).getNow(Result.ok(-1L)));
        }
        assertEquals(
                ErrorCode.INVALID_STATE,
                async.append(submitted::incrementAndGet).get().error().code());
        assertEquals(100, submitted.get());
    }

    @Test
    void dependentsNeverRunOnTheThreadThatAppends() throws Exception {
        AtomicReference<Thread> ran = new AtomicReference<>();
        try (AsyncAppends async = new AsyncAppends(log)) {
            CountDownLatch attached = new CountDownLatch(1);
            Mockito.doAnswer(call -> {
                        attached.await();
                        return null;
                    })
                    .when(log)
                    .awaitDurable(Mockito.anyLong(), Mockito.anyLong());
            CompletableFuture<Void> dependent =
                    async.append(submitted::incrementAndGet).thenAccept(result -> ran.set(Thread.currentThread()));
            attached.countDown();
            dependent.get(30, TimeUnit.SECONDS);
        }
        assertNotEquals(Thread.currentThread(), ran.get());
    }

    @Test
    void aDependentMayAppendWithoutWaitingForItself() throws Exception {
        try (AsyncAppends async = new AsyncAppends(log)) {
            CompletableFuture<Result<Long>> chained = async.append(submitted::incrementAndGet)
                    .thenCompose(first -> async.append(submitted::incrementAndGet));
            assertEquals(Result.ok(2L), chained.get(30, TimeUnit.SECONDS));
        }
    }
}
