package softadastra.it.scale;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What a child JVM says it did, with the time that took since it last said something; and what it cannot go on without. */
final class Figures {
    private long begun = System.nanoTime();

    void say(String format, Object... arguments) {
        System.out.println(
                String.format(Locale.ROOT, format, arguments) + String.format(Locale.ROOT, " (%,d ms)", millis()));
        begun = System.nanoTime();
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    /** The heap that is in use, without what can be let go. */
    static long heap() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    static void require(boolean holds, String problem) {
        if (!holds) {
            throw new AssertionError(problem);
        }
    }
}
