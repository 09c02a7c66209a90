package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.Replication;
import softadastra.store.Standing;

/**
 * Says how far a node that was killed still is with what stands elsewhere. What it has written to a key where operations stand beside
 * each other, since it was told what stands there, stands beside that; which it has taken the place of here, and only memory knew what it
 * was. So it is to be told that key again, and with it all behind it.
 *
 * <p>For one walk.
 */
final class Resuming {

    private final Progress progress;
    private final Predicate<Key> keepsAll;
    private final CausalContext held;
    private final List<Standing> together = new ArrayList<>();
    private @Nullable Key before;
    private boolean replaced;

    private Resuming(Progress progress, Predicate<Key> keepsAll, CausalContext held) {
        this.progress = progress;
        this.keepsAll = keepsAll;
        this.held = held;
    }

    /**
     * How far a node still is.
     *
     * @param progress how far it says that it is
     * @param keepsAll under which keys operations stand beside each other
     * @param held what it holds
     * @return where it goes on; empty for the beginning
     */
    static Optional<Progress> from(
            Replication replication, Progress progress, Predicate<Key> keepsAll, CausalContext held) {
        Resuming resuming = new Resuming(progress, keepsAll, held);
        long unused = replication.standing(Optional.empty(), resuming::visit).orElseThrow();
        resuming.judge();
        return resuming.replaced
                ? Optional.ofNullable(resuming.before).map(key -> new Progress(progress.cut(), progress.full(), key))
                : Optional.of(progress);
    }

    private boolean visit(Standing each) {
        if (!together.isEmpty() && !each.key().equals(together.get(0).key())) {
            judge();
            if (!replaced) {
                before = together.get(0).key();
                together.clear();
            }
        }
        boolean goesOn = !replaced && each.key().compareTo(progress.through()) <= 0;
        if (goesOn && keepsAll.test(each.key())) {
            together.add(each);
        } else if (goesOn) {
            before = each.key();
        }
        return goesOn;
    }

    /** What was told, and is not held yet, goes all at once; and what takes its place is not among what was held elsewhere then. */
    private void judge() {
        replaced |= together.stream().allMatch(each -> held.includes(each.id()))
                && together.stream().anyMatch(each -> !progress.cut().includes(each.id()));
    }
}
