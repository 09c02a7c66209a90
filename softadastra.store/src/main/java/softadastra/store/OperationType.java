package softadastra.store;

import softadastra.wal.spi.WalRecordType;

/** What an operation does to its key. The log's record types of the same names carry them. */
public enum OperationType {
    /** Gives a value to a key that has none. As an argument of a write: to a key that has one, too. */
    PUT(WalRecordType.PUT),
    /** Gives a value to a key that has one. */
    UPDATE(WalRecordType.UPDATE),
    /** Takes a key's value away. */
    DELETE(WalRecordType.DELETE);

    private final WalRecordType recordType;

    OperationType(WalRecordType recordType) {
        this.recordType = recordType;
    }

    /**
     * The type of the log records that hold such operations; its code is also the operation's own, in binary form.
     *
     * @return the record type
     */
    public WalRecordType recordType() {
        return recordType;
    }

    int code() {
        return recordType.code();
    }

    /** Whether a code is that of an operation. */
    static boolean isOperation(int code) {
        return code >= PUT.code() && code <= DELETE.code();
    }

    /** The type of a code for which {@link #isOperation} holds. */
    static OperationType ofCode(int code) {
        return code == PUT.code() ? PUT : code == UPDATE.code() ? UPDATE : DELETE;
    }
}
