package softadastra.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import softadastra.core.ErrorCode;
import softadastra.core.Utf8;

/** Lines of JSON, one object each; a line that is wrong is an error that names it by number. Blank lines are passed over. */
final class NdjsonLines {
    // The largest value in the longest form: 64 MiB of base64, with some room for the key.
    private static final int MAX_LINE_BYTES = 96 << 20;

    private NdjsonLines() {}

    /** Takes lines. */
    interface Sink {
        void line(Line line);
    }

    /**
     * A line.
     *
     * @param members the object's members
     * @param number which line, from 1
     * @param of what it is a line of, for messages
     */
    record Line(Map<String, Object> members, long number, String of) {

        /** The key of an entry or an operation. */
        String key() {
            if (!(members.get("key") instanceof String key) || key.isEmpty() || !Utf8.isWellFormed(key)) {
                throw invalid("\"key\" must be a text that is not empty");
            }
            return key;
        }

        /** The value, as text or as base64. */
        byte[] value() {
            Object text = members.get("value");
            Object base64 = members.get("base64");
            if (text instanceof String string && base64 == null && Utf8.isWellFormed(string)) {
                return string.getBytes(StandardCharsets.UTF_8);
            }
            if (base64 instanceof String string && text == null) {
                try {
                    return Base64.getDecoder().decode(string);
                } catch (IllegalArgumentException e) {
                    throw invalid("invalid \"base64\": " + e.getMessage());
                }
            }
            throw invalid("it needs \"value\" or \"base64\", as text, and not both");
        }

        CommandFailure invalid(String problem) {
            return NdjsonLines.invalid(of, number, problem);
        }
    }

    /** Hands over every line of a stream, and closes it. */
    static void forEach(InputStream lines, String of, Sink sink) throws IOException {
        try (InputStream in = new BufferedInputStream(lines, 1 << 16)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long number = 1;
            while (readLine(in, line, of, number)) {
                String text = decode(line, of, number);
                if (!text.isBlank()) {
                    sink.line(new Line(object(text, of, number), number, of));
                }
                number++;
            }
        }
    }

    private static boolean readLine(InputStream in, ByteArrayOutputStream line, String of, long number)
            throws IOException {
        line.reset();
        int b = in.read();
        if (b < 0) {
            return false;
        }
        while (b >= 0 && b != '\n') {
            if (line.size() == MAX_LINE_BYTES) {
                throw invalid(of, number, "it has more than " + MAX_LINE_BYTES + " bytes");
            }
            line.write(b);
            b = in.read();
        }
        return true;
    }

    private static String decode(ByteArrayOutputStream line, String of, long number) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw invalid(of, number, "it is not UTF-8");
        }
    }

    private static Map<String, Object> object(String text, String of, long number) {
        try {
            return JsonReader.object(text);
        } catch (JsonReader.Malformed e) {
            throw invalid(of, number, "no JSON object: " + e.getMessage());
        }
    }

    private static CommandFailure invalid(String of, long line, String problem) {
        return new CommandFailure(ErrorCode.DECODE_FAILED, "invalid line " + line + " of the " + of + ": " + problem);
    }
}
