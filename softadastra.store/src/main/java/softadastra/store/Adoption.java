package softadastra.store;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * Operations that come without those they had replaced: a part of what stands at another node, or the rest of it.
 *
 * @param survivors the operations; type and effect are decided where they are logged, and contexts are not looked at
 * @param gone what stands here, and neither stands there nor is to come: it was replaced by something that nobody knows any more. It
 *     is taken away, if it still stands
 * @param held if this is the rest: what is held once it is there. Somebody who has it had all that they replaced. With what is held
 *     already, this is what is held from there on
 * @param beside all operations that stand under the keys of the survivors there, these included: what of them stands here already stays
 *     beside those that come
 * @param restores whether what this store's writes took the place of is to stand beside them again, ahead of the survivors: some of
 *     it, or all with what is held; see {@link Replication#keepReplaced}
 * @param told what is told anew: of what this store's writes took the place of, these operations on these keys stand again only if they
 *     are among the survivors; called while writers wait
 */
public record Adoption(
        List<OperationRecord> survivors,
        List<Standing> gone,
        Optional<CausalContext> held,
        Set<OperationId> beside,
        boolean restores,
        BiPredicate<Key, OperationId> told) {

    /** What comes, and nothing else. */
    public Adoption(
            List<OperationRecord> survivors,
            List<Standing> gone,
            Optional<CausalContext> held,
            Set<OperationId> beside) {
        this(survivors, gone, held, beside, false, (key, id) -> false);
    }

    /** Copies the lists. */
    public Adoption {
        beside = Set.copyOf(beside);
        survivors = List.copyOf(survivors);
        gone = List.copyOf(gone);
        Objects.requireNonNull(held, "held");
    }

    /** All that stands under the keys of the survivors there is among them. */
    public Adoption(List<OperationRecord> survivors, List<Standing> gone, Optional<CausalContext> held) {
        this(survivors, gone, held, survivors.stream().map(OperationRecord::id).collect(Collectors.toSet()));
    }

    /** The same, which has what own writes took the place of stand again. */
    public Adoption restoring() {
        return new Adoption(survivors, gone, held, beside, true, told);
    }

    /** The same, which tells some keys anew. */
    public Adoption telling(BiPredicate<Key, OperationId> anew) {
        return new Adoption(survivors, gone, held, beside, restores, anew);
    }
}
