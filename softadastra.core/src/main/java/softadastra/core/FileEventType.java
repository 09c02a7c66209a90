package softadastra.core;

/**
 * What happened to a file.
 */
public enum FileEventType {
    /** It exists now and did not before. */
    CREATED(1),
    /** Its content or metadata changed. */
    UPDATED(2),
    /** It is gone; the event's current state is the one last seen. */
    DELETED(3),
    /** It has another path now; the event's previous state has the old one. */
    MOVED(4);

    private final int code;

    FileEventType(int code) {
        this.code = code;
    }

    /** The number that stands for this type on disk; never changed. */
    int code() {
        return code;
    }
}
