package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static softadastra.wal.tck.Payloads.bytes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFollow;
import softadastra.wal.spi.WalFollower;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalWriter;

/** A follower sees every record once, in order, and none before it is durable. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
public interface FollowContract extends WalUnderTest {

    /** Longer than any wait that ends well. */
    Duration LONG = Duration.ofSeconds(50);

    private static Wal open(FollowContract contract) {
        return open(contract, contract.config());
    }

    private static Wal open(FollowContract contract, WalConfig config) {
        assumeTrue(contract.can(WalCapability.FOLLOW), "cannot be followed");
        return Wal.open(config).orElseThrow();
    }

    private static void append(Wal wal, int records) {
        for (int i = 0; i < records; i++) {
            wal.log().awaitDurable(wal.log().submit(64, bytes("record")));
        }
    }

    private static List<Long> poll(WalFollower follower, Duration timeout) {
        List<Long> sequences = new ArrayList<>();
        long count = follower.poll(timeout, record -> sequences.add(record.sequence()))
                .orElseThrow();
        assertEquals(sequences.size(), count);
        return sequences;
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    default void aFollowerSeesWhatIsThereAndThenWhatComes() {
        try (Wal wal = open(this);
                WalReader reader = wal.reader();
                WalFollower follower = reader.follow(1).orElseThrow()) {
            assertEquals(List.of(), poll(follower, Duration.ZERO));
            append(wal, 3);
            assertEquals(range(1, 3), poll(follower, LONG));
            assertEquals(List.of(), poll(follower, Duration.ofMillis(1)));
            append(wal, 2);
            assertEquals(range(4, 5), poll(follower, LONG));
            assertEquals(6, follower.nextSequence());
        }
    }

    @Test
    default void followingStartsAnywhereAlsoInTheFuture() {
        try (Wal wal = open(this);
                WalReader reader = wal.reader()) {
            append(wal, 5);
            try (WalFollower all = reader.follow(0).orElseThrow();
                    WalFollower middle = reader.follow(3).orElseThrow();
                    WalFollower future = reader.follow(7).orElseThrow()) {
                assertEquals(range(1, 5), poll(all, LONG));
                assertEquals(range(3, 5), poll(middle, LONG));
                assertEquals(List.of(), poll(future, Duration.ZERO));
                append(wal, 3);
                assertEquals(range(7, 8), poll(future, LONG));
                assertEquals(range(6, 8), poll(middle, LONG));
            }
        }
    }

    @Test
    default void aWaitingFollowerIsWokenByAnAppend() throws Exception {
        try (Wal wal = open(this);
                WalReader reader = wal.reader();
                WalFollower follower = reader.follow(1).orElseThrow()) {
            FutureTask<List<Long>> waiting = new FutureTask<>(() -> poll(follower, LONG));
            new Thread(waiting).start();
            append(wal, 1);
            assertEquals(range(1, 1), waiting.get());
        }
    }

    @Test
    default void nothingIsSeenBeforeItIsDurable() {
        assumeTrue(can(WalCapability.DURABLE), "everything is as durable as it will be at once");
        try (Wal wal = open(this, config().withAutoFlush(false));
                WalWriter writer = wal.writer();
                WalReader reader = wal.reader();
                WalFollower follower = reader.follow(1).orElseThrow()) {
            for (int i = 1; i <= 200; i++) {
                wal.log().submit(64, new byte[1_000]);
            }
            List<Long> early = poll(follower, Duration.ofMillis(20));
            assertTrue(early.size() <= wal.log().durableSequence(), early::toString);
            writer.flush().orElseThrow();
            List<Long> seen = new ArrayList<>(early);
            while (seen.size() < 200) {
                seen.addAll(poll(follower, LONG));
            }
            assertEquals(range(1, 200), seen);
        }
    }

    @Test
    default void manyRecordsOfAnySizeAreFollowedWhileTheyAreWritten() throws Exception {
        int records = 3_000;
        try (Wal wal = open(this);
                WalReader reader = wal.reader();
                WalFollower follower = reader.follow(1).orElseThrow()) {
            FutureTask<Void> writing = new FutureTask<>(() -> {
                for (int i = 1; i <= records; ) {
                    WalBatch batch = new WalBatch();
                    for (int j = 0; j < 1 + i % 7 && i <= records; j++, i++) {
                        batch.add(64, new byte[i % 100 == 0 ? 20_000 : i % 300]);
                    }
                    long last = wal.log().submit(batch);
                    if (i % 5 == 0 || i > records) {
                        wal.log().awaitDurable(last);
                    }
                }
                return null;
            });
            new Thread(writing).start();
            long[] next = {1};
            while (next[0] <= records) {
                long unused = follower.poll(LONG, record -> {
                            assertEquals(next[0], record.sequence());
                            int expected = next[0] % 100 == 0 ? 20_000 : (int) (next[0] % 300);
                            assertEquals(expected, record.payload().length);
                            assertTrue(record.sequence() <= wal.log().durableSequence());
                            next[0]++;
                        })
                        .orElseThrow();
            }
            writing.get();
        }
    }

    @Test
    default void whatTheConsumerRefusedIsNotDeliveredAgain() {
        try (Wal wal = open(this);
                WalReader reader = wal.reader();
                WalFollower follower = reader.follow(1).orElseThrow()) {
            WalBatch batch = new WalBatch();
            for (int i = 0; i < 6; i++) {
                batch.add(64, bytes("record"));
            }
            wal.log().awaitDurable(wal.log().submit(batch));
            Result<Long> refused = follower.poll(LONG, record -> {
                if (record.sequence() == 2) {
                    throw new SoftadastraException(ErrorCode.INVALID_ARGUMENT, "not this one");
                }
            });
            assertEquals(ErrorCode.INVALID_ARGUMENT, refused.error().code());
            assertEquals(range(3, 6), poll(follower, LONG));
        }
    }

    @Test
    default void aVisitorMayStopAnywhereAndGoOnLater() {
        try (Wal wal = open(this);
                WalFollow follow = wal.log().follow(1)) {
            WalBatch batch = new WalBatch();
            for (int i = 0; i < 5; i++) {
                batch.add(64, bytes("record"));
            }
            wal.log().awaitDurable(wal.log().submit(batch));
            for (long expected = 1; expected <= 5; expected++) {
                long sequence = expected;
                assertEquals(1, follow.poll(0, (at, type, status, time, buffer, offset, length) -> at != sequence));
                assertEquals(expected + 1, follow.nextSequence());
            }
            assertEquals(0, follow.poll(0, (at, type, status, time, buffer, offset, length) -> true));
        }
    }

    @Test
    default void anInterruptEndsTheWaitAndTheFlagStays() {
        try (Wal wal = open(this);
                WalReader reader = wal.reader();
                WalFollower follower = reader.follow(1).orElseThrow()) {
            Thread.currentThread().interrupt();
            Result<Long> answer = follower.poll(LONG, record -> {});
            assertTrue(Thread.interrupted());
            assertEquals(ErrorCode.INTERRUPTED, answer.error().code());
            append(wal, 1);
            assertEquals(range(1, 1), poll(follower, LONG));
        }
    }

    @Test
    default void closingTheFollowerOrItsLogEndsTheWait() throws Exception {
        for (boolean log : new boolean[] {true, false}) {
            try (Wal wal = open(this);
                    WalReader reader = wal.reader();
                    WalFollower follower =
                            reader.follow(wal.log().lastSequence() + 1).orElseThrow()) {
                CountDownLatch begun = new CountDownLatch(1);
                FutureTask<Result<Long>> waiting = new FutureTask<>(() -> {
                    begun.countDown();
                    return follower.poll(LONG, record -> {});
                });
                new Thread(waiting).start();
                begun.await();
                Runnable end = log ? wal::close : follower::close;
                end.run();
                assertEquals(ErrorCode.INVALID_STATE, waiting.get().error().code());
            }
        }
    }

    @Test
    default void aFollowerHoldsTheHistoryItHasYetToSee() {
        assumeTrue(can(WalCapability.CHECKPOINTS), "keeps no checkpoints");
        try (Wal wal = open(this);
                WalReader reader = wal.reader();
                WalFollower follower = reader.follow(1).orElseThrow()) {
            for (int round = 0; round < 3; round++) {
                append(wal, 5);
                try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
                    long unused = writer.publish(writer.beginSequence() - 1).length();
                }
            }
            assertEquals(range(1, 15), poll(follower, LONG));
        }
    }

    @Test
    default void aReaderByPathFollowsTheOwnerBesideIt() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        try (Wal wal = open(this);
                WalReader reader = WalReader.open(config()).orElseThrow();
                WalFollower follower = reader.follow(1).orElseThrow()) {
            append(wal, 2);
            List<Long> seen = new ArrayList<>();
            while (seen.size() < 2) {
                seen.addAll(poll(follower, LONG));
            }
            assertEquals(range(1, 2), seen);
        }
    }
}
