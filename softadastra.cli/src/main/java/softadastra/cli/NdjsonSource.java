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
import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.Utf8;

/**
 * Entries as lines of JSON: {@code {"key":"user:1","value":"text"}}, or {@code "base64"} in place of {@code "value"}. Other
 * members are passed over, so that it takes what {@code store list --json} prints. Keys may be anything that a store takes.
 *
 * <p>A line that is wrong ends the import, and the error names it: everything before is written by then.
 */
final class NdjsonSource implements ImportSource {

    /** How to open the lines. */
    interface Opener {
        InputStream open() throws IOException;
    }

    // The largest value in the longest form: 64 MiB of base64, with some room for the key.
    private static final int MAX_LINE_BYTES = 96 << 20;

    private final Opener lines;

    NdjsonSource(Opener lines) {
        this.lines = lines;
    }

    @Override
    public void forEach(Sink sink) throws IOException {
        try (InputStream in = new BufferedInputStream(lines.open(), 1 << 16)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long number = 0;
            while (readLine(in, line, number + 1)) {
                number++;
                String text = decode(line, number);
                if (!text.isBlank()) {
                    take(text, number, sink);
                }
            }
        }
    }

    private static boolean readLine(InputStream in, ByteArrayOutputStream line, long number) throws IOException {
        line.reset();
        int b = in.read();
        if (b < 0) {
            return false;
        }
        while (b >= 0 && b != '\n') {
            if (line.size() == MAX_LINE_BYTES) {
                throw invalid(number, "it has more than " + MAX_LINE_BYTES + " bytes");
            }
            line.write(b);
            b = in.read();
        }
        return true;
    }

    private static String decode(ByteArrayOutputStream line, long number) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw invalid(number, "it is not UTF-8");
        }
    }

    private static void take(String text, long number, Sink sink) {
        Map<String, Object> object;
        try {
            object = JsonReader.object(text);
        } catch (JsonReader.Malformed e) {
            throw invalid(number, "no JSON object: " + e.getMessage());
        }
        if (!(object.get("key") instanceof String key) || key.isEmpty() || !Utf8.isWellFormed(key)) {
            throw invalid(number, "\"key\" must be a text that is not empty");
        }
        byte[] value = value(object, number);
        Optional<String> problem = TreeSource.problem(key, value.length);
        if (problem.isPresent()) {
            sink.leftOut(key, problem.get());
        } else {
            sink.entry(key, value);
        }
    }

    private static byte[] value(Map<String, Object> object, long number) {
        Object text = object.get("value");
        Object base64 = object.get("base64");
        if (text instanceof String string && base64 == null && Utf8.isWellFormed(string)) {
            return string.getBytes(StandardCharsets.UTF_8);
        }
        if (base64 instanceof String string && text == null) {
            try {
                return Base64.getDecoder().decode(string);
            } catch (IllegalArgumentException e) {
                throw invalid(number, "invalid \"base64\": " + e.getMessage());
            }
        }
        throw invalid(number, "it needs \"value\" or \"base64\", as text, and not both");
    }

    private static CommandFailure invalid(long line, String problem) {
        return new CommandFailure(ErrorCode.DECODE_FAILED, "invalid line " + line + " of the import: " + problem);
    }
}
