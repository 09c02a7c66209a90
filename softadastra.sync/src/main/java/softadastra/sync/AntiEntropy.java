package softadastra.sync;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
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

/**
 * Finds out whether nodes that hold the same have the same, which is so unless a log was damaged or a program is wrong; and mends what
 * is not. When a node has been at rest for a while, among others that hold what it does, it works out sums over what stands there, a
 * slice at a time, and tells them. To one whose sums differ it tells those of all buckets, and what stands in those that differ; that is
 * looked for in slices, too. Slices get larger while something is written before they are through.
 *
 * <p>Where the last write wins, and both have a value of a key, or a removal that is remembered, the last one in the order of all
 * operations is taken, and the value it replaces is reported as a conflict. All else is only told: what stands at one node alone may
 * have been removed, and what stands beside others elsewhere may have been resolved, and neither is to come back. What goes
 * by the name of what stands here, and is something else, is told too: see {@link Forks}. For one thread.
 */
final class AntiEntropy {

    private static final int ENTRIES_AT_ONCE = 4_096;

    /** How much larger than that a slice gets at most. */
    private static final int MOST_HASTE = 32;

    /** What differs is told again after a rest, and then after one that is so often doubled at most: some hours. */
    private static final int MOST_DOUBLED = 9;

    /** A walk that takes less of the rest than this is in no haste. */
    private static final int AT_LEISURE = 16;

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

    private final Forks forks;
    private final long restNanos;
    private final int chunkBytes;

    /** Of what is held the sums are, or will be; null while there are none. */
    private @Nullable CausalContext of;

    private ContentSums sums = new ContentSums();
    private SlicedWalk walk = new SlicedWalk();
    private boolean complete;
    private int haste = 1;
    private long begunAt;

    /** How long the sums took that are complete. */
    private long took;

    private long restUntil;
    private boolean rested;

    /** Whose sums were others, and what there is to tell them. */
    private final TreeMap<Origin, Differing> differing = new TreeMap<>();

    private static final class Differing {
        private SlicedWalk walk = new SlicedWalk();

        /** How often all of it was told, and when it is to be told again. */
        private int times;

        private long againAt;

        /** The buckets that differ; null until the peer has told its own. */
        private @Nullable BitSet buckets;

        private List<OperationRecord> entries = new ArrayList<>();
        private long bytes;

        /** Whether there is as much as a message is to have, or no more. */
        boolean isReady(int chunkBytes) {
            return walk.isComplete() || bytes >= chunkBytes;
        }

        boolean isTold() {
            return walk.isComplete() && entries.isEmpty();
        }

        List<OperationRecord> take() {
            List<OperationRecord> all = entries;
            entries = new ArrayList<>();
            bytes = 0;
            return all;
        }
    }

    /** In which buckets peers had something else, by the last sums that were compared, of what is held now. */
    private final TreeMap<Origin, BitSet> suspects = new TreeMap<>();

    private @Nullable CausalContext suspectsOf;

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
            Consumer<LastWriteWins> decided,
            Forks forks) {
        this.replication = replication;
        this.decided = decided;
        this.forks = forks;
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

    /** Whether sums are being worked out, or what there is to tell. */
    boolean isRunning() {
        return of != null && (!complete || lookingFor() != null);
    }

    private @Nullable Differing lookingFor() {
        for (Differing each : differing.values()) {
            if (each.buckets != null && !each.isReady(chunkBytes)) {
                return each;
            }
        }
        return null;
    }

    /**
     * Works out sums, or looks for what there is to tell, a slice of it, if it is time for that.
     *
     * @param atRest whether somebody else holds the same, and nothing is under way
     */
    void step(boolean atRest, long now) {
        CausalContext held = context.get();
        if (of != null && (!atRest || !held.equals(of))) {
            forget(now);
        }
        if (!enabled || !atRest) {
            return;
        }
        if (complete) {
            look(now);
            return;
        }
        if (rested && now - restUntil < 0) {
            return;
        }
        if (of == null) {
            of = held;
            sums = new ContentSums();
            walk = new SlicedWalk();
            begunAt = now;
        }
        if (!slice(held)) {
            forget(now);
        } else if (complete) {
            took = now - begunAt;
            haste = took < restNanos / AT_LEISURE ? Math.max(1, haste / 2) : haste;
        }
    }

    private void forget(long now) {
        boolean worked = of != null;
        if (worked && !complete) {
            haste = Math.min(MOST_HASTE, 2 * haste);
        }
        long spent = complete ? took : now - begunAt;
        of = null;
        complete = false;
        differing.clear();
        if (worked) {
            rested = true;
            restUntil = now + Math.max(restNanos, RESTS_LONGER * spent);
        }
    }

    /**
     * Adds some entries; whether nothing has changed meanwhile, and all is held that stands: what is not has come with a part of what
     * stands elsewhere, the rest of which is to follow.
     */
    private boolean slice(CausalContext held) {
        boolean[] early = new boolean[1];
        ContentSums to = sums;
        walk.next(replication, haste * ENTRIES_AT_ONCE, (long) haste * chunkBytes, each -> {
            early[0] |= !held.includes(each.id());
            if (converging.test(each.key())) {
                to.add(each);
            }
            return true;
        });
        complete = walk.isComplete();
        return !early[0] && context.get().equals(of);
    }

    /** Looks for what there is to tell to one of those whose sums differ. */
    private void look(long now) {
        differing.values().forEach(each -> tellAgain(each, now));
        Differing with = lookingFor();
        BitSet buckets = with == null ? null : with.buckets;
        if (with != null && buckets != null) {
            with.walk.next(replication, ENTRIES_AT_ONCE, chunkBytes, each -> {
                if (buckets.get(ContentSums.bucket(each.key())) && converging.test(each.key())) {
                    with.bytes += SlicedWalk.size(each);
                    with.entries.add(Snapshots.survivor(each));
                }
                return with.bytes < chunkBytes;
            });
            if (with.walk.isComplete()) {
                with.againAt = now + (restNanos << Math.min(with.times++, MOST_DOUBLED));
            }
        }
    }

    /** What was told may have been lost; and if it was not, it is of no use, so ever later. */
    private static void tellAgain(Differing with, long now) {
        if (with.isTold() && now - with.againAt >= 0) {
            with.walk = new SlicedWalk();
        }
    }

    /** What the next message to a peer is to have; the sums are of what the message says is held. */
    Contents next(Origin peer, Vector held) {
        CausalContext summed = of;
        if (!complete || summed == null || !summed.equals(held.toContext())) {
            return Contents.NONE;
        }
        Differing with = differing.get(peer);
        return with == null
                ? new Contents(List.of(sums.total()), List.of())
                : new Contents(sums.byBucket(), with.isReady(chunkBytes) ? with.take() : List.of());
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
            compare(message.from(), theirs.sums(), held);
        }
        if (!theirs.entries().isEmpty() && mend(suspected(message.from(), theirs.entries(), held), held)) {
            forget(now);
            // The others are to know soon.
            rested = false;
        }
    }

    /** What somebody has in the buckets whose sums differ; not what it makes of others. */
    private List<OperationRecord> suspected(Origin peer, List<OperationRecord> entries, CausalContext held) {
        BitSet wrong = held.equals(suspectsOf) ? suspects.get(peer) : null;
        return wrong == null
                ? List.of()
                : entries.stream()
                        .filter(each ->
                                wrong.get(ContentSums.bucket(each.operation().key())))
                        .toList();
    }

    private void compare(Origin peer, List<Long> theirs, CausalContext held) {
        if (!held.equals(suspectsOf)) {
            suspectsOf = held;
            suspects.clear();
        }
        compared++;
        boolean byBucket = theirs.size() == ContentSums.BUCKETS;
        boolean same = byBucket ? theirs.equals(sums.byBucket()) : theirs.get(0) == sums.total();
        if (same) {
            differing.remove(peer);
            suspects.remove(peer);
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
            BitSet buckets = sums.differing(theirs);
            with.buckets = buckets;
            suspects.put(peer, buckets);
        }
    }

    private boolean mend(List<OperationRecord> entries, CausalContext held) {
        LastWriteWins policy = policies.get();
        List<OperationRecord> missing = new ArrayList<>();
        for (OperationRecord each : entries) {
            Key key = each.operation().key();
            if (!held.includes(each.id()) || !converging.test(key)) {
                continue;
            }
            List<Standing> ours = replication.standing(key).orElseThrow();
            boolean isFork = forks.isAny(each, ours);
            if (!isFork && !policy.keepsAll(key) && !ours.isEmpty() && isAfter(each, ours.get(0))) {
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
        Result<Replicated> mended = replication.mend(missing, new TakesLater(reports));
        if (mended.isOk()) {
            decided.accept(reports);
        }
        if (!Oversized.isTooLarge(mended)) {
            return mended.orElseThrow().taken();
        }
        int half = missing.size() / 2;
        return half == 0 ? 0 : mendAtOnce(missing.subList(0, half)) + mendAtOnce(missing.subList(half, missing.size()));
    }

    private static boolean isAfter(OperationRecord theirs, Standing ours) {
        return LastWriteWins.compare(theirs.stamp(), theirs.id(), ours.stamp(), ours.id()) > 0;
    }

    /** Takes what is later than what stands here, which is reported: nobody knows whether it was. */
    private static final class TakesLater implements Arbiter {
        private final LastWriteWins reports;

        TakesLater(LastWriteWins reports) {
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
