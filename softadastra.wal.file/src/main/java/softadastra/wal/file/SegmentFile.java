package softadastra.wal.file;

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

    private static final NumberedName NAME = new NumberedName(".segment");

    static String name(long ordinal) {
        return NAME.of(ordinal);
    }

    /** The ordinal in a file's name, empty if it is no segment's. */
    static Optional<Long> ordinal(String name) {
        return NAME.ordinal(name);
    }

    SegmentHeader requireHeader() {
        return header.orElseThrow();
    }
}
