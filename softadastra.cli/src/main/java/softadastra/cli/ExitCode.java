package softadastra.cli;

import softadastra.core.ErrorCode;

/** What the process ends with. */
final class ExitCode {
    static final int OK = 0;

    /** It failed, or something was left out, which standard error names. */
    static final int FAILURE = 1;

    /** The command line, or something it names, is not acceptable; nothing was done. */
    static final int USAGE = 2;

    /** There is no such key, or no log. */
    static final int NOT_FOUND = 3;

    /** Acknowledged records are damaged. */
    static final int CORRUPTION = 4;

    /** Somebody else has the log open. */
    static final int LOCKED = 5;

    private ExitCode() {}

    static int of(ErrorCode code) {
        return switch (code) {
            case INVALID_ARGUMENT -> USAGE;
            case NOT_FOUND -> NOT_FOUND;
            case CORRUPTION -> CORRUPTION;
            case LOCKED -> LOCKED;
            default -> FAILURE;
        };
    }
}
