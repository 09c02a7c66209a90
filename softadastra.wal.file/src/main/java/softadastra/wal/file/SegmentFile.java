package softadastra.wal.file;

import java.util.Locale;
import java.util.Optional;

/**
 * A segment file that was found in a log's directory.
 *
 * @param name its name
 * @param ordinal the number its name stands for
 * @param bytes its size
 * @param header its header, if it has one: not for a spare, nor for one whose header a crash cut short
 */
record SegmentFile(String name, long ordinal, long bytes, Optional<SegmentHeader> header) {

    private static final String SUFFIX = ".segment";
    private static final int DIGITS = 10;

    static String name(long ordinal) {
        return String.format(Locale.ROOT, "%0" + DIGITS + "d", ordinal) + SUFFIX;
    }

    /** The ordinal in a file's name, empty if it is no segment's. */
    static Optional<Long> ordinal(String name) {
        if (!name.endsWith(SUFFIX) || name.length() != DIGITS + SUFFIX.length()) {
            return Optional.empty();
        }
        String digits = name.substring(0, DIGITS);
        return digits.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Optional.of(Long.parseLong(digits))
                : Optional.empty();
    }

    SegmentHeader requireHeader() {
        return header.orElseThrow();
    }
}
