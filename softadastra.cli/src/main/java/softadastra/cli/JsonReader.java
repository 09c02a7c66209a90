package softadastra.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON text, as RFC 8259 has it and nothing beyond: no trailing commas, no comments, no names twice in an object,
 * nothing after the text.
 *
 * <p>An object becomes a {@code Map<String, Object>}, an array a {@code List<Object>}, a string a {@code String}, a number a
 * {@code Double}, true and false a {@code Boolean}, and null {@link #NULL}.
 */
final class JsonReader {

    /** What null becomes. */
    static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    private static final int MAX_DEPTH = 64;

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /** A text that is not JSON. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String problem, int index) {
            super(problem + " at character " + (index + 1));
        }
    }

    /** Reads a text that is one object. */
    static Map<String, Object> object(String text) throws Malformed {
        JsonReader reader = new JsonReader(text);
        reader.skipSpace();
        if (reader.peek() != '{') {
            throw new Malformed("no object", reader.at);
        }
        Map<String, Object> object = reader.object(0);
        reader.skipSpace();
        if (reader.at < text.length()) {
            throw new Malformed("something after the object", reader.at);
        }
        return object;
    }

    private Object value(int depth) throws Malformed {
        if (depth > MAX_DEPTH) {
            throw new Malformed("nested deeper than " + MAX_DEPTH, at);
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> literal("true", true);
            case 'f' -> literal("false", false);
            case 'n' -> literal("null", NULL);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) throws Malformed {
        Map<String, Object> members = new LinkedHashMap<>();
        expect('{');
        skipSpace();
        if (peek() == '}') {
            at++;
            return members;
        }
        while (true) {
            skipSpace();
            int start = at;
            String name = string();
            skipSpace();
            expect(':');
            skipSpace();
            if (members.put(name, value(depth + 1)) != null) {
                throw new Malformed("the name " + JsonObject.quote(name) + " twice", start);
            }
            skipSpace();
            if (peek() != ',') {
                expect('}');
                return members;
            }
            at++;
        }
    }

    private List<Object> array(int depth) throws Malformed {
        List<Object> values = new ArrayList<>();
        expect('[');
        skipSpace();
        if (peek() == ']') {
            at++;
            return values;
        }
        while (true) {
            skipSpace();
            values.add(value(depth + 1));
            skipSpace();
            if (peek() != ',') {
                expect(']');
                return values;
            }
            at++;
        }
    }

    private String string() throws Malformed {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return out.toString();
            }
            if (c < 0x20) {
                throw new Malformed("control character in a string", at - 1);
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws Malformed {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw new Malformed("unknown escape", at - 1);
        };
    }

    private char unicode() throws Malformed {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            char c = next();
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw new Malformed("no hexadecimal digit", at - 1);
            }
            code = code << 4 | digit;
        }
        return (char) code;
    }

    private Object literal(String word, Object value) throws Malformed {
        if (!text.startsWith(word, at)) {
            throw new Malformed("no value", at);
        }
        at += word.length();
        return value;
    }

    private Double number() throws Malformed {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        return Double.valueOf(text.substring(start, at));
    }

    private void digits() throws Malformed {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == start) {
            throw new Malformed("no value", at);
        }
    }

    private void skipSpace() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            at++;
        }
    }

    private void expect(char c) throws Malformed {
        if (peek() != c) {
            throw new Malformed("'" + c + "' is missing", at);
        }
        at++;
    }

    private char next() throws Malformed {
        if (at == text.length()) {
            throw new Malformed("the end comes too early", at);
        }
        return text.charAt(at++);
    }

    /** The next character, NUL at the end: no JSON has one outside of strings. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }
}
