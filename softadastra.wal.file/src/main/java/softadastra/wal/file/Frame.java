package softadastra.wal.file;

/**
 * The layout of a frame: one atomic append, of one record or a batch, or a piece of the log's own bookkeeping. Frames follow
 * each other without gaps, each starting at a multiple of 8. All numbers are little-endian.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |                     length of the body                        |  0
 * +---------------+---------------+-------------------------------+
 * |     kind      |   flags (0)   |   type code of a SINGLE       |  4
 * +---------------+---------------+-------------------------------+
 * |                  first sequence (64 bits)                     |  8
 * |                                                               |
 * +---------------------------------------------------------------+
 * |                     timestamp (64 bits)                       | 16
 * |                                                               |
 * +---------------------------------------------------------------+
 * |  lag: first sequence - 1 - last sequence known to be durable  | 24
 * +---------------------------------------------------------------+
 * |            header CRC of the frame before (chain)             | 28
 * +---------------------------------------------------------------+
 * |          CRC-32C of the body and its padding                  | 32
 * +---------------------------------------------------------------+
 * |   CRC-32C of bytes 0-35, the segment's salt, and the frame's  | 36
 * |   offset in the file (4 and 8 bytes)                          |
 * +---------------------------------------------------------------+
 * |  body, then zeros to the next multiple of 8                   | 40
 * </pre>
 *
 * <p>The body of a {@link #SINGLE} is the record's payload; of a {@link #BATCH}: a count, then type code, length and payload
 * of each record, the numbers as unsigned LEB128. The others take no sequence: their first sequence is the one the
 * next record will have. {@link #CONTINUED} has the size of the next segment's file as its body, and they have none. Since salt and offset are under the CRC, neither a frame of another log, nor one at another
 * place, nor one that somebody stored as a value, is ever taken for a frame.
 */
final class Frame {

    static final int HEADER_BYTES = 40;
    static final int ALIGNMENT = 8;

    /** The largest body. A batch's numbers count too. */
    static final int MAX_BODY = 80 << 20;

    /** The largest frame. */
    static final int MAX_BYTES = HEADER_BYTES + MAX_BODY + ALIGNMENT;

    /** One record. */
    static final int SINGLE = 1;
    /** Several records, atomically. */
    static final int BATCH = 2;
    /** Says how much is durable, while nothing else is written. */
    static final int WATERMARK = 3;
    /** The log was closed; everything before is durable. */
    static final int SEAL = 4;
    /** The segment ends here, and the next one exists. */
    static final int CONTINUED = 5;

    /** The body of a {@link #CONTINUED}: the size of the next segment's file, 8 bytes. */
    static final int CONTINUED_BODY = Long.BYTES;

    static final int LENGTH_AT = 0;
    static final int KIND_AT = 4;
    static final int FLAGS_AT = 5;
    static final int TYPE_AT = 6;
    static final int SEQUENCE_AT = 8;
    static final int TIMESTAMP_AT = 16;
    static final int LAG_AT = 24;
    static final int CHAIN_AT = 28;
    static final int BODY_CRC_AT = 32;
    static final int HEADER_CRC_AT = 36;

    private Frame() {}

    /** The size of a frame with a body of so many bytes. */
    static long bytes(long body) {
        return (HEADER_BYTES + body + ALIGNMENT - 1) & -ALIGNMENT;
    }

    static boolean isBookkeeping(int kind) {
        return kind >= WATERMARK;
    }

    static String name(int kind) {
        return switch (kind) {
            case SINGLE, BATCH -> "RECORD";
            case WATERMARK -> "WATERMARK";
            case SEAL -> "SEAL";
            case CONTINUED -> "CONTINUED";
            default -> "UNKNOWN";
        };
    }

    /** The lag field for a frame, all ones where the truth does not fit and nothing is claimed. */
    static int lag(long firstSequence, long durable) {
        long lag = firstSequence - 1 - durable;
        return lag < 0xFFFF_FFFFL ? (int) lag : -1;
    }

    /** The last sequence a frame claims to be durable, 0 where it claims nothing. */
    static long syncedThrough(long firstSequence, int lag) {
        return lag == -1 ? 0 : Math.max(0, firstSequence - 1 - Integer.toUnsignedLong(lag));
    }
}
