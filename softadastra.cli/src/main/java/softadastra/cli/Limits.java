package softadastra.cli;

import softadastra.core.ErrorCode;

/** Judges numbers of the command line. */
final class Limits {
    private Limits() {}

    static void requireNotNegative(String option, long value) {
        requireBetween(option, value, 0, Long.MAX_VALUE);
    }

    static void requireBetween(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid " + option + " " + value + ": must be at least " + least
                            + (most == Long.MAX_VALUE ? "" : " and at most " + most));
        }
    }
}
