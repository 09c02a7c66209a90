package softadastra.sync;

/** Why a node has rejected an operation for good. */
public enum RejectionCode {
    /** For a reason that this release does not know. */
    OTHER(0),
    /** Its {@link Admission} has refused it. */
    REFUSED(1),
    /** It is larger than what the node takes. */
    TOO_LARGE(2);

    private final int code;

    RejectionCode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** The reason of a code; one of a newer release is {@link #OTHER}. */
    static RejectionCode of(int code) {
        return switch (code) {
            case 1 -> REFUSED;
            case 2 -> TOO_LARGE;
            default -> OTHER;
        };
    }
}
