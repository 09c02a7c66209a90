package softadastra.sync;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import softadastra.core.HybridTimestamp;
import softadastra.store.CausalContext;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Replication;
import softadastra.store.Standing;

/**
 * Notices identities that stand for two contents: what comes goes by the name of what stands here, and is something else. It is told, and
 * never taken. That can be seen only where an operation comes again, and while what came first stands.
 *
 * <p>Each identity is told once; so many are remembered at most, and others than these are not told. For one thread.
 */
final class Forks {

    private static final int MAX_COUNT = 1_000;

    private final Replication replication;
    private final Set<OperationId> found = new HashSet<>();
    private List<SyncEvent> untold = new ArrayList<>();

    Forks(Replication replication) {
        this.replication = replication;
    }

    /** Those that were found. */
    Set<OperationId> found() {
        return found;
    }

    /** What the application is to be told, each once. */
    List<SyncEvent> tell() {
        List<SyncEvent> all = untold;
        untold = new ArrayList<>();
        return all;
    }

    /**
     * Whether an operation goes by the name of another one, which stands. Where what removed a key is not known any more, the removal goes by
     * the name of what it removed: that is no other one.
     */
    static boolean isOther(OperationRecord operation, Standing standing) {
        return standing.id().counter() == operation.id().counter()
                && standing.id().equals(operation.id())
                && (!standing.stamp().equals(operation.stamp())
                        || (standing.value().isPresent()
                                && operation.operation().value().isPresent()
                                && !standing.value()
                                        .equals(operation.operation().value())));
    }

    /** Compares operations that are held with what stands here. */
    void look(List<OperationRecord> operations, CausalContext held) {
        for (OperationRecord each : operations) {
            if (held.includes(each.id())) {
                boolean unused =
                        isAny(each, replication.standing(each.operation().key()).orElseThrow());
            }
        }
    }

    /** Whether an operation goes by the name of one of those that stand under its key; takes note of that. */
    boolean isAny(OperationRecord operation, List<Standing> standing) {
        for (Standing each : standing) {
            if (isOther(operation, each)) {
                add(operation, each.stamp());
                return true;
            }
        }
        return false;
    }

    /** Takes note of what was passed over in a batch that was logged. */
    void decided(LastWriteWins arbiter) {
        arbiter.forked().forEach(this::add);
    }

    private void add(OperationRecord operation, HybridTimestamp stands) {
        if (found.size() < MAX_COUNT && found.add(operation.id())) {
            untold.add(new SyncEvent.IdentityForked(
                    operation.id(), operation.operation().key(), stands, operation.stamp()));
        }
    }
}
