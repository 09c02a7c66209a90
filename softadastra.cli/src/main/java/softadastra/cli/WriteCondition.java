package softadastra.cli;

import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.store.Entry;

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

    private boolean holds(Optional<Entry> current) {
        if (absent) {
            return current.isEmpty();
        }
        return sequence.isEmpty() || current.map(Entry::sequence).equals(sequence);
    }

    /** Ends the command with CONDITION_FAILED if the condition does not hold, having shown the current entry to programs. */
    void require(Io io, String key, Optional<Entry> current) {
        if (holds(current)) {
            return;
        }
        if (io.isJson()) {
            JsonObject answer = new JsonObject().put("key", key).put("written", false);
            io.line(current.isPresent() ? answer.put("current", EntryText.json(current.get())) : answer);
        }
        String is = current.map(entry -> "it has version " + entry.version() + ", of sequence " + entry.sequence())
                .orElse("it has no value");
        throw new CommandFailure(
                SoftadastraError.of(ErrorCode.CONDITION_FAILED, "condition failed: " + is)
                        .withContext(key),
                Optional.empty());
    }
}
