package softadastra.sync;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import softadastra.core.HybridTimestamp;
import softadastra.store.Origin;
import softadastra.store.Replication;

/**
 * A node's part in forgetting removals: it promises not to write below what others want to forget, and forgets what every member has;
 * see {@link Collector}. For one thread.
 *
 * <pre>
 * note = promise:i64                                 the latest counts
 * </pre>
 */
final class Forgetting {

    /** The note that remembers a promise. */
    static final int NOTE = 65;

    private static final int AT_ONCE = 256;

    private final Replication replication;
    private final Membership membership;
    private final Here here;
    private final Peers peers;
    private final Collector collector;
    private final AckMarks acks;

    /** How old a removal is before it is worth to be forgotten. */
    private final long graceMillis;

    /** So many removals are yet to be looked at since one was found that may go: one walk over all of them. */
    private int found;

    private long promise;
    private long wanted;

    Forgetting(
            Replication replication,
            Membership membership,
            Here here,
            Peers peers,
            AckMarks acks,
            ExchangeRules rules,
            long promise) {
        this.replication = replication;
        this.membership = membership;
        this.acks = acks;
        this.here = here;
        this.peers = peers;
        this.collector = rules.collector();
        this.graceMillis = rules.graceMillis();
        this.promise = promise;
    }

    /** The stamp that this node writes nothing below; 0 for none. */
    long promise() {
        return promise;
    }

    /** What this node says of itself: what it holds, what it has promised, and who the members are. */
    Cut cut() {
        boolean returning = !membership.stage().takesPart();
        return new Cut(here.said(), here.held(), promise, peers.members().digest(), returning);
    }

    /** Takes note of what somebody wants to forget. */
    void hear(long want) {
        wanted = later(wanted, want);
    }

    private static long later(long one, long other) {
        return HybridTimestamp.comparePacked(one, other) >= 0 ? one : other;
    }

    /** Promises what others want, as far as this node's clock has come. */
    void makePromise() {
        HybridTimestamp issued = replication.clock().orElseThrow();
        boolean isReached = HybridTimestamp.comparePacked(wanted, issued.packed()) < 0;
        // What is further ahead than this clock is promised bit by bit: each promise takes a force, and moves the
        // clock.
        long possible = isReached ? wanted : step(issued.millis());
        // Whoever is not let in by all could find that those who do not know it have promises of another one.
        // Who has never met anybody promises nothing: with a promise it would be a group beside that which it joins.
        if (HybridTimestamp.comparePacked(possible, promise) > 0
                && !membership.members().isEmpty()
                && membership.agree(peers.all())) {
            // Durable before anybody hears of it: the clock of this log begins above it from here on.
            membership.noted(
                    replication.note(NOTE, NoteState.encodeFloor(possible)).orElseThrow());
            promise = possible;
            peers.all().values().forEach(Peer::owe);
        }
    }

    /** Promises to write nothing below a stamp, which the clock is above. Blocks until that is durable. */
    void promiseAtLeast(long stamp) {
        if (HybridTimestamp.comparePacked(stamp, promise) > 0) {
            membership.noted(
                    replication.note(NOTE, NoteState.encodeFloor(stamp)).orElseThrow());
            promise = stamp;
        }
    }

    /** Up to which stamp removals are old enough to be forgotten; 0 if there are none. */
    long want() {
        if (replication.remembered().orElseThrow() == 0) {
            return 0;
        }
        return step(replication.clock().orElseThrow().millis() - graceMillis);
    }

    /** A stamp at or before a time, in steps, since each promise takes a force; 0 for none. */
    private long step(long millis) {
        long step = Math.max(1, graceMillis / 2);
        return millis <= 0 ? 0 : HybridTimestamp.of(millis / step * step, 0).packed();
    }

    /**
     * Forgets some removals, if all members are ready for that.
     *
     * @return how many
     */
    int collect() {
        hear(want());
        if (peers.members().hasOpen() || !membership.stage().takesPart()) {
            collector.end();
            return 0;
        }
        if (!collector.isRunning()) {
            Map<Origin, Cut> cuts = replication.remembered().orElseThrow() == 0 ? null : cuts();
            if (cuts == null) {
                return 0;
            }
            collector.begin(cuts);
        }
        if (!collector.isReady(here.held())) {
            return 0;
        }
        if (found <= 0) {
            // What is noted before anything goes takes a force: not for what stays.
            boolean[] any = new boolean[1];
            int unused = replication
                    .collect(
                            (removal, stamp) -> {
                                any[0] |= collector.mayForget(removal, stamp);
                                return false;
                            },
                            AT_ONCE)
                    .orElseThrow();
            found = any[0] ? replication.remembered().orElseThrow() : 0;
            collector.end();
            return 0;
        }
        // Whoever comes back with a log that was put back is to be told what it had.
        acks.raise(peers.all().values());
        Optional<byte[]> marks = acks.news();
        if (marks.isPresent()) {
            long unused = replication.note(AckMarks.NOTE, marks.get()).orElseThrow();
            acks.isInLog(marks.get());
        }
        int collected = replication.collect(collector, AT_ONCE).orElseThrow();
        found -= AT_ONCE;
        collector.end();
        return collected;
    }

    /** A cut of every member, all of which name the same members; null while one is missing. */
    private @Nullable Map<Origin, Cut> cuts() {
        Map<Origin, Cut> cuts = new TreeMap<>();
        cuts.put(membership.self(), cut());
        for (Map.Entry<Origin, Peer> each : peers.all().entrySet()) {
            Cut cut = each.getValue().cut();
            if (cut == null || cut.members() != peers.members().digest()) {
                return null;
            }
            cuts.put(each.getKey(), cut);
        }
        return cuts;
    }
}
