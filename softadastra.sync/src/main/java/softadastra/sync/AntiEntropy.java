package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
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
 * <p>Of two values of a key the last one in the order of all operations is taken; where a policy keeps several, those that are missing;
 * what stands at one node alone, and nothing or a forgotten removal at the other, is taken too, since it cannot be told whether it was
 * removed: so nothing is lost, and something that was removed may come back. For one thread.
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
    }

    /** Peers that the application is to be told of. */
    private List<NodeId> untold = new ArrayList<>();

    private long diverged;
    private long compared;

    AntiEntropy(Replication replication, Supplier<CausalContext> context, Exchange.Rules rules) {
        this.replication = replication;
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

    /** What stands in the first bucket that differs; a part at a time, if that is much. */
    private List<OperationRecord> entries(Differing with, List<Long> ours, List<Long> theirs) {
        int bucket = 0;
        while (bucket < ContentSums.BUCKETS - 1 && ours.get(bucket).equals(theirs.get(bucket))) {
            bucket++;
        }
        int wanted = bucket;
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
        return entries;
    }

    /**
     * Takes in what a message says. Blocks until what was mended is durable.
     *
     * @return whether anything was mended
     */
    boolean hear(SyncMessage message, long now) {
        Contents theirs = message.contents();
        CausalContext held = context.get();
        if (!enabled
                || theirs.isEmpty()
                || !message.state().cut().held().toContext().equals(held)) {
            return false;
        }
        if (complete && held.equals(of)) {
            compare(message.from(), theirs.sums());
        }
        if (theirs.entries().isEmpty() || !mend(theirs.entries(), held)) {
            return false;
        }
        forget(now);
        // The others are to know soon.
        rested = false;
        return true;
    }

    private void compare(Origin peer, List<Long> theirs) {
        compared++;
        boolean byBucket = theirs.size() == ContentSums.BUCKETS;
        boolean same = byBucket ? theirs.equals(sums.byBucket()) : theirs.get(0) == sums.total();
        if (same) {
            differing.remove(peer);
            return;
        }
        Differing with = differing.get(peer);
        if (with == null) {
            with = new Differing();
            differing.put(peer, with);
            diverged++;
            untold.add(peer.node());
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
            if (held.includes(each.id()) && converging.test(key) && isMissing(each, policy.keepsAll(key))) {
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
        Result<Replicated> mended = replication.mend(missing, new Mending(policies.get()));
        if (!Oversized.isTooLarge(mended)) {
            return mended.orElseThrow().taken();
        }
        int half = missing.size() / 2;
        return half == 0 ? 0 : mendAtOnce(missing.subList(0, half)) + mendAtOnce(missing.subList(half, missing.size()));
    }

    private boolean isMissing(OperationRecord theirs, boolean keepsAll) {
        List<Standing> ours = replication.standing(theirs.operation().key()).orElseThrow();
        if (ours.isEmpty()) {
            return theirs.operation().value().isPresent();
        }
        return keepsAll ? ours.stream().noneMatch(each -> each.id().equals(theirs.id())) : isAfter(theirs, ours.get(0));
    }

    private static boolean isAfter(OperationRecord theirs, Standing ours) {
        return LastWriteWins.compare(theirs.stamp(), theirs.id(), ours.stamp(), ours.id()) > 0;
    }

    /** Takes what is missing; nobody is told of a conflict, since that was told when it was decided. */
    private static final class Mending implements Arbiter {
        private final LastWriteWins policy;

        Mending(LastWriteWins policy) {
            this.policy = policy;
        }

        @Override
        public Effect decide(OperationRecord incoming, List<Standing> standing) {
            Key key = incoming.operation().key();
            if (standing.isEmpty()) {
                return Effect.WON;
            }
            if (policy.keepsAll(key)) {
                return policy.merges(key) ? Effect.MERGED : Effect.SIBLING;
            }
            return isAfter(incoming, standing.get(0)) ? Effect.WON : Effect.LOST;
        }

        @Override
        public Optional<Value> merge(Key key, List<Standing> siblings) {
            return policy.merge(key, siblings);
        }
    }
}
