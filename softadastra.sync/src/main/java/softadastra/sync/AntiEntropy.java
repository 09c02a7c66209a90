package softadastra.sync;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replicated;
import softadastra.store.Replication;
import softadastra.store.Standing;
import softadastra.store.Value;

/**
 * Finds out whether nodes that hold the same have the same, which is so unless a log was damaged or a program is wrong; and mends what
 * is not. When a node has been at rest for a while, among others that hold what it does, it works out sums over what stands there, a
 * slice at a time, and tells them. To one whose sums differ it tells those of all buckets, and of one that differs what stands there.
 *
 * <p>Where the last write wins, and both have a value of a key, or a removal that is remembered, the last one in the order of all
 * operations is taken, and the value it replaces is reported as a conflict. All else is only told: what stands at one node alone may
 * have been removed, and what stands beside others elsewhere may have been resolved, and neither is to come back. For one thread.
 */
final class AntiEntropy {

    private static final int ENTRIES_AT_ONCE = 4_096;
    private static final int OVERHEAD = 64;

    /** How much longer than it took to work out sums it rests before it does so again. */
    private static final int RESTS_LONGER = 10;

    private final Replication replication;
    private final Supplier<CausalContext> context;

    private final boolean enabled;

    /** Under which keys nodes that hold the same have the same. */
    private final Predicate<Key> converging;

    private final Supplier<LastWriteWins> policies;

    /** Takes note of the conflicts of a batch that was logged. */
    private final Consumer<LastWriteWins> decided;

    private final long restNanos;
    private final int chunkBytes;

    /** Of what is held the sums are, or will be; null while there are none. */
    private @Nullable CausalContext of;

    private ContentSums sums = new ContentSums();
    private boolean complete;
    private Optional<Key> through = Optional.empty();
    private long begunAt;

    /** How long the sums took that are complete. */
    private long took;

    private long restUntil;
    private boolean rested;

    /** Whose sums were others, by bucket if they have told these, and behind which key to go on telling them. */
    private final TreeMap<Origin, Differing> differing = new TreeMap<>();

    private static final class Differing {
        private Optional<List<Long>> theirs = Optional.empty();
        private Optional<Key> behind = Optional.empty();

        /** The bucket to be told; those before it were. */
        private int bucket;
    }

    /** Peers that the application was told of, and that have not had the same since. */
    private final Set<Origin> alarmed = new HashSet<>();

    /** Peers that the application is to be told of. */
    private List<NodeId> untold = new ArrayList<>();

    private long diverged;
    private long compared;

    AntiEntropy(
            Replication replication,
            Supplier<CausalContext> context,
            ExchangeRules rules,
            Consumer<LastWriteWins> decided) {
        this.replication = replication;
        this.decided = decided;
        this.context = context;
        this.enabled = rules.converging().isPresent();
        this.converging = rules.converging().orElse(key -> false);
        this.policies = rules.arbiters();
        this.restNanos = rules.restNanos();
        this.chunkBytes = rules.chunkBytes();
    }

    /** How often sums were compared. */
    long compared() {
        return compared;
    }

    /** How often nodes were found that hold the same and have something else. */
    long diverged() {
        return diverged;
    }

    /** The peers found since the last call that hold the same and have something else. */
    List<NodeId> tell() {
        List<NodeId> all = untold;
        untold = new ArrayList<>();
        return all;
    }

    /** Whether sums are being worked out. */
    boolean isRunning() {
        return of != null && !complete;
    }

    /**
     * Works out sums, a slice of them, if it is time for that.
     *
     * @param atRest whether somebody else holds the same, and nothing is under way
     */
    void step(boolean atRest, long now) {
        CausalContext held = context.get();
        if (of != null && (!atRest || !held.equals(of))) {
            forget(now);
        }
        if (!enabled || !atRest || complete || (rested && now - restUntil < 0)) {
            return;
        }
        if (of == null) {
            of = held;
            sums = new ContentSums();
            through = Optional.empty();
            begunAt = now;
        }
        if (!slice(held)) {
            forget(now);
        } else if (complete) {
            took = now - begunAt;
        }
    }

    private void forget(long now) {
        boolean worked = of != null;
        long spent = complete ? took : now - begunAt;
        of = null;
        complete = false;
        differing.clear();
        if (worked) {
            rested = true;
            restUntil = now + Math.max(restNanos, RESTS_LONGER * spent);
        }
    }

    /** Adds some entries; whether nothing has changed meanwhile. */
    private boolean slice(CausalContext held) {
        int[] count = new int[1];
        boolean[] early = new boolean[1];
        boolean[] more = new boolean[1];
        List<Key> last = new ArrayList<>();
        ContentSums to = sums;
        long unused = replication
                .standing(through, each -> {
                    boolean isSame = !last.isEmpty() && last.get(0).equals(each.key());
                    if (count[0] >= ENTRIES_AT_ONCE && !isSame) {
                        more[0] = true;
                        return false;
                    }
                    count[0]++;
                    last.clear();
                    last.add(each.key());
                    early[0] |= !held.includes(each.id());
                    if (converging.test(each.key())) {
                        to.add(each);
                    }
                    return true;
                })
                .orElseThrow();
        through = more[0] ? Optional.of(last.get(0)) : Optional.empty();
        complete = !more[0];
        return !early[0] && context.get().equals(of);
    }

    /** What the next message to a peer is to have; the sums are of what the message says is held. */
    Contents next(Origin peer, Vector held) {
        CausalContext summed = of;
        if (!complete || summed == null || !summed.equals(held.toContext())) {
            return Contents.NONE;
        }
        Differing with = differing.get(peer);
        if (with == null) {
            return new Contents(List.of(sums.total()), List.of());
        }
        List<Long> ours = sums.byBucket();
        return new Contents(
                ours, with.theirs.map(theirs -> entries(with, ours, theirs)).orElse(List.of()));
    }

    /** What stands in the next bucket that differs, each of them once; a part at a time, if that is much. */
    private List<OperationRecord> entries(Differing with, List<Long> ours, List<Long> theirs) {
        while (with.bucket < ContentSums.BUCKETS && ours.get(with.bucket).equals(theirs.get(with.bucket))) {
            with.bucket++;
        }
        if (with.bucket == ContentSums.BUCKETS) {
            return List.of();
        }
        int wanted = with.bucket;
        List<OperationRecord> entries = new ArrayList<>();
        long[] bytes = new long[1];
        boolean[] more = new boolean[1];
        long unused = replication
                .standing(with.behind, each -> {
                    if (ContentSums.bucket(each.key()) == wanted && converging.test(each.key())) {
                        long size = (long) OVERHEAD
                                + each.key().length()
                                + each.value().map(Value::length).orElse(0);
                        boolean isSame = !entries.isEmpty()
                                && entries.get(entries.size() - 1)
                                        .operation()
                                        .key()
                                        .equals(each.key());
                        if (bytes[0] > 0 && bytes[0] + size > chunkBytes && !isSame) {
                            more[0] = true;
                            return false;
                        }
                        bytes[0] += size;
                        entries.add(Snapshots.survivor(each));
                    }
                    return true;
                })
                .orElseThrow();
        with.behind = more[0]
                ? Optional.of(entries.get(entries.size() - 1).operation().key())
                : Optional.empty();
        with.bucket += more[0] ? 0 : 1;
        return entries;
    }

    /** Takes in what a message says. Blocks until what was mended is durable. */
    void hear(SyncMessage message, long now) {
        Contents theirs = message.contents();
        CausalContext held = context.get();
        if (!enabled
                || theirs.isEmpty()
                || !message.state().cut().held().toContext().equals(held)) {
            return;
        }
        if (complete && held.equals(of)) {
            compare(message.from(), theirs.sums());
        }
        if (!theirs.entries().isEmpty() && mend(theirs.entries(), held)) {
            forget(now);
            // The others are to know soon.
            rested = false;
        }
    }

    private void compare(Origin peer, List<Long> theirs) {
        compared++;
        boolean byBucket = theirs.size() == ContentSums.BUCKETS;
        boolean same = byBucket ? theirs.equals(sums.byBucket()) : theirs.get(0) == sums.total();
        if (same) {
            differing.remove(peer);
            boolean unused = alarmed.remove(peer);
            return;
        }
        Differing with = differing.get(peer);
        if (with == null) {
            with = new Differing();
            differing.put(peer, with);
            diverged++;
            if (alarmed.add(peer)) {
                untold.add(peer.node());
            }
        }
        if (byBucket) {
            with.theirs = Optional.of(theirs);
        }
    }

    private boolean mend(List<OperationRecord> entries, CausalContext held) {
        LastWriteWins policy = policies.get();
        List<OperationRecord> missing = new ArrayList<>();
        for (OperationRecord each : entries) {
            Key key = each.operation().key();
            boolean mayBeTaken = held.includes(each.id()) && converging.test(key) && !policy.keepsAll(key);
            if (mayBeTaken && isAfterOurs(each)) {
                missing.add(each);
            }
        }
        if (missing.isEmpty()) {
            return false;
        }
        return mendAtOnce(missing) > 0;
    }

    /** How many were taken; one that is more than the log takes stays missing. */
    private long mendAtOnce(List<OperationRecord> missing) {
        LastWriteWins reports = new LastWriteWins();
        Result<Replicated> mended = replication.mend(missing, new Mending(reports));
        if (mended.isOk()) {
            decided.accept(reports);
        }
        if (!Oversized.isTooLarge(mended)) {
            return mended.orElseThrow().taken();
        }
        int half = missing.size() / 2;
        return half == 0 ? 0 : mendAtOnce(missing.subList(0, half)) + mendAtOnce(missing.subList(half, missing.size()));
    }

    private boolean isAfterOurs(OperationRecord theirs) {
        List<Standing> ours = replication.standing(theirs.operation().key()).orElseThrow();
        return !ours.isEmpty() && isAfter(theirs, ours.get(0));
    }

    private static boolean isAfter(OperationRecord theirs, Standing ours) {
        return LastWriteWins.compare(theirs.stamp(), theirs.id(), ours.stamp(), ours.id()) > 0;
    }

    /** Takes what is later than what stands here, which is reported: nobody knows whether it was. */
    private static final class Mending implements Arbiter {
        private final LastWriteWins reports;

        Mending(LastWriteWins reports) {
            this.reports = reports;
        }

        @Override
        public Effect decide(OperationRecord incoming, List<Standing> standing) {
            if (standing.isEmpty()) {
                // It was removed, and that is forgotten by now.
                return Effect.REJECTED;
            }
            if (!isAfter(incoming, standing.get(0))) {
                return Effect.LOST;
            }
            for (Standing each : standing) {
                if (each.value().isPresent()) {
                    reports.report(Conflict.wonBy(incoming, each));
                }
            }
            return Effect.WON;
        }

        @Override
        public void addNotes(NoteSink sink) {
            reports.addNotes(sink);
        }
    }
}
