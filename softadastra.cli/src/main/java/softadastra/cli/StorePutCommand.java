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
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import softadastra.core.ErrorCode;
import softadastra.store.Key;
import softadastra.store.PutResult;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** {@code store put}: gives a value to a key, durably. */
@Command(
        name = "put",
        description = {
            "Gives a value to a key. When it answers, the value is on stable storage.",
            "The value is the text given, or the bytes of a file or of standard input, unchanged.",
            "With a condition that does not hold nothing is written, and the exit code is 1."
        })
final class StorePutCommand extends Subcommand {

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

    @Option(names = "--if-absent", description = "Only if the key has no value.")
    private boolean ifAbsent;

    @Option(names = "--if-sequence", paramLabel = "N", description = WriteCondition.IF_SEQUENCE)
    private Optional<Long> ifSequence = Optional.empty();

    StorePutCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        if (value.isPresent() == file.isPresent()) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT,
                    value.isPresent() ? "give VALUE or --file, not both" : "missing value",
                    "softadastra store put KEY VALUE | KEY - | KEY --file FILE");
        }
        // All input first: the log is not held while somebody types.
        WriteCondition condition = WriteCondition.of(ifAbsent, ifSequence);
        Value bytes = value();
        try (StoreEngine store = ownStore()) {
            PutResult result = condition.put(io(), store, Key.of(key), bytes);
            print(result);
        }
        return ExitCode.OK;
    }

    private void print(PutResult result) {
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("key", key)
                    .put("created", result.created())
                    .put("updated", result.updated())
                    .put("version", result.version())
                    .put("sequence", result.sequence()));
        } else {
            io().line((result.created() ? "created " : "updated ") + Texts.visible(key) + " version=" + result.version()
                    + " sequence=" + result.sequence());
        }
    }

    private Value value() {
        if (file.isPresent()) {
            return decoded(read(file.get()));
        }
        String text = value.orElseThrow();
        if (text.equals("-")) {
            return decoded(read(io().in(), "standard input"));
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
