package softadastra.sync;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.Arbiter;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Replication;

/**
 * Who takes part, and how far this node is with that, as its log has it. Whatever is decided is in the log before it is acted on or passed
 * on. For one thread.
 *
 * <p>It is decided elsewhere: who is let in by {@link Joining}, who is fenced by {@link Fencing}, whether this node can go on in the epoch
 * that it has by {@link OwnEpoch}, what is done if it cannot by {@link Returning}.
 */
class Membership {

    /** Makes what an engine goes by. */
    interface Factory {

        Membership create(
                Replication replication,
                RandomGenerator random,
                long retentionNanos,
                Origin self,
                long issued,
                long noted,
                Members members,
                Stage stage);
    }

    private final Replication replication;
    private final ClockWatch clocks;
    private final RandomGenerator random;
    private final Silences silences;
    private final OwnEpoch epoch;

    /** What its application has yet to be told of. */
    private final List<SyncEvent> happened = new ArrayList<>();

    private Members members;
    private Stage stage;

    /** The last sequence that a note of what this node says of itself has. */
    private long noted;

    Membership(
            Replication replication,
            RandomGenerator random,
            long retentionNanos,
            Origin self,
            long issued,
            long noted,
            Members members,
            Stage stage) {
        this(replication, random, retentionNanos, new OwnEpoch(self, issued, members, stage), noted, members, stage);
    }

    Membership(
            Replication replication,
            RandomGenerator random,
            long retentionNanos,
            OwnEpoch epoch,
            long noted,
            Members members,
            Stage stage) {
        this.replication = replication;
        this.clocks = new ClockWatch(replication);
        this.random = random;
        this.silences = new Silences(retentionNanos);
        this.epoch = epoch;
        this.noted = noted;
        this.members = members;
        this.stage = stage;
    }

    Members members() {
        return members;
    }

    /** The epoch that this node goes by. */
    OwnEpoch epoch() {
        return epoch;
    }

    /** This node, in the epoch that it has. */
    Origin self() {
        return epoch.self();
    }

    /** Whether a node's id is this node's. */
    boolean isOwn(NodeId node) {
        return epoch.isOwn(node);
    }

    Stage stage() {
        return stage;
    }

    /** The last sequence of a note of what this node says of itself. */
    long noted() {
        return noted;
    }

    /** What this node says of itself has changed with a note. */
    void noted(long sequence) {
        noted = Math.max(noted, sequence);
    }

    /** Whether this node is on its way back: it has to learn what stands elsewhere, or to write what only it has again. */
    boolean isOnItsWayBack() {
        return stage == Stage.WHOLE || stage == Stage.REBASE;
    }

    void enter(Stage next) {
        if (stage != next) {
            noted(replication.note(Stage.NOTE, next.encode()).orElseThrow());
            stage = next;
        }
    }

    /** Goes by other members from here on, and has that in the log first. */
    void become(Members next) {
        if (!next.equals(members)) {
            noted(replication.note(Members.NOTE, next.encode()).orElseThrow());
            take(next);
        }
    }

    /** Goes by other members from here on, which are in the log. */
    private void take(Members next) {
        Members before = members;
        members = next;
        SortedSet<Origin> current = next.current();
        current.stream()
                .filter(each -> !before.joined().contains(each) && !isOwn(each.node()))
                .forEach(each -> happened.add(new SyncEvent.MemberJoined(each.node())));
        before.current().stream()
                .filter(each -> !current.contains(each) && !isOwn(each.node()))
                .forEach(each -> happened.add(new SyncEvent.MemberFenced(each.node())));
    }

    /** Whether what stands of an operation is to be written again: it is beyond the limit of a fence. */
    boolean isLost(OperationId id) {
        return members.refuses(id);
    }

    /** Others hold operations of an epoch of this node that its log does not have. */
    void forked(Origin before) {
        happened.add(new SyncEvent.OriginForked(before));
    }

    /** What has happened since this was asked last. */
    List<SyncEvent> tell() {
        List<SyncEvent> all = List.copyOf(happened);
        happened.clear();
        return all;
    }

    /**
     * Whether a limit that was not known has others refuse what this node holds of somebody else. Of its own it knows what to write again;
     * the first of those who return goes on before its last epoch has a limit.
     */
    boolean isBeyond(Members before, Vector holds) {
        return members.fenced().entrySet().stream()
                .anyMatch(fence -> !isOwn(fence.getKey().node())
                        && holds.counter(fence.getKey()) > fence.getValue()
                        && before.fenced().getOrDefault(fence.getKey(), Members.OPEN) > fence.getValue());
    }

    /**
     * What this node writes from here on is above what somebody has promised: others may have forgotten removals up to there. The
     * promise of a member is not above its clock, nor are removals forgotten that any member's promise is below.
     */
    void startAbove(Origin from, long promise) {
        if (promise != 0) {
            HybridTimestamp stamp = HybridTimestamp.ofPacked(promise);
            clocks.following(from.node(), stamp);
            var unused = replication.observe(stamp).orElseThrow();
        }
    }

    /** Whose clocks are far ahead. */
    ClockWatch clocks() {
        return clocks;
    }

    /** Whether there is nobody but this node, as far as it knows. */
    boolean isAlone() {
        return members.current().stream().allMatch(each -> isOwn(each.node()));
    }

    /** The limits of some fences are known: nothing beyond them counts. */
    void close(SortedMap<Origin, Long> limits, Vector held) {
        Members before = members;
        become(members.merge(new Members(Collections.emptySortedSet(), limits)));
        if (isBeyond(before, held)) {
            epoch.end();
        }
    }

    /** What is known of who is silent. */
    Silences silences() {
        return silences;
    }

    /**
     * Goes on in a new epoch, with nothing learned yet.
     *
     * @param kept the last operation of the one before that counts
     * @param notes what is to be noted with it, of the new epoch
     */
    void renew(long kept, BiConsumer<Origin, Arbiter.NoteSink> notes) {
        renew(Stage.WHOLE, kept, Members.OPEN, notes);
        epoch.comeBack();
    }

    /** Goes on in a new epoch once more, having learned; of the one before nothing counts unless some of it was sent. */
    void renewUnsent(BiConsumer<Origin, Arbiter.NoteSink> notes) {
        renew(Stage.REBASE, Long.MAX_VALUE, epoch.isIssued() ? Members.OPEN : 0, notes);
    }

    /** One batch: who is killed has either begun or not. */
    private void renew(Stage next, long kept, long limit, BiConsumer<Origin, Arbiter.NoteSink> notes) {
        Origin renewed = new Origin(self().node(), random.nextLong());
        Members after = members.with(renewed).with(self()).fence(self(), limit);
        Consumer<Arbiter.NoteSink> all = sink -> {
            sink.add(Stage.NOTE, next.encode());
            sink.add(Members.NOTE, after.encode());
            notes.accept(renewed, sink);
        };
        noted(replication.renew(renewed.epoch(), kept, all).orElseThrow());
        epoch.begin(renewed);
        stage = next;
        take(after);
    }

    /** Whether what only this node has may be written again: the others know its epoch, and where the ones before it end. */
    boolean mayWriteAgain() {
        return stage == Stage.REBASE && epoch.isListed() && !members.hasOpen();
    }

    /** All is done that there was to do. */
    void returned(long written) {
        enter(Stage.MEMBER);
        happened.add(new SyncEvent.Rebased(written));
    }

    /** Takes part no more, from here on. */
    void leave() {
        enter(Stage.LEFT);
        become(members.with(self()).fence(self(), Members.OPEN));
    }

    /** Has a node fenced that will not come back; whether it takes part. */
    boolean forget(NodeId node) {
        Members without = members.fenceAllBut(self(), node);
        boolean any = !without.equals(members);
        become(without);
        if (isAlone() && isOnItsWayBack()) {
            // Nobody is left to learn from; the last one may have left by itself.
            enter(Stage.MEMBER);
            return true;
        }
        return any;
    }

    /** Whether all members have said that they know the same members. */
    boolean agree(Map<Origin, Peer> peers) {
        long digest = members.digest();
        return members.current().stream().filter(each -> !each.equals(self())).allMatch(each -> {
            Peer peer = peers.get(each);
            Cut cut = peer == null ? null : peer.cut();
            return cut != null && cut.members() == digest;
        });
    }
}
