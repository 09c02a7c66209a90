package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import softadastra.cli.control.Node;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.store.Key;
import softadastra.store.RemoveResult;

/** {@code store remove}: takes a key's value away, durably. */
@Command(
        name = "remove",
        description =
                "Takes a key's value away. A key that has none is an error (exit code 3), and nothing is written.")
final class StoreRemoveCommand extends Subcommand {

    @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
    private String key = "";

    @Option(names = "--if-sequence", paramLabel = "N", description = WriteCondition.IF_SEQUENCE)
    private Optional<Long> ifSequence = Optional.empty();

    StoreRemoveCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        WriteCondition condition = WriteCondition.of(false, ifSequence);
        RemoveResult result;
        try (Node node = existingNode()) {
            result = condition.remove(io(), node, Key.of(key));
        }
        if (!result.deleted()) {
            throw new CommandFailure(
                    SoftadastraError.of(ErrorCode.NOT_FOUND, "key not found").withContext(key), Optional.empty());
        }
        if (io().isJson()) {
            io().line(new JsonObject().put("key", key).put("deleted", true).put("version", result.version()));
        } else {
            io().line("removed " + Texts.visible(key) + " version=" + result.version());
        }
        return ExitCode.OK;
    }
}
