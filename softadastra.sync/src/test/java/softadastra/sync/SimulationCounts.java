package softadastra.sync;

import java.util.EnumMap;
import java.util.Map;

/** What simulations did, and checked. */
final class SimulationCounts {

    long seeds;
    long steps;
    long operations;
    long messages;
    long lost;
    long crashes;
    long crashesInCalls;
    long partitions;
    long fullDisks;
    long refused;
    long slowDisks;
    long conflicts;
    long collected;
    long rejected;
    long retried;
    long compared;
    long altered;
    long diverged;
    long losses;
    long renewals;
    long reissued;
    long forgotten;
    private final Map<Invariant, Long> checks = new EnumMap<>(Invariant.class);

    void checked(Invariant invariant) {
        checked(invariant, 1);
    }

    void checked(Invariant invariant, long times) {
        checks.merge(invariant, times, Long::sum);
    }

    /** How many checks of an invariant there were. */
    long checks(Invariant invariant) {
        return checks.getOrDefault(invariant, 0L);
    }

    void add(SimulationCounts other) {
        seeds += other.seeds;
        steps += other.steps;
        operations += other.operations;
        messages += other.messages;
        lost += other.lost;
        crashes += other.crashes;
        crashesInCalls += other.crashesInCalls;
        partitions += other.partitions;
        fullDisks += other.fullDisks;
        refused += other.refused;
        slowDisks += other.slowDisks;
        conflicts += other.conflicts;
        collected += other.collected;
        rejected += other.rejected;
        retried += other.retried;
        compared += other.compared;
        altered += other.altered;
        diverged += other.diverged;
        losses += other.losses;
        renewals += other.renewals;
        reissued += other.reissued;
        forgotten += other.forgotten;
        other.checks.forEach(this::checked);
    }

    @Override
    public String toString() {
        long all = checks.values().stream().mapToLong(Long::longValue).sum();
        return seeds + " seeds: " + operations + " operations, " + steps + " steps, " + messages + " messages (" + lost
                + " lost), " + crashes + " crashes (" + crashesInCalls + " of them inside an I/O call), " + partitions
                + " partitions, " + fullDisks + " full disks (" + refused + " steps refused), " + slowDisks
                + " slow disks, " + conflicts + " conflicts, " + collected + " removals forgotten, " + rejected
                + " operations rejected (" + retried + " retried), " + compared + " sums compared, " + altered
                + " values altered (" + diverged + " times found in the end), " + losses
                + " logs lost or put back, " + renewals + " epochs begun, " + reissued + " values written again, "
                + forgotten
                + " members forgotten by hand, " + all
                + " checks "
                + checks;
    }
}
