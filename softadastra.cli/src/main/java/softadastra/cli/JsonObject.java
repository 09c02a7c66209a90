package softadastra.cli;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A JSON object under construction, on one line. Members stand in the order in which they were put. Not thread-safe. */
final class JsonObject {
    private final StringBuilder text = new StringBuilder("{");

    JsonObject put(String name, String value) {
        return member(name, quote(value));
    }

    JsonObject put(String name, long value) {
        return member(name, Long.toString(value));
    }

    JsonObject put(String name, boolean value) {
        return member(name, Boolean.toString(value));
    }

    JsonObject put(String name, JsonObject value) {
        return member(name, value.toString());
    }

    JsonObject put(String name, List<JsonObject> values) {
        return member(name, values.stream().map(JsonObject::toString).collect(Collectors.joining(",", "[", "]")));
    }

    JsonObject putTexts(String name, Collection<String> values) {
        return member(name, values.stream().map(JsonObject::quote).collect(Collectors.joining(",", "[", "]")));
    }

    /** Puts a member only where there is a value. */
    JsonObject put(String name, Optional<String> value) {
        return value.isPresent() ? put(name, value.get()) : this;
    }

    private JsonObject member(String name, String json) {
        if (text.length() > 1) {
            text.append(',');
        }
        text.append(quote(name)).append(':').append(json);
        return this;
    }

    /** A JSON string. Control characters, and surrogates without a partner, are escaped; all else stands for itself. */
    static String quote(String value) {
        StringBuilder out = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (isEscaped(value, i)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }

    // U+2028 and U+2029 end a line for some readers of one object per line.
    private static boolean isEscaped(String text, int index) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return index == 0 || !Character.isHighSurrogate(text.charAt(index - 1));
        }
        return Character.isISOControl(c) || c == 0x2028 || c == 0x2029;
    }

    @Override
    public String toString() {
        return text + "}";
    }
}
