package softadastra.wal.file;

import java.util.Optional;

/** How files of a kind are called: ten decimal digits, then the same suffix, so that names sort as their numbers do. */
record NumberedName(String suffix) {

    private static final int DIGITS = 10;

    String of(long ordinal) {
        String digits = Long.toString(ordinal);
        return "0".repeat(Math.max(0, DIGITS - digits.length())) + digits + suffix;
    }

    /** The number in a file's name, empty if it is of another kind. */
    Optional<Long> ordinal(String name) {
        if (!name.endsWith(suffix) || name.length() != DIGITS + suffix.length()) {
            return Optional.empty();
        }
        String digits = name.substring(0, DIGITS);
        return digits.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Optional.of(Long.parseLong(digits))
                : Optional.empty();
    }
}
