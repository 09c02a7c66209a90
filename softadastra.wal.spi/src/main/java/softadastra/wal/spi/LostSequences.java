package softadastra.wal.spi;

import java.util.OptionalLong;

/**
 * Sequences of which no record is left.
 *
 * @param from the first of them
 * @param through the last of them; empty where the end of the log is among what was lost, and nothing tells where it was
 */
public record LostSequences(long from, OptionalLong through) {

    /** How many they are; 0 where that is not known. */
    public long count() {
        return through.isPresent() ? through.getAsLong() - from + 1 : 0;
    }

    /** As {@code 7}, {@code 7 to 9} or {@code 7 and on}. */
    @Override
    public String toString() {
        if (through.isEmpty()) {
            return from + " and on";
        }
        return through.getAsLong() == from ? Long.toString(from) : from + " to " + through.getAsLong();
    }
}
