package softadastra.cli;

import java.time.Duration;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import softadastra.core.ErrorCode;

/** Lengths of time on the command line: a whole number and a unit, such as {@code 30d}, {@code 12h}, {@code 10m} or {@code 90s}. */
final class Durations {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,10})([dhms])");
    private static final Duration MOST = Duration.ofDays(36_500);
    private static final String FORM = "a whole number and a unit, d, h, m or s: ";

    private Durations() {}

    /**
     * Reads one, and puts it to use.
     *
     * @param option the option that has it
     * @param text what it was given
     * @param example what it may be given
     * @param least what it is at least, in words
     * @param use takes it, and refuses with IllegalArgumentException what is less than that
     * @return what that answers
     * @throws CommandFailure INVALID_ARGUMENT, naming option and text
     */
    static <T> T apply(String option, String text, String example, String least, Function<Duration, T> use) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw invalid(option, text, "it is no length of time", example);
        }
        Duration duration = of(Long.parseLong(matcher.group(1)), matcher.group(2));
        if (duration.compareTo(MOST) > 0) {
            throw invalid(option, text, "it is more than " + MOST.toDays() + "d", example);
        }
        try {
            return use.apply(duration);
        } catch (IllegalArgumentException e) {
            throw invalid(option, text, "it must be at least " + least, example);
        }
    }

    private static Duration of(long count, String unit) {
        return switch (unit) {
            case "d" -> Duration.ofDays(count);
            case "h" -> Duration.ofHours(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofSeconds(count);
        };
    }

    private static CommandFailure invalid(String option, String text, String reason, String example) {
        return new CommandFailure(
                ErrorCode.INVALID_ARGUMENT,
                "invalid " + option + " '" + text + "': " + reason,
                FORM + option + " " + example);
    }
}
