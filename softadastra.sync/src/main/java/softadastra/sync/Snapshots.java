package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationRecord;
import softadastra.store.Outcome;
import softadastra.store.Replication;
import softadastra.store.Standing;

/** Makes the parts of what stands at this node, for those who cannot be told operation by operation. */
final class Snapshots {

    private final Replication replication;
    private final NodeId self;

    private final Part.Limits limits;

    /** Says what is kept under which keys. */
    private final Supplier<LastWriteWins> policies;

    Snapshots(Replication replication, NodeId self, Part.Limits limits, Supplier<LastWriteWins> policies) {
        this.replication = replication;
        this.self = self;
        this.limits = limits;
        this.policies = policies;
    }

    /**
     * Makes a part.
     *
     * @param cut what was held here when the first part was made
     * @param behind the key to begin behind; empty for the first one
     * @param acknowledged what the receiver holds
     * @param share what it wants
     * @param full whether to name also what it holds
     * @param decided the conflicts that are known here
     * @param missing what this node goes without
     */
    Chunk chunk(
            Vector cut,
            Optional<Key> behind,
            Vector acknowledged,
            Share share,
            boolean full,
            List<Conflict> decided,
            Missing missing) {
        TreeMap<Key, List<Conflict>> conflicts = new TreeMap<>();
        LastWriteWins policy = policies.get();
        for (Conflict each : decided) {
            boolean lacking = !acknowledged.includes(each.winner())
                    || !acknowledged.includes(each.loser())
                    || !policy.converges(each.key());
            if (lacking
                    && share.wants(each.key())
                    && behind.map(key -> each.key().compareTo(key) > 0).orElse(true)) {
                conflicts.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each);
            }
        }
        TreeMap<Key, List<Rejection>> rejected = new TreeMap<>();
        for (Rejection each : missing.behind(behind)) {
            // Of what is not in the cut the receiver is told one by one.
            boolean lacking = cut.includes(each.id()) && (full || !acknowledged.includes(each.id()));
            if (lacking && share.wants(each.key()) && !isPast(policy, each)) {
                rejected.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each);
            }
        }
        Part part = new Part(limits, conflicts, rejected);
        List<Standing> ofKey = new ArrayList<>();
        boolean[] isFull = new boolean[1];
        long unused = replication
                .standing(behind, each -> {
                    if (!ofKey.isEmpty() && !each.key().equals(ofKey.get(0).key())) {
                        isFull[0] = !take(part, ofKey, acknowledged, share, full);
                        ofKey.clear();
                    }
                    ofKey.add(each);
                    return !isFull[0];
                })
                .orElseThrow();
        if (!isFull[0] && (ofKey.isEmpty() || take(part, ofKey, acknowledged, share, full))) {
            part.end();
        }
        return part.chunk(cut, full, behind);
    }

    /** Takes what stands under a key, as far as it is to be told; says whether there is room for more. */
    private static boolean take(Part part, List<Standing> ofKey, Vector acknowledged, Share share, boolean full) {
        Key key = ofKey.get(0).key();
        List<Standing> lacking = share.wants(key)
                ? ofKey.stream().filter(each -> isLacking(each, acknowledged)).toList()
                : List.of();
        boolean isKnown = full && share.wants(key) && lacking.size() < ofKey.size();
        return part.take(key, ofKey.size(), lacking, isKnown);
    }

    /** Whether the receiver is to be told; what has more to it than one operation is told with all of that. */
    private static boolean isLacking(Standing standing, Vector acknowledged) {
        boolean isOne = !standing.contested() && !standing.floor().isAfter(standing.stamp());
        return !isOne || !acknowledged.includes(standing.id());
    }

    /** Whether nobody need go without an operation any more: what stands here would stand there as well. */
    private boolean isPast(LastWriteWins policy, Rejection rejected) {
        List<Standing> standing = replication.standing(rejected.key()).orElseThrow();
        return rejected.isPast(standing, policy.keepsAll(rejected.key()), self);
    }

    static OperationRecord survivor(Standing standing) {
        Operation operation = standing.value()
                .map(value -> Operation.put(standing.key(), value))
                .orElseGet(() -> Operation.delete(standing.key()));
        boolean raised = standing.floor().isAfter(standing.stamp());
        return new OperationRecord(
                standing.id(),
                standing.stamp(),
                standing.version(),
                Effect.WON,
                Optional.of(CausalContext.EMPTY),
                false,
                operation,
                raised ? new Outcome(Optional.of(standing.floor()), List.of(), Optional.empty()) : Outcome.NONE);
    }
}
