package softadastra.sync;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Replication;

/**
 * Who takes part, as this node sees it: who is let in, who is fenced, and what it takes to come back. Whatever is decided is in the
 * log before it is acted on or passed on.
 *
 * <p>A node that has not heard of a member for longer than the retention accuses it. That is said in its messages, is passed on as
 * its cuts are, and ends as soon as the member is heard of. Once all who are left have accused those who are not, and are more than
 * half of all, any of them fences those; so no single clock fences anybody, and of two halves neither fences the other.
 *
 * <p>A fence is open at first: nothing is taken from the fenced node itself any more, its operations only from others. Meanwhile
 * nobody new is let in, and nothing is forgotten. Once all who are left know of the fence, and of each other that they have the same
 * operations of the fenced origin, the last of these is the limit: what is beyond it is refused whoever brings it.
 *
 * <p>Whoever finds itself fenced, or finds that others hold operations of its own which its log lacks, or joins others who have begun
 * to forget removals, goes on in a new epoch, learns all that stands elsewhere, and then writes again on top what only it has.
 */
class Membership {

    /** Whoever has let a node in tells the others long before. */
    private static final long REFUSED_NANOS = 30_000_000_000L;

    /** It is waited at most so many times twice as long. */
    private static final int MAX_PATIENCE = 10;

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

    /** What its application has yet to be told of. */
    private final List<SyncEvent> happened = new ArrayList<>();

    private Members members;
    private Origin self;
    private Stage stage;

    /** Whether it comes back: it had left before the engine was opened, or a fence is below what it holds. */
    private boolean returning;

    /** Whether it is in an epoch that no member knows, as of a log that has known members. */
    private boolean restored;

    /** Whether somebody who takes part has this epoch for a member. */
    private boolean isListed;

    /** The last operation of its own that others can have: those from before the engine was opened, and what was sent since. */
    private long issued;

    /** What this node has ever been, as far as it knows. */
    private final Set<Origin> own = new HashSet<>();

    /** Since when members that take part have not let this node in. */
    private final Map<Origin, Long> refusedSince = new HashMap<>();

    /** How often it has come back since the engine was opened. */
    private int renewals;

    /** Somebody else with its id, who has come up since it came back. */
    private Optional<Origin> twin = Optional.empty();

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
        this.replication = replication;
        this.clocks = new ClockWatch(replication);
        this.random = random;
        this.silences = new Silences(retentionNanos);
        this.self = self;
        // Who has to learn what stands elsewhere is in an epoch that nothing was sent of.
        this.issued = stage == Stage.WHOLE ? 0 : issued;
        this.noted = noted;
        this.members = members;
        members.joined().stream().filter(each -> isOwn(each.node())).forEach(own::add);
        own.add(self);
        this.stage = stage;
        // Who has left comes back when it is opened again. A log that was restored has members, and an origin that is
        // none of them.
        this.returning = stage == Stage.LEFT;
        this.restored =
                stage != Stage.LEFT && !members.isEmpty() && !members.joined().contains(self);
    }

    Members members() {
        return members;
    }

    Origin self() {
        return self;
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

    /** Operations of this epoch go out, up to a counter. */
    void issue(long counter) {
        issued = Math.max(issued, counter);
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

    /**
     * Whether somebody has operations of this node that it never sent, or knows its log to have had more.
     *
     * @param holds what this node holds
     * @param said the last sequence of what it has said of itself
     */
    boolean isAhead(SyncMessage.State state, CausalContext holds, long said) {
        Relayed echo = state.relayed().get(self);
        return state.cut().held().counter(self) > issued
                || state.relayed().entrySet().stream()
                        .anyMatch(relayed -> !relayed.getKey().equals(self)
                                && relayed.getValue().cut().held().counter(self) > issued)
                || (echo != null
                        && (echo.cut().sequence() > said
                                || !holds.includes(echo.cut().held().toContext())));
    }

    /** Whether what stands of an operation is to be written again: it is beyond the limit of a fence. */
    boolean isLost(OperationId id) {
        return members.refuses(id);
    }

    /** Others hold operations of an epoch of this node that its log does not have. */
    void forked(Origin epoch) {
        happened.add(new SyncEvent.OriginForked(epoch));
    }

    /** What has happened since this was asked last. */
    List<SyncEvent> tell() {
        List<SyncEvent> all = List.copyOf(happened);
        happened.clear();
        return all;
    }

    /**
     * Whether what somebody says is taken in: members, and those who may become one. Who has been a member in another epoch may: with a new
     * one it passes on nothing of before while a fence is open.
     */
    boolean admits(Origin from) {
        return stage != Stage.LEFT
                && !isOwn(from.node())
                && !members.fenced().containsKey(from)
                && (members.knows(from.node()) || !members.hasOpen() || !stage.takesPart());
    }

    /**
     * Takes note of what somebody says who is not admitted. Where each has fenced the other, as those on both sides of a cut may be told
     * to, neither would ever listen again: both come back. So does who was told to forget the only one that it has a way to, and that has
     * never let it in: of a fence that nobody else has heard of, that one will not hear either.
     */
    void refuse(SyncMessage.State state, long now) {
        Origin from = state.from();
        boolean fenced = stage != Stage.LEFT && members.fenced().containsKey(from);
        returning |= fenced && state.members().fenced().containsKey(self);
        boolean unknown = fenced
                && stage.takesPart()
                && !isListed
                && state.cut().promise() != 0
                && !state.cut().returning()
                && !state.members().knows(self.node());
        returning |= isRefusedForLong(from, unknown, now);
    }

    /**
     * Takes note of what somebody says who is {@linkplain #admits admitted}.
     *
     * @param holds what this node holds
     * @param settled of what it holds, what all members do, as far as it knows
     * @param promising promises to write nothing below a stamp from here on
     * @param promise what this node has promised
     * @param now the time in nanoseconds, as of the ticks
     * @return whether it may be listened to: it is a member now
     */
    boolean hear(
            SyncMessage.State state,
            Vector holds,
            Supplier<Vector> settled,
            LongConsumer promising,
            long promise,
            long now) {
        Origin from = state.from();
        Optional<Origin> stranger = stranger(state.members());
        if (stranger.isPresent() && renewals > 0 && state.members().fenced().containsKey(self)) {
            // An epoch that is as old as this run is over by somebody else's word: not by that of a log that was lost.
            twin = stranger;
            return false;
        }
        stranger.ifPresent(own::add);
        if (hasLearnedInVain(state)) {
            become(members.with(from).fence(from, Members.OPEN));
            return false;
        }
        boolean member = members.joined().contains(from);
        boolean listed = state.members().joined().contains(self);
        boolean promised = state.cut().promise() != 0;
        // Who has this node for a member, and has promised something, was let in by one of its group, and has what all
        // of that
        // have. Others have heard of this node before it joined that.
        boolean joined = !member
                && listed
                && promised
                && (promise == 0 || state.cut().held().includes(settled.get()));
        boolean unknown = !member && !joined;
        if (!member
                && !listed
                && !stage.takesPart()
                && !promised
                && !state.cut().returning()) {
            // Who is on its way back lets nobody in who is not: it may not know what the others have promised.
            return false;
        }
        if (!member || !stage.takesPart() || state.members().fenced().containsKey(self)) {
            startAbove(from, state.cut().promise());
        }
        Vector counting = members.clamp(holds);
        boolean older = stage.takesPart()
                && !state.cut().returning()
                && promised
                && !state.cut().held().includes(counting);
        Meeting meeting = meeting(state);
        boolean foreign = stage.takesPart() && !state.cut().returning() && promised && meeting.isToBringOthers();
        if (unknown && (older || foreign)) {
            // They have begun to forget removals that what is here may be older than, or at one of those whom this node
            // would bring. Of two groups that have, the one whose oldest name comes later comes back, node by node.
            returning |= promise == 0 || meeting.isNamedBefore();
            return false;
        }
        if (unknown
                && stage.takesPart()
                && promise != 0
                && !state.cut().returning()
                && !counting.includes(state.cut().held())) {
            // What it has may be older than removals that are forgotten here: it is to come back first.
            return false;
        }
        if (member && older && !listed && stage == Stage.NEW) {
            // It was let in here before it had promised that, and has not let this node in.
            returning = true;
            return false;
        }
        if (isRefused(state, member && !listed && promise != 0, now)) {
            returning = true;
            return false;
        }
        if (unknown && stage.takesPart() && meeting.bringsOthers() && promise != 0) {
            // What they hold may be older than removals that are forgotten here, and each of them would have to say so.
            return false;
        }
        if (stage == Stage.WHOLE
                && !listed
                && state.cut().promise() != 0
                && !state.cut().returning()) {
            become(meeting.withoutUnknown());
        }
        if (!member && !listed && !state.whole() && promise == 0 && state.cut().promise() != 0) {
            // They let this node in, and not the other way round.
            return false;
        }
        isListed |= listed && !state.cut().returning();
        Members before = members;
        // Who comes for the first time learns what stands with those who have begun to forget; and waits for them with
        // one who is on its way back.
        boolean lacks = !member
                && stage == Stage.NEW
                && promise == 0
                && isAlone()
                && (state.cut().returning()
                        || (promised && !counting.includes(state.cut().held())));
        if (restored || lacks) {
            // Others may have forgotten removals that the log did not have when it was copied, or never had. What it
            // has written goes on top.
            boolean wasLearning = restored && stage == Stage.WHOLE;
            restored = false;
            // What the log was told before it was copied does not count either.
            if (wasLearning || holds.counter(self) > 0) {
                returning = true;
                return false;
            }
            enter(Stage.WHOLE);
        }
        if (!member || !stage.takesPart()) {
            // As those have promised who let it in; so it can let others in itself.
            promising.accept(state.cut().promise());
        }
        Members next = fenceOwn(members.merge(state.members()).with(self).with(from));
        if (!next.isTooMany()) {
            become(next);
        }
        returning |= members.fenced().containsKey(self) || (stage.takesPart() && isBeyond(before, holds));
        return members.has(from);
    }

    /**
     * Whether somebody comes back having learned what stands elsewhere as one who was fenced here meanwhile: removals may have been
     * forgotten since that it has not heard of. It is to begin again.
     */
    private boolean hasLearnedInVain(SyncMessage.State state) {
        Origin from = state.from();
        if (!stage.takesPart()
                || !state.cut().returning()
                || state.whole()
                || members.joined().contains(from)) {
            return false;
        }
        List<Origin> before = state.members().joined().stream()
                .filter(each -> each.node().equals(from.node()) && !each.equals(from))
                .toList();
        return !before.isEmpty()
                && before.stream()
                        .allMatch(each -> members.fenced().containsKey(each) && members.limit(each) != Members.OPEN);
    }

    /** Somebody with the id of this node, who takes part and that this node has never been. */
    private Optional<Origin> stranger(Members theirs) {
        return theirs.current().stream()
                .filter(each -> isOwn(each.node()) && !own.contains(each))
                .findFirst();
    }

    /** Fails if there is another node with the id of this one: each would fence the other for ever. */
    void requireAlone() {
        if (twin.isPresent()) {
            throw new SoftadastraException(
                    ErrorCode.ORIGIN_FORK,
                    "two nodes take part as " + self.node() + ": this one, with epoch "
                            + Long.toHexString(self.epoch()) + ", and another one, with epoch "
                            + Long.toHexString(twin.get().epoch())
                            + ": stop one of the two, then start the one that is to stay again; the other one is to begin with an empty log and"
                            + " another id");
        }
    }

    /**
     * Whether a limit that was not known has others refuse what this node holds of somebody else. Of its own it knows what to write again;
     * the first of those who return goes on before its last epoch has a limit.
     */
    private boolean isBeyond(Members before, Vector holds) {
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

    /**
     * Whether a member that takes part has not let this node in for long: whoever has let it in may be gone, having told nobody. What
     * stands here may then be older than removals that are forgotten there.
     */
    private boolean isRefused(SyncMessage.State state, boolean unlisted, long now) {
        boolean refused = unlisted
                && stage.takesPart()
                && state.cut().promise() != 0
                && !state.cut().returning()
                && !state.members().hasOpen();
        return isRefusedForLong(state.from(), refused, now)
                && (!meeting(state).knowsOthers() || meeting(state).isNamedBefore());
    }

    private boolean isRefusedForLong(Origin by, boolean refused, long now) {
        if (!refused) {
            refusedSince.remove(by);
            return false;
        }
        // Where only one of the two hears the other one it would come back again and again.
        long patience = REFUSED_NANOS << Math.min(renewals, MAX_PATIENCE);
        return now - refusedSince.computeIfAbsent(by, absent -> now) > patience;
    }

    private Meeting meeting(SyncMessage.State state) {
        return new Meeting(members, self.node(), state.members(), state.from().node());
    }

    /** Whether there is nobody but this node, as far as it knows. */
    private boolean isAlone() {
        return members.current().stream().allMatch(each -> isOwn(each.node()));
    }

    /** The limits of some fences are known: nothing beyond them counts. */
    void close(SortedMap<Origin, Long> limits, Vector held) {
        Members before = members;
        become(members.merge(new Members(Collections.emptySortedSet(), limits)));
        returning |= isBeyond(before, held);
    }

    /** What is known of who is silent. */
    Silences silences() {
        return silences;
    }

    /** Whether this epoch cannot go on: it is fenced, or has left, or what is held does not count. */
    boolean isReturning() {
        return returning;
    }

    /**
     * Goes on in a new epoch, with nothing learned yet.
     *
     * @param kept the last operation of the one before that counts
     * @param notes what is to be noted with it, of the new epoch
     */
    void renew(long kept, BiConsumer<Origin, Arbiter.NoteSink> notes) {
        renew(Stage.WHOLE, kept, Members.OPEN, notes);
        renewals++;
        restored = false;
        returning = false;
    }

    /** Goes on in a new epoch once more, having learned; of the one before nothing counts unless some of it was sent. */
    void renewUnsent(BiConsumer<Origin, Arbiter.NoteSink> notes) {
        renew(Stage.REBASE, Long.MAX_VALUE, issued == 0 ? 0 : Members.OPEN, notes);
    }

    /** One batch: who is killed has either begun or not. */
    private void renew(Stage next, long kept, long limit, BiConsumer<Origin, Arbiter.NoteSink> notes) {
        Origin renewed = new Origin(self.node(), random.nextLong());
        Members after = members.with(renewed).with(self).fence(self, limit);
        Consumer<Arbiter.NoteSink> all = sink -> {
            sink.add(Stage.NOTE, next.encode());
            sink.add(Members.NOTE, after.encode());
            notes.accept(renewed, sink);
        };
        noted(replication.renew(renewed.epoch(), kept, all).orElseThrow());
        self = renewed;
        own.add(self);
        issued = 0;
        isListed = false;
        stage = next;
        take(after);
    }

    /** Whether what only this node has may be written again: the others know its epoch, and where the ones before it end. */
    boolean mayWriteAgain() {
        return stage == Stage.REBASE && isListed && !members.hasOpen();
    }

    /** All is done that there was to do. */
    void returned(long written) {
        enter(Stage.MEMBER);
        happened.add(new SyncEvent.Rebased(written));
    }

    /** Takes part no more, from here on. */
    void leave() {
        enter(Stage.LEFT);
        become(members.with(self).fence(self, Members.OPEN));
    }

    /** Has a node fenced that will not come back; whether it takes part. */
    boolean forget(NodeId node) {
        Members without = members;
        for (Origin each : members.current()) {
            if (each.node().equals(node) && !each.equals(self)) {
                without = without.fence(each, Members.OPEN);
            }
        }
        boolean any = !without.equals(members);
        become(without);
        if (isAlone() && isOnItsWayBack()) {
            // Nobody is left to learn from; the last one may have left by itself.
            enter(Stage.MEMBER);
            return true;
        }
        return any;
    }

    /** With the earlier epochs of this node fenced: of these it knows best that they are over. */
    private Members fenceOwn(Members all) {
        Members next = all;
        for (Origin each : all.current()) {
            next = isOwn(each.node()) && !each.equals(self) ? next.fence(each, Members.OPEN) : next;
        }
        return next;
    }

    /** Whether all members have said that they know the same members. */
    boolean agree(Map<Origin, Peer> peers) {
        long digest = members.digest();
        return members.current().stream().filter(each -> !each.equals(self)).allMatch(each -> {
            Peer peer = peers.get(each);
            Cut cut = peer == null ? null : peer.cut();
            return cut != null && cut.members() == digest;
        });
    }

    /** Whether a node's id is this node's. */
    boolean isOwn(NodeId node) {
        return node.equals(self.node());
    }
}
