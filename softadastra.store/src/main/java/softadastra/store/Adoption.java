package softadastra.store;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Operations that come without those they had replaced: a part of what stands at another node, or the rest of it.
 *
 * @param survivors the operations; type and effect are decided where they are logged, and contexts are not looked at
 * @param gone what stands here, and neither stands there nor is to come: it was replaced by something that nobody knows any more. It
 *     is taken away, if it still stands
 * @param held if this is the rest: what is held once it is there. Somebody who has it had all that they replaced. With what is held
 *     already, this is what is held from there on
 */
public record Adoption(List<OperationRecord> survivors, List<Standing> gone, Optional<CausalContext> held) {

    /** Copies the lists. */
    public Adoption {
        survivors = List.copyOf(survivors);
        gone = List.copyOf(gone);
        Objects.requireNonNull(held, "held");
    }
}
