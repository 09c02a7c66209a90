package softadastra.wal.tck.fault;

/** A kind of call on a storage, as faults are aimed at. */
public enum IoKind {
    /** Asking whether the directory exists. */
    EXISTS(false),
    /** Making the directory. */
    CREATE_DIRECTORY(true),
    /** Listing the names. */
    LIST(false),
    /** Asking for the size of a file, by name or open. */
    SIZE(false),
    /** Opening a file that exists. */
    OPEN(false),
    /** Making a file. */
    CREATE(true),
    /** Reading. */
    READ(false),
    /** Writing. */
    WRITE(true),
    /** Forcing a file. */
    FORCE(true),
    /** Cutting a file. */
    TRUNCATE(true),
    /** Deleting a name. */
    DELETE(true),
    /** Renaming. */
    RENAME(true),
    /** Forcing the directory. */
    FORCE_DIRECTORY(true),
    /** Taking the lock between processes. */
    LOCK(true),
    /** Closing a file. */
    CLOSE(false);

    private final boolean changing;

    IoKind(boolean changing) {
        this.changing = changing;
    }

    /** Whether such a call changes the disk or makes a change durable. */
    public boolean changes() {
        return changing;
    }
}
