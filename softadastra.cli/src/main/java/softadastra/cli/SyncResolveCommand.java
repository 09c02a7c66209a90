package softadastra.cli;

import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import softadastra.cli.control.Node;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.store.Key;
import softadastra.store.Value;

/** {@code sync resolve}: deals with the conflicts of a key. */
@Command(
        name = "resolve",
        description = {
            "Deals with the conflicts of a key, so that they are told no more. With a value, given as to 'store put', the key gets",
            "it, here and on every node that has not written the key since; without one it keeps what it has.",
            "Other nodes go on writing meanwhile. With --if-sequence it deals with what 'sync conflicts' has shown, and with nothing that",
            "has come since: later conflicts are told on, and if something else stands under the key by now, nothing is written (exit",
            "code 1). Without it, it deals with all there is when it gets there: also with what nobody has looked at, which is gone then.",
            "A key without conflicts is an error (exit code 3), and nothing is written."
        })
final class SyncResolveCommand extends Subcommand {

    @Mixin
    private final ValueInput input = new ValueInput();

    @Option(
            names = "--if-sequence",
            paramLabel = "N",
            description = "Only what there was by then: the sequence that 'sync conflicts' shows.")
    private Optional<Long> ifSequence = Optional.empty();

    SyncResolveCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        ifSequence.ifPresent(sequence -> Limits.requireBetween("--if-sequence", sequence, 1, Long.MAX_VALUE));
        // All input first: the log is not held while somebody types.
        Optional<Value> value = Optional.empty();
        if (input.isGiven()) {
            input.require("softadastra sync resolve");
            value = Optional.of(input.read(io()));
        }
        int resolved;
        try (Node node = existingNode()) {
            resolved = resolve(node, value);
        }
        if (resolved == 0) {
            String then = ifSequence
                    .map(sequence -> " that there was at sequence " + sequence)
                    .orElse("");
            throw new CommandFailure(
                    SoftadastraError.of(ErrorCode.NOT_FOUND, "no conflict of this key" + then)
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

    private int resolve(Node node, Optional<Value> value) {
        OptionalLong seen = ifSequence.map(OptionalLong::of).orElse(OptionalLong.empty());
        Result<Integer> resolved = node.resolve(Key.of(input.key()), value, seen);
        if (resolved.isErr() && resolved.error().code() == ErrorCode.CONDITION_FAILED) {
            throw new CommandFailure(
                    resolved.error(),
                    Optional.of("look again: " + root().command("sync conflicts " + Texts.shellWord(input.key()))));
        }
        return resolved.orElseThrow();
    }
}
