package softadastra.transport.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A small body of text: lines of a name, a space and a value, in a fixed order. What opens a session is made of it; the last line,
 * {@code proof}, covers all before it, byte by byte.
 */
final class Fields {
    private final String[] values;
    private final byte[] covered;

    private Fields(String[] values, byte[] covered) {
        this.values = values;
        this.covered = covered;
    }

    /** Writes names and values, in turn. */
    static byte[] write(String... namesAndValues) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            text.append(namesAndValues[i])
                    .append(' ')
                    .append(namesAndValues[i + 1])
                    .append('\n');
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads exactly the named lines; empty if there is anything else, or not all of them. */
    static Optional<Fields> read(byte[] body, String... names) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        List<String> values = new ArrayList<>();
        int at = 0;
        int last = 0;
        for (String name : names) {
            int end = text.indexOf('\n', at);
            if (end < 0 || !text.startsWith(name + " ", at) || at + name.length() + 1 >= end) {
                return Optional.empty();
            }
            values.add(text.substring(at + name.length() + 1, end));
            last = at;
            at = end + 1;
        }
        byte[] covered = text.substring(0, last).getBytes(StandardCharsets.ISO_8859_1);
        return at == text.length() ? Optional.of(new Fields(values.toArray(String[]::new), covered)) : Optional.empty();
    }

    String value(int index) {
        return values[index];
    }

    /** The value as a number from 0 on; -1 if it is none. */
    long number(int index) {
        String value = values[index];
        boolean digits = value.length() <= 18 && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Long.parseLong(value) : -1;
    }

    /** All lines before the last, as they came. */
    byte[] covered() {
        return covered.clone();
    }
}
