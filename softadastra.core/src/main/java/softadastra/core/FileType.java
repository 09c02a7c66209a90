package softadastra.core;

/**
 * What kind of thing a path names.
 */
public enum FileType {
    /** A regular file. */
    FILE(1),
    /** A directory. */
    DIRECTORY(2),
    /** A symbolic link; its metadata is the link's own. */
    SYMBOLIC_LINK(3),
    /** Anything else, such as a device or a socket. */
    OTHER(4);

    private final int code;

    FileType(int code) {
        this.code = code;
    }

    /** The number that stands for this type on disk; never changed. */
    int code() {
        return code;
    }
}
