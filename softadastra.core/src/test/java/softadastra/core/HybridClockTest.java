package softadastra.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HybridClockTest {
    private static final long START = Instant.parse("2024-05-01T10:00:00Z").toEpochMilli();
    private static final long TWO_MINUTES = 120_000;

    private final AtomicLong time = new AtomicLong(START);
    private final InstantSource source = () -> Instant.ofEpochMilli(time.get());
    private final HybridClock clock = new HybridClock(source);

    @Test
    void aStampIsPhysicalTimeWhereThatMovesOn() {
        assertEquals(HybridTimestamp.of(START, 0), clock.now());
        time.addAndGet(5);
        assertEquals(HybridTimestamp.of(START + 5, 0), clock.now());
        assertEquals(START + 5, clock.physicalMillis());
    }

    @Test
    void theCounterCountsWhilePhysicalTimeStandsStill() {
        for (int counter = 0; counter < 100; counter++) {
            assertEquals(HybridTimestamp.of(START, counter), clock.now());
        }
    }

    @Test
    void stampsGoOnWhenPhysicalTimeGoesBack() {
        HybridTimestamp before = clock.now();
        time.addAndGet(-3_600_000);
        assertEquals(before.next(), clock.now());
        time.set(START + 1);
        assertEquals(HybridTimestamp.of(START + 1, 0), clock.now());
    }

    @Test
    void aFullCounterCarriesIntoTheMilliseconds() {
        clock.atLeast(HybridTimestamp.of(START, HybridTimestamp.MAX_COUNTER));
        assertEquals(HybridTimestamp.of(START + 1, 0), clock.now());
        time.addAndGet(1);
        assertEquals(HybridTimestamp.of(START + 1, 1), clock.now());
    }

    @Test
    void aClockStartsAboveTheLastRecordedStamp() {
        HybridTimestamp recorded = HybridTimestamp.of(START + 10_000, 3);
        HybridClock restarted = HybridClock.startAfter(source, recorded);
        assertEquals(recorded, restarted.last());
        assertEquals(recorded.next(), restarted.now());
        time.addAndGet(20_000);
        assertEquals(HybridTimestamp.of(START + 20_000, 0), restarted.now());
    }

    @Test
    void theFloorRaisesTheClockAndNeverLowersIt() {
        HybridTimestamp far = HybridTimestamp.of(START + 10 * TWO_MINUTES, 9);
        clock.atLeast(far);
        clock.atLeast(HybridTimestamp.of(START, 1));
        assertEquals(far, clock.last());
        assertEquals(far.next(), clock.now());
    }

    @Test
    void anObservedStampWithinTheBoundIsFollowed() {
        HybridTimestamp remote = HybridTimestamp.of(START + TWO_MINUTES, HybridTimestamp.MAX_COUNTER);
        assertFalse(clock.observe(remote, TWO_MINUTES));
        assertEquals(remote, clock.last());
        assertTrue(clock.now().isAfter(remote));
    }

    @Test
    void anObservedStampBeyondTheBoundIsFollowedUpToTheBound() {
        HybridTimestamp remote = HybridTimestamp.of(START + TWO_MINUTES + 1, 0);
        assertTrue(clock.observe(remote, TWO_MINUTES));
        assertEquals(HybridTimestamp.of(START + TWO_MINUTES, HybridTimestamp.MAX_COUNTER), clock.last());
    }

    @Test
    void aBoundThatTheClockHasPassedCutsNothingShort() {
        HybridTimestamp far = HybridTimestamp.of(START + 10 * TWO_MINUTES, 9);
        clock.atLeast(far);
        assertFalse(clock.observe(far, TWO_MINUTES));
        assertTrue(clock.observe(far.next(), TWO_MINUTES));
        assertEquals(far, clock.last());
    }

    @Test
    void anOldObservedStampChangesNothing() {
        HybridTimestamp now = clock.now();
        assertFalse(clock.observe(HybridTimestamp.ZERO, 0));
        assertEquals(now, clock.last());
    }

    @Test
    void theLargestBoundFollowsEveryStamp() {
        assertFalse(clock.observe(HybridTimestamp.MAX, Long.MAX_VALUE));
        assertEquals(HybridTimestamp.MAX, clock.last());
    }

    @Test
    void aNegativeBoundIsRefused() {
        SoftadastraException thrown =
                assertThrows(SoftadastraException.class, () -> clock.observe(HybridTimestamp.ZERO, -1));
        assertEquals(ErrorCode.INVALID_ARGUMENT, thrown.code());
    }

    @Test
    void aClockThatIsUsedUpSaysSo() {
        clock.atLeast(HybridTimestamp.MAX);
        SoftadastraException thrown = assertThrows(SoftadastraException.class, clock::now);
        assertEquals(ErrorCode.INVALID_STATE, thrown.code());
        assertEquals(HybridTimestamp.MAX, clock.last());
    }

    @Test
    void physicalTimeOutsideOfWhatAStampHoldsIsBroughtInside() {
        time.set(-5);
        assertEquals(0, clock.physicalMillis());
        assertEquals(HybridTimestamp.of(0, 1), clock.now());
        time.set(HybridTimestamp.MAX_MILLIS + 5);
        assertEquals(HybridTimestamp.of(HybridTimestamp.MAX_MILLIS, 0), clock.now());
    }

    @Test
    void theSystemClockFollowsTheSystem() {
        HybridClock system = HybridClock.system();
        HybridTimestamp first = system.now();
        assertTrue(first.millis() > START);
        assertTrue(system.now().isAfter(first));
    }

    @Test
    void stampsOfManyThreadsNeverRepeatNorGoBack() throws InterruptedException, ExecutionException {
        assertNoRepeats(inParallel(4, thread -> {
            long[] stamps = new long[200_000];
            for (int i = 0; i < stamps.length; i++) {
                stamps[i] = clock.nowPacked();
            }
            return stamps;
        }));
    }

    @Test
    void stampsOfManyThreadsNeverRepeatNorGoBackWhileTimeJumps() throws InterruptedException, ExecutionException {
        // Seeds are the threads' numbers; each jumps up to 8 ms in either direction.
        assertNoRepeats(inParallel(4, thread -> {
            SplittableRandom random = new SplittableRandom(thread);
            long[] stamps = new long[100_000];
            for (int i = 0; i < stamps.length; i++) {
                if (i % 16 == 0) {
                    time.set(START + random.nextInt(16));
                }
                stamps[i] = clock.nowPacked();
            }
            return stamps;
        }));
    }

    @Test
    void raisingRacesWithIssuingAndNeitherIsLost() throws InterruptedException, ExecutionException {
        assertNoRepeats(inParallel(4, thread -> {
            boolean issues = thread < 2;
            long[] stamps = new long[issues ? 400_000 : 0];
            for (int i = 0; i < 400_000; i++) {
                if (issues) {
                    stamps[i] = clock.nowPacked();
                } else {
                    // A floor that others are just about to pass.
                    HybridTimestamp floor = clock.last().next();
                    if (thread == 2) {
                        clock.atLeast(floor);
                    } else {
                        clock.observe(floor, TWO_MINUTES);
                    }
                    assertFalse(floor.isAfter(clock.last()));
                }
            }
            return stamps;
        }));
    }

    @Test
    void noFloorIsLostToALowerOneThatRacesIt() throws InterruptedException, ExecutionException {
        List<long[]> lost = inParallel(4, thread -> {
            for (int i = 1; i <= 2_000_000; i++) {
                // Seen from one thread, those of the others are above and below in turn.
                long floor = clock.last().packed() + 1 + ((i + thread) & 3) * 100L;
                clock.atLeast(HybridTimestamp.ofPacked(floor));
                if (HybridTimestamp.comparePacked(clock.last().packed(), floor) < 0) {
                    return new long[] {floor};
                }
            }
            return new long[0];
        });
        assertEquals(
                List.of(), lost.stream().flatMapToLong(LongStream::of).boxed().toList());
    }

    private static void assertNoRepeats(List<long[]> issued) {
        for (long[] stamps : issued) {
            for (int i = 1; i < stamps.length; i++) {
                if (HybridTimestamp.comparePacked(stamps[i - 1], stamps[i]) >= 0) {
                    throw new AssertionError("a thread got " + HybridTimestamp.ofPacked(stamps[i]) + " after "
                            + HybridTimestamp.ofPacked(stamps[i - 1]));
                }
            }
        }
        long[] all = issued.stream().flatMapToLong(LongStream::of).sorted().toArray();
        for (int i = 1; i < all.length; i++) {
            if (all[i - 1] == all[i]) {
                throw new AssertionError("two threads got " + HybridTimestamp.ofPacked(all[i]));
            }
        }
    }

    private interface Work {
        long[] run(int thread);
    }

    private static List<long[]> inParallel(int threads, Work work) throws InterruptedException, ExecutionException {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<long[]>> futures = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                Callable<long[]> task = () -> {
                    start.await();
                    return work.run(thread);
                };
                futures.add(executor.submit(task));
            }
            List<long[]> answers = new ArrayList<>();
            for (Future<long[]> future : futures) {
                answers.add(future.get());
            }
            return answers;
        } finally {
            executor.shutdownNow();
        }
    }
}
