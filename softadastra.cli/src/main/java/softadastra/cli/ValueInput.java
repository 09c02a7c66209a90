package softadastra.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import softadastra.core.ErrorCode;
import softadastra.store.Value;

/** The key that a command is given, and the value: as text, in a file, or on standard input. */
final class ValueInput {

    @Parameters(index = "0", paramLabel = "KEY", description = "The key: 1 byte to 64 KiB of UTF-8.")
    private String key = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "VALUE",
            description = "The value as text; '-' takes the bytes of standard input.")
    private Optional<String> value = Optional.empty();

    @Option(names = "--file", paramLabel = "FILE", description = "Take the bytes of a file.")
    private Optional<Path> file = Optional.empty();

    @Option(names = "--base64", description = "What is given is base64 of the value.")
    private boolean base64;

    String key() {
        return key;
    }

    boolean isGiven() {
        return value.isPresent() || file.isPresent();
    }

    /** Fails unless there is one value. */
    void require(String command) {
        if (value.isPresent() == file.isPresent()) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT,
                    value.isPresent() ? "give VALUE or --file, not both" : "missing value",
                    command + " KEY VALUE | KEY - | KEY --file FILE");
        }
    }

    /** Reads it, to its end. */
    Value read(Io io) {
        if (file.isPresent()) {
            return decoded(read(file.get()));
        }
        String text = value.orElseThrow();
        if (text.equals("-")) {
            return decoded(read(io.in(), "standard input"));
        }
        return base64 ? decoded(text.getBytes(StandardCharsets.UTF_8)) : Value.fromString(text);
    }

    private Value decoded(byte[] bytes) {
        if (!base64) {
            return Value.of(bytes);
        }
        try {
            String text = new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("\\s", "");
            return Value.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ErrorCode.INVALID_ARGUMENT, "invalid base64: " + e.getMessage());
        }
    }

    private byte[] read(Path from) {
        try (InputStream in = Files.newInputStream(from)) {
            return read(in, from.toString());
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ErrorCode.NOT_FOUND, "failed to read " + from + ": file does not exist");
        } catch (IOException e) {
            throw failed(from.toString(), e);
        }
    }

    private byte[] read(InputStream in, String name) {
        // One byte more than a store takes, in any form, is enough to be refused.
        long limit = base64 ? 2L * Value.MAX_BYTES : Value.MAX_BYTES;
        try {
            byte[] bytes = readUpTo(in, (int) limit + 1);
            if (bytes.length > limit) {
                throw new CommandFailure(
                        ErrorCode.RECORD_TOO_LARGE,
                        "invalid value: " + name + " has more than " + limit + " bytes, and a value has at most "
                                + Value.MAX_BYTES);
            }
            return bytes;
        } catch (IOException e) {
            throw failed(name, e);
        }
    }

    // By read alone: what files offer beside it asks for a position, which a pipe does not have.
    private static byte[] readUpTo(InputStream in, int most) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] chunk = new byte[64 << 10];
        int count = in.read(chunk, 0, Math.min(chunk.length, most));
        while (count > 0) {
            bytes.write(chunk, 0, count);
            count = in.read(chunk, 0, Math.min(chunk.length, most - bytes.size()));
        }
        return bytes.toByteArray();
    }

    private static CommandFailure failed(String name, IOException e) {
        return new CommandFailure(ErrorCode.IO_ERROR, "failed to read " + name + ": " + Reasons.of(e));
    }
}
