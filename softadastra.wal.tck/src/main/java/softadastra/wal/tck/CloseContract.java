package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalReplayer;
import softadastra.wal.spi.WalWriter;

/** Closing twice is fine; using what is closed is an error that says so. */
public interface CloseContract extends WalUnderTest {

    private static void assertClosed(String message, Result<?> answer) {
        SoftadastraError error = answer.error();
        assertEquals(ErrorCode.INVALID_STATE, error.code(), error::toString);
        assertTrue(error.message().startsWith(message), error::toString);
        assertTrue(error.message().contains("closed"), error::toString);
    }

    @Test
    default void closingTwiceIsFine() {
        Wal wal = Wal.open(config()).orElseThrow();
        WalWriter writer = wal.writer();
        WalReader reader = wal.reader();
        WalReplayer replayer = wal.replayer();
        writer.append(WalRecordType.PUT, bytes("one")).orElseThrow();
        for (int i = 0; i < 3; i++) {
            writer.close();
            reader.close();
            replayer.close();
        }
        for (int i = 0; i < 3; i++) {
            wal.close();
        }
        writer.close();
    }

    @Test
    default void aClosedLogTakesAndGivesNothing() {
        Wal wal = Wal.open(config()).orElseThrow();
        WalWriter writer = wal.writer();
        writer.append(WalRecordType.PUT, bytes("one")).orElseThrow();
        wal.close();
        assertClosed("failed to append WAL record: ", writer.append(WalRecordType.PUT, bytes("two")));
        assertClosed("failed to flush WAL: ", writer.flush());
        assertClosed("failed to read WAL", wal.reader().readAll());
        assertClosed("failed to read WAL", wal.replayer().replay(record -> {}));
        CompletableFuture<Result<Long>> future = writer.appendAsync(WalRecordType.PUT, bytes("three"));
        assertClosed("failed to append WAL record: ", future.join());
        writer.close();
    }

    @Test
    default void aClosedLogStillSaysWhoItWas() {
        Wal wal = Wal.open(config().withNodeId("laptop")).orElseThrow();
        try (WalWriter writer = wal.writer()) {
            writer.append(WalRecordType.PUT, bytes("one")).orElseThrow();
        }
        wal.close();
        assertEquals("laptop", wal.identity().node().value());
        assertEquals(0, wal.recovery().lastSequence());
        assertEquals(1, wal.log().lastSequence());
        assertEquals(1, wal.log().durableSequence());
    }

    @Test
    default void closingAWriterLeavesItsHandleOpen() {
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            WalWriter first = wal.writer();
            first.append(WalRecordType.PUT, bytes("one")).orElseThrow();
            first.close();
            try (WalWriter second = wal.writer()) {
                assertEquals(2, second.append(WalRecordType.PUT, bytes("two")).value());
            }
            assertEquals(2, all(wal).size());
        }
    }

    @Test
    default void whatIsAcknowledgedBesideAClosingIsThere() throws Exception {
        for (int round = 0; round < 40; round++) {
            WalConfig config = config().withAutoFlush(round % 2 == 0);
            Wal wal = Wal.open(config).orElseThrow();
            CountDownLatch begun = new CountDownLatch(1);
            FutureTask<Long> appender = new FutureTask<>(() -> appendUntilRefused(wal.writer(), begun));
            Thread thread = new Thread(appender);
            thread.start();
            begun.await();
            wal.close();
            long acknowledged = appender.get();
            thread.join();
            assertTrue(wal.log().lastSequence() >= acknowledged);
            if (can(WalCapability.DURABLE)) {
                try (Wal again = Wal.open(config).orElseThrow()) {
                    assertTrue(again.recovery().clean(), "nothing came behind the closing");
                    assertTrue(
                            again.recovery().lastSequence() >= acknowledged,
                            () -> acknowledged + " acknowledged, found " + again.recovery());
                }
            }
        }
    }

    /** Appends until the log is closed; answers the last sequence that was acknowledged. */
    private static long appendUntilRefused(WalWriter writer, CountDownLatch begun) {
        long acknowledged = 0;
        while (true) {
            Result<Long> answer = writer.append(WalRecordType.PUT, bytes("record"));
            begun.countDown();
            if (answer.isErr()) {
                assertEquals(ErrorCode.INVALID_STATE, answer.error().code(), answer.error()::toString);
                return acknowledged;
            }
            acknowledged = answer.value();
        }
    }

    @Test
    default void manyMayCloseAtOnce() throws Exception {
        WalConfig config = config();
        for (int round = 0; round < 20; round++) {
            Wal wal = Wal.open(config).orElseThrow();
            CountDownLatch start = new CountDownLatch(1);
            List<FutureTask<Boolean>> closers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                closers.add(new FutureTask<>(() -> {
                    start.await();
                    wal.close();
                    return true;
                }));
                new Thread(closers.get(i)).start();
            }
            start.countDown();
            for (FutureTask<Boolean> closer : closers) {
                assertTrue(closer.get());
            }
        }
    }

    @Test
    default void closingCompletesEveryAsynchronousAppend() {
        WalWriter writer = WalWriter.open(config()).orElseThrow();
        CompletableFuture<Result<Long>> last = writer.appendAsync(WalRecordType.PUT, bytes("record 1"));
        for (int i = 2; i <= 100; i++) {
            last = writer.appendAsync(WalRecordType.PUT, bytes("record " + i));
        }
        writer.close();
        assertTrue(last.isDone());
        assertEquals(100, last.join().value());
    }
}
