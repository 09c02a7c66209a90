package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import softadastra.cli.control.Node;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.store.Key;
import softadastra.store.Value;

/** {@code sync resolve}: deals with the conflicts of a key. */
@Command(
        name = "resolve",
        description = {
            "Deals with the conflicts of a key, so that they are told no more. With a value, given as to 'store put', the key gets",
            "it, here and on every node that has not written the key since; without one it keeps what it has.",
            "A key without conflicts is an error (exit code 3), and nothing is written."
        })
final class SyncResolveCommand extends Subcommand {

    @Mixin
    private final ValueInput input = new ValueInput();

    SyncResolveCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        // All input first: the log is not held while somebody types.
        Optional<Value> value = Optional.empty();
        if (input.isGiven()) {
            input.require("softadastra sync resolve");
            value = Optional.of(input.read(io()));
        }
        int resolved;
        try (Node node = existingNode()) {
            resolved = node.resolve(Key.of(input.key()), value).orElseThrow();
        }
        if (resolved == 0) {
            throw new CommandFailure(
                    SoftadastraError.of(ErrorCode.NOT_FOUND, "no conflict of this key")
                            .withContext(input.key()),
                    Optional.of(root().command("sync conflicts")));
        }
        if (io().isJson()) {
            io().line(new JsonObject().put("key", input.key()).put("resolved", resolved));
        } else {
            io().line("resolved " + Texts.visible(input.key()) + ": " + Texts.count(resolved, "conflict", "conflicts"));
        }
        return ExitCode.OK;
    }
}
