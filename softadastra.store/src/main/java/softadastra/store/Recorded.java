package softadastra.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;

/** Does again what an operation's record says came of it, from what stood under its key. */
final class Recorded {

    private Recorded() {}

    /** Whether an operation has changed what stands under its key. */
    static boolean hasLeftSomething(Effect effect, Outcome outcome) {
        boolean passedOver = effect == Effect.LOST || effect == Effect.REJECTED;
        return !passedOver || outcome.floor().isPresent();
    }

    /**
     * What an operation has left.
     *
     * @param sequence the record's, to be named if it is not possible
     * @param written the operation, as it was written
     * @param standing what stood there, null for nothing
     * @throws SoftadastraException CORRUPTION if what the record names did not stand there
     */
    static Stored left(long sequence, Effect effect, Outcome outcome, Stored written, @Nullable Stored standing) {
        long floor = outcome.floor().map(above -> above.packed()).orElse(written.stamp);
        return switch (effect) {
            case WON -> Frontier.of(List.of(written), floor);
            case LOST, REJECTED -> Verdict.raised(require(sequence, standing), floor);
            case SIBLING -> Frontier.of(standing == null ? List.of(written) : withThose(standing, written), floor);
            case BESIDE -> Frontier.of(named(sequence, outcome, written, standing), floor);
            case MERGED ->
                Frontier.merged(
                        named(sequence, outcome, written, standing),
                        outcome.merged()
                                .flatMap(Outcome.Merged::value)
                                .map(Value::array)
                                .orElse(null),
                        floor);
        };
    }

    private static Stored require(long sequence, @Nullable Stored standing) {
        if (standing == null) {
            throw corrupt(sequence, "stands beside nothing");
        }
        return standing;
    }

    private static List<Stored> withThose(Stored standing, Stored written) {
        List<Stored> all = new ArrayList<>(standing.siblings());
        all.removeIf(each -> each.counter == written.counter && each.origin.equals(written.origin));
        all.add(written);
        return all;
    }

    private static List<Stored> named(long sequence, Outcome outcome, Stored written, @Nullable Stored standing) {
        List<Stored> all = standing == null ? List.of(written) : withThose(standing, written);
        List<Stored> named = new ArrayList<>();
        for (OperationId id : outcome.standing()) {
            named.add(all.stream()
                    .filter(each -> each.isOf(id))
                    .findFirst()
                    .orElseThrow(() -> corrupt(sequence, "stands beside " + id + ", which is not there")));
        }
        return named;
    }

    private static SoftadastraException corrupt(long sequence, String reason) {
        return SoftadastraError.of(
                        ErrorCode.CORRUPTION,
                        "corrupted WAL record at sequence " + sequence + ": its operation " + reason)
                .toException();
    }
}
