package softadastra.cli;

import java.util.Optional;
import softadastra.cli.control.Condition;
import softadastra.cli.control.Node;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.store.ConditionalResult;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.PutResult;
import softadastra.store.RemoveResult;
import softadastra.store.Value;

/** What an entry must be like for a write to happen. Where it is not, the current entry is the answer. */
final class WriteCondition {
    static final String IF_SEQUENCE =
            "Only if the key's entry is the one that this sequence wrote, as get and list --json show it.";

    private final boolean absent;
    private final Optional<Long> sequence;

    private WriteCondition(boolean absent, Optional<Long> sequence) {
        this.absent = absent;
        this.sequence = sequence;
    }

    static WriteCondition of(boolean ifAbsent, Optional<Long> ifSequence) {
        if (ifAbsent && ifSequence.isPresent()) {
            throw new CommandFailure(ErrorCode.INVALID_ARGUMENT, "give --if-absent or --if-sequence, not both");
        }
        ifSequence.ifPresent(value -> Limits.requireBetween("--if-sequence", value, 1, Long.MAX_VALUE));
        return new WriteCondition(ifAbsent, ifSequence);
    }

    /** Puts if the condition holds; otherwise ends the command with CONDITION_FAILED, having shown the current entry. */
    PutResult put(Io io, Node node, Key key, Value value) {
        return written(io, key, node.put(key, value, condition()));
    }

    /** Removes if the condition holds, as {@link #put}. */
    RemoveResult remove(Io io, Node node, Key key) {
        return written(io, key, node.remove(key, condition()));
    }

    private Condition condition() {
        return new Condition(absent, sequence.orElse(0L));
    }

    private static <T> T written(Io io, Key key, Result<ConditionalResult<T>> answer) {
        ConditionalResult<T> result = answer.orElseThrow();
        return result.written().orElseThrow(() -> failed(io, key.asString(), result.current()));
    }

    private static CommandFailure failed(Io io, String key, Optional<Entry> current) {
        if (io.isJson()) {
            JsonObject answer = new JsonObject().put("key", key).put("written", false);
            io.line(current.isPresent() ? answer.put("current", EntryText.json(current.get())) : answer);
        }
        String is = current.map(entry -> "it has version " + entry.version() + ", of sequence " + entry.sequence())
                .orElse("it has no value");
        return new CommandFailure(
                SoftadastraError.of(ErrorCode.CONDITION_FAILED, "condition failed: " + is)
                        .withContext(key),
                Optional.empty());
    }
}
