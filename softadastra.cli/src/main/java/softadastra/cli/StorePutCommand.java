package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import softadastra.cli.control.Node;
import softadastra.store.Key;
import softadastra.store.PutResult;
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

    @Mixin
    private final ValueInput input = new ValueInput();

    @Option(names = "--if-absent", description = "Only if the key has no value.")
    private boolean ifAbsent;

    @Option(names = "--if-sequence", paramLabel = "N", description = WriteCondition.IF_SEQUENCE)
    private Optional<Long> ifSequence = Optional.empty();

    StorePutCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        input.require("softadastra store put");
        // All input first: the log is not held while somebody types.
        WriteCondition condition = WriteCondition.of(ifAbsent, ifSequence);
        Value bytes = input.read(io());
        try (Node node = node()) {
            PutResult result = condition.put(io(), node, Key.of(input.key()), bytes);
            print(result);
        }
        return ExitCode.OK;
    }

    private void print(PutResult result) {
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("key", input.key())
                    .put("created", result.created())
                    .put("updated", result.updated())
                    .put("version", result.version())
                    .put("sequence", result.sequence()));
        } else {
            io().line((result.created() ? "created " : "updated ") + Texts.visible(input.key()) + " version="
                    + result.version() + " sequence=" + result.sequence());
        }
    }
}
