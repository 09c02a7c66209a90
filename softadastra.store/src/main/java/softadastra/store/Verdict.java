package softadastra.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;

/**
 * What an operation of another node does here, worked out of what its arbiter has decided and what stands under its key.
 *
 * @param effect what is recorded
 * @param outcome what is recorded besides
 * @param stored what it leaves; null if that is what was there
 */
record Verdict(Effect effect, Outcome outcome, @Nullable Stored stored) {

    /** What several operations are merged to may be so large at most: it is recorded beside the operation that came. */
    static final int MAX_MERGED = 8 << 20;

    /**
     * Works it out.
     *
     * @param decided the arbiter's answer
     * @param incoming the operation
     * @param standing what stands under its key
     * @param stays whether an operation that stands there stays beside it
     */
    static Verdict of(
            Effect decided,
            Arbiter arbiter,
            OperationRecord incoming,
            @Nullable Stored standing,
            Predicate<OperationId> stays) {
        Stored written = written(incoming);
        long told = incoming.outcome().floor().map(above -> above.packed()).orElse(written.stamp);
        long floor = standing == null ? told : later(standing.floor(), told);
        return switch (decided) {
            case WON -> won(written, floor);
            case LOST, REJECTED -> passedOver(decided, incoming, standing, floor);
            case SIBLING, MERGED -> beside(decided, arbiter, incoming, standing, stays, floor);
            case BESIDE ->
                throw new SoftadastraException(
                        ErrorCode.INVALID_ARGUMENT, "invalid decision: " + decided + " for operation " + incoming.id());
        };
    }

    private static Stored written(OperationRecord incoming) {
        return new Stored(
                incoming.operation().valueBytes(),
                incoming.version(),
                incoming.stamp().packed(),
                incoming.id().origin(),
                incoming.id().counter());
    }

    /** What an operation does that is held already: somebody else has passed another one over because of it. */
    static Verdict held(OperationRecord incoming, @Nullable Stored standing) {
        long told = incoming.outcome().floor().map(above -> above.packed()).orElse(0L);
        return standing == null || HybridTimestamp.comparePacked(told, standing.floor()) <= 0
                ? new Verdict(Effect.LOST, Outcome.NONE, null)
                : passedOver(Effect.LOST, incoming, standing, told);
    }

    private static long later(long one, long other) {
        return HybridTimestamp.comparePacked(one, other) >= 0 ? one : other;
    }

    private static Verdict won(Stored written, long floor) {
        return new Verdict(Effect.WON, floor(floor, written.stamp), Frontier.of(List.of(written), floor));
    }

    private static Outcome floor(long floor, long stamp) {
        return floor == stamp
                ? Outcome.NONE
                : new Outcome(Optional.of(HybridTimestamp.ofPacked(floor)), List.of(), Optional.empty());
    }

    /** Whoever writes here next has held it, and is to be above it all the same. */
    private static Verdict passedOver(Effect decided, OperationRecord incoming, @Nullable Stored standing, long floor) {
        if (standing == null) {
            if (decided == Effect.LOST) {
                throw new SoftadastraException(
                        ErrorCode.INVALID_ARGUMENT,
                        "invalid decision: operation " + incoming.id() + " lost against nothing");
            }
            return new Verdict(decided, Outcome.NONE, null);
        }
        return floor == standing.floor()
                ? new Verdict(decided, Outcome.NONE, null)
                : new Verdict(decided, floor(floor, standing.floor()), raised(standing, floor));
    }

    /** What stands under a key, below which nothing is to be written from here on. */
    static Stored raised(Stored standing, long floor) {
        return standing.isMerged()
                ? Frontier.merged(standing.siblings(), standing.value, floor)
                : Frontier.of(standing.siblings(), floor);
    }

    private static Verdict beside(
            Effect decided,
            Arbiter arbiter,
            OperationRecord incoming,
            @Nullable Stored standing,
            Predicate<OperationId> stays,
            long floor) {
        Stored written = written(incoming);
        List<Stored> all = new ArrayList<>();
        int before = 0;
        for (Stored each : standing == null ? List.<Stored>of() : standing.siblings()) {
            if (!each.isOf(incoming.id())) {
                before++;
                if (stays.test(new OperationId(each.origin, each.counter))) {
                    all.add(each);
                }
            }
        }
        if (all.isEmpty()) {
            return won(written, floor);
        }
        boolean allStay = all.size() == before;
        all.add(written);
        Optional<Verdict> merged =
                decided == Effect.MERGED ? merged(arbiter, incoming.operation().key(), all, floor) : Optional.empty();
        if (merged.isPresent()) {
            return merged.get();
        }
        List<Stored> ordered = Frontier.ordered(all);
        Stored last = ordered.get(0);
        Optional<HybridTimestamp> above = above(floor, last);
        boolean isShown = last.isOf(incoming.id());
        return allStay && !isShown && !(standing != null && standing.isMerged())
                ? new Verdict(Effect.SIBLING, new Outcome(above, List.of(), Optional.empty()), Frontier.of(all, floor))
                : new Verdict(
                        Effect.BESIDE, new Outcome(above, ids(ordered), Optional.empty()), Frontier.of(all, floor));
    }

    private static Optional<HybridTimestamp> above(long floor, Stored last) {
        return floor == last.stamp ? Optional.empty() : Optional.of(HybridTimestamp.ofPacked(floor));
    }

    /** Merges operations; empty if what comes of it is too large. */
    private static Optional<Verdict> merged(Arbiter arbiter, Key key, List<Stored> all, long floor) {
        List<Stored> ordered = Frontier.ordered(all);
        Stored last = ordered.get(0);
        Optional<Value> merged = arbiter.merge(key, Standing.of(key, Frontier.of(all, floor)));
        if (merged.isPresent() && merged.get().length() > MAX_MERGED) {
            return Optional.empty();
        }
        Outcome.Merged shown = new Outcome.Merged(merged, last.version, HybridTimestamp.ofPacked(last.stamp));
        return Optional.of(new Verdict(
                Effect.MERGED,
                new Outcome(above(floor, last), ids(ordered), Optional.of(shown)),
                Frontier.merged(all, merged.map(Value::array).orElse(null), floor)));
    }

    /** What is left of what stands under a key: some of it, the last one first, or nothing. */
    static Verdict rest(Arbiter arbiter, Key key, Stored standing, List<Stored> rest) {
        long floor = standing.floor();
        if (rest.isEmpty()) {
            Stored removed = new Stored(null, standing.version, standing.stamp, standing.origin, standing.counter);
            return won(removed, floor);
        }
        if (rest.size() == 1) {
            return won(rest.get(0), floor);
        }
        Optional<Verdict> merged = standing.isMerged() ? merged(arbiter, key, rest, floor) : Optional.empty();
        return merged.orElseGet(() -> new Verdict(
                Effect.BESIDE,
                new Outcome(above(floor, rest.get(0)), ids(rest), Optional.empty()),
                Frontier.of(rest, floor)));
    }

    private static List<OperationId> ids(List<Stored> ordered) {
        return ordered.stream()
                .map(each -> new OperationId(each.origin, each.counter))
                .toList();
    }
}
