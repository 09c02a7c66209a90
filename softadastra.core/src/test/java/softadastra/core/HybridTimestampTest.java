package softadastra.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Comparator;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HybridTimestampTest {
    @Test
    void theBitsAreMillisecondsAboveTheCounter() {
        HybridTimestamp stamp = HybridTimestamp.of(0x0123456789ABL, 0xCDEF);
        assertEquals(0x0123456789ABCDEFL, stamp.packed());
        assertEquals(stamp, HybridTimestamp.ofPacked(0x0123456789ABCDEFL));
        assertEquals(0x0123456789ABL, stamp.millis());
        assertEquals(0xCDEF, stamp.counter());
        assertEquals(Instant.ofEpochMilli(0x0123456789ABL), stamp.toInstant());
    }

    @Test
    void theExtremesKeepTheirParts() {
        assertEquals(HybridTimestamp.ZERO, HybridTimestamp.of(0, 0));
        assertEquals(HybridTimestamp.MAX, HybridTimestamp.of(HybridTimestamp.MAX_MILLIS, HybridTimestamp.MAX_COUNTER));
        assertEquals(281_474_976_710_655L, HybridTimestamp.MAX.millis());
        assertEquals(65_535, HybridTimestamp.MAX.counter());
    }

    @Test
    void partsThatDoNotFitAreRefused() {
        assertRefused(-1, 0);
        assertRefused(HybridTimestamp.MAX_MILLIS + 1, 0);
        assertRefused(0, -1);
        assertRefused(0, HybridTimestamp.MAX_COUNTER + 1);
    }

    private static void assertRefused(long millis, int counter) {
        SoftadastraException thrown =
                assertThrows(SoftadastraException.class, () -> HybridTimestamp.of(millis, counter));
        assertEquals(ErrorCode.INVALID_ARGUMENT, thrown.code());
    }

    @Test
    void theOrderIsByMillisecondsThenCounterOverTheWholeUnsignedRange() {
        long seed = 20240501;
        SplittableRandom random = new SplittableRandom(seed);
        Comparator<HybridTimestamp> byParts =
                Comparator.comparingLong(HybridTimestamp::millis).thenComparingInt(HybridTimestamp::counter);
        for (int i = 0; i < 10_000; i++) {
            HybridTimestamp a = HybridTimestamp.ofPacked(random.nextLong());
            HybridTimestamp b = i % 2 == 0
                    ? HybridTimestamp.ofPacked(random.nextLong())
                    : HybridTimestamp.of(a.millis(), random.nextInt(HybridTimestamp.MAX_COUNTER + 1));
            String context = a + " and " + b + ", seed " + seed;
            assertEquals(Integer.signum(byParts.compare(a, b)), Integer.signum(a.compareTo(b)), context);
            assertEquals(a.compareTo(b) > 0, a.isAfter(b), context);
            assertEquals(a, HybridTimestamp.of(a.millis(), a.counter()), context);
        }
    }

    @Test
    void theNextStampIsTheSmallestThatIsLarger() {
        assertEquals(HybridTimestamp.of(5, 8), HybridTimestamp.of(5, 7).next());
        assertEquals(
                HybridTimestamp.of(6, 0),
                HybridTimestamp.of(5, HybridTimestamp.MAX_COUNTER).next());
        HybridTimestamp signChange = HybridTimestamp.ofPacked(Long.MAX_VALUE);
        assertTrue(signChange.next().isAfter(signChange));
        assertFalse(signChange.isAfter(signChange));
    }

    @Test
    void thereIsNoneAfterTheLast() {
        SoftadastraException thrown = assertThrows(SoftadastraException.class, HybridTimestamp.MAX::next);
        assertEquals(ErrorCode.INVALID_STATE, thrown.code());
    }

    @Test
    void theTextIsTheInstantAndTheCounter() {
        long millis = Instant.parse("2024-05-01T10:00:00.123Z").toEpochMilli();
        assertEquals("2024-05-01T10:00:00.123Z#7", HybridTimestamp.of(millis, 7).toString());
        assertEquals("+10889-08-02T05:31:50.655Z#65535", HybridTimestamp.MAX.toString());
    }
}
