package softadastra.wal.spi;

import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;

/**
 * What a record says it is, for people. In a log it is an open code ({@link WalRecord#typeCode()}), so that a log written by
 * a newer version stays readable: a code that has no constant here is {@link #UNKNOWN} and kept as it is.
 */
public enum WalRecordType {
    /** A value under a new key. */
    PUT(1),
    /** A value under a key that had one. */
    UPDATE(2),
    /** The removal of a key. */
    DELETE(3),
    /** A file event; a store skips it. */
    EVENT(4),
    /** A mark that the log's user set beside a checkpoint. */
    CHECKPOINT(5),
    /** Nothing; takes a sequence and may be skipped. */
    NOOP(6),
    /** What a store holds from here on, of other nodes' operations too: some came without those they had replaced. */
    HELD(7),
    /** A store's operations have another epoch from here on. */
    EPOCH(8),
    /** A code without a constant here. It cannot be appended by this name; append the code. */
    UNKNOWN(0);

    /** Codes below this must be understood by whoever opens a log; from it on, an unknown one may be skipped. */
    public static final int FIRST_SKIPPABLE_CODE = 64;

    /** The highest code a record can have. */
    public static final int MAX_CODE = 0x3FFF;

    private static final WalRecordType[] BY_CODE = {UNKNOWN, PUT, UPDATE, DELETE, EVENT, CHECKPOINT, NOOP, HELD, EPOCH};

    private final int code;

    WalRecordType(int code) {
        this.code = code;
    }

    /** The code on disk; 0, which no record has, for {@link #UNKNOWN}. */
    public int code() {
        return code;
    }

    /** The constant for a code, {@link #UNKNOWN} if there is none. */
    public static WalRecordType ofCode(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
    }

    /**
     * Refuses a code that no record can have.
     *
     * @throws SoftadastraException INVALID_ARGUMENT if it is outside 1 to {@link #MAX_CODE}
     */
    public static void requireCode(int code) {
        if (code < 1 || code > MAX_CODE) {
            throw new SoftadastraException(SoftadastraError.of(
                    ErrorCode.INVALID_ARGUMENT, "invalid WAL record type code " + code + ": must be 1 to " + MAX_CODE));
        }
    }

    /**
     * Refuses a record that whoever rebuilds state would have to know: its code has no constant here, and may not be skipped.
     *
     * @param sequence the record's, for the message
     * @param code its code
     * @throws SoftadastraException UNSUPPORTED_OPERATION, naming both
     */
    public static void requireUnderstood(long sequence, int code) {
        if (ofCode(code) == UNKNOWN && !isSkippable(code)) {
            throw new SoftadastraException(SoftadastraError.of(
                    ErrorCode.UNSUPPORTED_OPERATION,
                    "unsupported WAL record type " + code + " at sequence " + sequence
                            + ": a newer release wrote it; open the log with that release"));
        }
    }

    /** Whether a record of this code may be skipped by someone who does not know it. */
    public static boolean isSkippable(int code) {
        return code >= FIRST_SKIPPABLE_CODE;
    }
}
