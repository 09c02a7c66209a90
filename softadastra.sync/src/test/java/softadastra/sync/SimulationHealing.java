package softadastra.sync;

import static softadastra.sync.Invariant.I5;
import static softadastra.sync.Invariant.I7;

import java.util.Set;
import java.util.function.Consumer;
import softadastra.store.CausalContext;
import softadastra.store.Origin;

/** The end of a simulation: everything arrives from here on, and all come to hold the same before long. */
final class SimulationHealing {

    static final int MAX_ROUNDS = 400;

    /** After so many rounds time passes faster: those who wait for a member that will never speak again wait for the retention. */
    private static final int PATIENT_ROUNDS = 150;

    /** After so many somebody looks after it: those who are left may be too few to go on without the others. */
    private static final int HELPLESS_ROUNDS = 300;

    private final SimulatedCluster cluster;
    private final SimulatedDifference difference;
    private final long retentionMillis;
    private final Consumer<SimulatedNode> step;

    /**
     * Makes it.
     *
     * @param retentionMillis for how long a member is silent before it is fenced
     * @param step has a node do a step
     */
    SimulationHealing(
            SimulatedCluster cluster,
            SimulatedDifference difference,
            long retentionMillis,
            Consumer<SimulatedNode> step) {
        this.cluster = cluster;
        this.retentionMillis = retentionMillis;
        this.difference = difference;
        this.step = step;
    }

    /** Has the nodes, all of which are up, do steps until there is nothing left to do. */
    void heal() {
        int rounds = 0;
        while (!isOver()) {
            cluster.check(
                    I7,
                    rounds < MAX_ROUNDS,
                    () -> "not converged after " + MAX_ROUNDS + " rounds: quiet "
                            + SimulationRejections.isQuiet(cluster.nodes()) + ", " + cluster.describe()
                            + difference.describe(cluster.nodes()));
            rounds++;
            long sent = cluster.network().sent();
            long patience = rounds > PATIENT_ROUNDS ? retentionMillis / 128 : 0;
            for (SimulatedNode node : cluster.nodes()) {
                cluster.advance(50 + rounds * 5L + patience);
                step.accept(node);
            }
            if (rounds == HELPLESS_ROUNDS) {
                forgetTheDead();
            }
            // While nobody has anything to say, nobody need be asked.
            cluster.advance(cluster.network().sent() == sent ? 2_000 : 0);
        }
    }

    /** Has every node forget those of which no epoch that it knows will ever speak again, as {@code sync forget} does. */
    private void forgetTheDead() {
        for (SimulatedNode node : cluster.nodes()) {
            Set<Origin> known = node.exchange().members().current();
            for (SimulatedNode other : cluster.nodes()) {
                boolean isDead = known.stream().anyMatch(each -> each.node().equals(other.id()))
                        && !known.contains(other.exchange().self());
                if (isDead && node.exchange().forget(other.id()).orElseThrow()) {
                    cluster.counts().forgotten++;
                }
            }
        }
    }

    private boolean isOver() {
        return converged() && SimulationRejections.isQuiet(cluster.nodes()) && difference.isOver(cluster);
    }

    private boolean converged() {
        Exchange first = cluster.nodes().get(0).exchange();
        return !first.members().hasOpen()
                && cluster.nodes().stream()
                        .allMatch(node -> SimulatedCluster.isTakingPart(node)
                                && node.exchange().members().equals(first.members())
                                && node.exchange().held().equals(first.held())
                                && node.exchange().held().equals(SimulatedCluster.counting(node)))
                && cluster.nodes().stream()
                        .allMatch(node ->
                                SimulatedCluster.knowsAll(node, cluster.nodes().size() - 1));
    }

    /** What came before comes once more. */
    void repeat() {
        for (SimulatedNode node : cluster.nodes()) {
            SimulatedContents before = SimulatedContents.now(node);
            CausalContext held = node.store().context();
            cluster.network().repeatFor(node.id());
            step.accept(node);
            SimulatedContents after = SimulatedContents.now(node);
            boolean same = after.equals(before) && node.store().context().equals(held);
            cluster.check(I5, same, () -> node.id() + " had " + before + ", and after what came twice " + after);
        }
    }
}
