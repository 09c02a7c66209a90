package softadastra.sync;

import java.time.Duration;
import java.util.function.ToLongFunction;

/** Times as numbers: one that is too long for that is the longest there is, and none is negative. */
final class Saturated {

    private Saturated() {}

    /** A time in nanoseconds. */
    static long nanos(Duration time) {
        return of(time, Duration::toNanos);
    }

    /** A time in milliseconds. */
    static long millis(Duration time) {
        return of(time, Duration::toMillis);
    }

    private static long of(Duration time, ToLongFunction<Duration> unit) {
        if (time.isNegative()) {
            return 0;
        }
        try {
            return unit.applyAsLong(time);
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }
}
