package softadastra.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import softadastra.cli.control.Entries;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.Value;

/** {@code store get}: prints the value of a key. */
@Command(
        name = "get",
        description = {
            "Prints the value of a key: exactly its bytes, so that it can be piped and redirected.",
            "On a terminal, text gets a line end, and what is not text is refused."
        })
final class StoreGetCommand extends Subcommand {

    @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
    private String key = "";

    @Option(names = "--file", paramLabel = "FILE", description = "Write the bytes to a file, replacing it.")
    private Optional<Path> file = Optional.empty();

    @Option(names = "--base64", description = "Print the value as base64, on one line.")
    private boolean base64;

    StoreGetCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        Entry entry = entry();
        if (file.isPresent()) {
            save(entry, file.get());
        } else if (io().isJson()) {
            io().line(base64 ? EntryText.withoutValue(entry).put("base64", encoded(entry)) : EntryText.json(entry));
        } else if (base64) {
            io().line(encoded(entry));
        } else {
            print(entry.value());
        }
        return ExitCode.OK;
    }

    private Entry entry() {
        try (Entries entries = entries()) {
            return entries.get(Key.of(key))
                    .orElseThrow(() -> new CommandFailure(
                            SoftadastraError.of(ErrorCode.NOT_FOUND, "key not found")
                                    .withContext(key),
                            Optional.empty()));
        }
    }

    private static String encoded(Entry entry) {
        return Base64.getEncoder().encodeToString(entry.value().bytes());
    }

    private void print(Value value) {
        if (!io().isTerminal()) {
            io().write(value.bytes());
            return;
        }
        if (!value.isText() || commandsTerminal(value.asString())) {
            throw new CommandFailure(
                    ErrorCode.UNSUPPORTED_OPERATION,
                    "the value is binary (" + Texts.count(value.length(), "byte", "bytes")
                            + ") and could upset the terminal",
                    "use --file FILE, --base64, or redirect the output");
        }
        String text = value.asString();
        io().line(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
    }

    private static boolean commandsTerminal(String text) {
        return text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t');
    }

    private void save(Entry entry, Path target) {
        try {
            Files.write(target, entry.value().bytes());
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.IO_ERROR, "failed to write " + target + ": " + Reasons.of(e));
        }
        if (io().isJson()) {
            io().line(EntryText.withoutValue(entry).put("file", target.toString()));
        } else {
            io().message("wrote " + Texts.count(entry.value().length(), "byte", "bytes") + " to " + target);
        }
    }
}
