package softadastra.sync;

import java.util.List;
import java.util.Optional;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.OperationRecord;
import softadastra.store.Standing;
import softadastra.store.Value;

/**
 * Decides by the policy of each key. An operation whose writer knew all that stands under its key takes its place, whatever the
 * policy.
 *
 * <p>For one batch.
 */
class PolicyArbiter extends LastWriteWins {

    private final Policies.Lookup policies;
    private final Admitting admission;

    PolicyArbiter(Policies.Lookup policies) {
        this(policies, Admitting.EVERYTHING);
    }

    PolicyArbiter(Policies.Lookup policies, Admitting admission) {
        this.policies = policies;
        this.admission = admission;
    }

    @Override
    Effect choose(OperationRecord incoming, List<Standing> standing) {
        Optional<Admitting.No> refused = stands(incoming, standing) ? Optional.empty() : admission.asked(incoming);
        if (refused.isPresent()) {
            return reject(incoming, refused.get().code(), refused.get().reason());
        }
        if (standing.isEmpty()) {
            return Effect.WON;
        }
        Key key = incoming.operation().key();
        return switch (policies.of(key).kind()) {
            case LAST_WRITE_WINS -> super.choose(incoming, standing);
            case KEEP_LOCAL -> keepLocal(incoming, standing);
            case KEEP_REMOTE -> keepRemote(incoming, standing);
            case MANUAL -> beside(Effect.SIBLING, incoming, standing);
            case MERGE -> beside(Effect.MERGED, incoming, standing);
        };
    }

    private boolean knewAll(OperationRecord incoming, List<Standing> standing) {
        CausalContext context = known(incoming);
        return standing.stream().allMatch(each -> context.includes(each.id()));
    }

    private static boolean stands(OperationRecord incoming, List<Standing> standing) {
        return standing.stream().anyMatch(each -> each.id().equals(incoming.id()));
    }

    private Effect keepLocal(OperationRecord incoming, List<Standing> standing) {
        if (knewAll(incoming, standing) || stands(incoming, standing)) {
            return Effect.WON;
        }
        report(Conflict.lostBy(incoming, standing.get(0)));
        return Effect.LOST;
    }

    private Effect keepRemote(OperationRecord incoming, List<Standing> standing) {
        reportWonOver(incoming, standing);
        return Effect.WON;
    }

    private Effect beside(Effect effect, OperationRecord incoming, List<Standing> standing) {
        CausalContext context = incoming.context().orElseThrow();
        List<Standing> replaced =
                standing.stream().filter(each -> context.includes(each.id())).toList();
        // Its writer counted them as held, and may not have been told of them.
        reportWonOver(incoming, replaced);
        return effect;
    }

    @Override
    boolean keepsAll(Key key) {
        return policies.of(key).keepsAll();
    }

    @Override
    boolean converges(Key key) {
        return policies.of(key).converges();
    }

    @Override
    public Optional<Value> merge(Key key, List<Standing> siblings) {
        return policies.of(key).merge(key, siblings);
    }
}
