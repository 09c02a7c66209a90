package softadastra.sync;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import softadastra.core.NodeId;
import softadastra.store.Origin;

/**
 * Decides who is let in: whose messages are listened to, who becomes a member by them, and who is refused. For one thread.
 *
 * <p>Whoever is heard of for the first time becomes a member, unless that could bring back what was removed: those who have promised
 * something may have forgotten removals that others have yet to hear of. So who has nothing that these lack learns what stands there
 * before it takes part, and who has written {@linkplain OwnEpoch comes back} to them in a new epoch; of two groups of which that is
 * true one comes back, see {@link Meeting}. Who is refused is told how this node is, and so why.
 */
final class Joining {

    /** Whoever has let a node in tells the others long before. */
    private static final long REFUSED_NANOS = 30_000_000_000L;

    /** It is waited at most so many times twice as long. */
    private static final int MAX_PATIENCE = 10;

    private final Membership membership;
    private final OwnEpoch epoch;
    private final Peers peers;
    private final Forgetting forgetting;

    /** What is heard of somebody less often than this counts as that: it cannot have heard more of this node. */
    private static final long REFUSED_AT_ONCE_NANOS = 15_000_000_000L;

    /** For how long members that take part have not let this node in. */
    private final Map<Origin, Refused> refused = new HashMap<>();

    /** For how long somebody who was heard of has refused this node, and when it was last heard of. */
    private record Refused(long nanos, long last) {}

    /** What becomes of a sender. */
    private enum Verdict {
        /** It is a member, or becomes one. */
        LET_IN,
        /** It is not listened to, for now. */
        REFUSE,
        /** It is not listened to, and this node is to come back before it can join those that the sender is of. */
        COME_BACK
    }

    Joining(Membership membership, Peers peers, Forgetting forgetting) {
        this.membership = membership;
        this.epoch = membership.epoch();
        this.peers = peers;
        this.forgetting = forgetting;
    }

    /**
     * Whether what somebody says is taken in: members, and those who may become one. Who has been a member in another epoch may: with a new
     * one it passes on nothing of before while a fence is open.
     */
    boolean admits(Origin from) {
        Members members = membership.members();
        Stage stage = membership.stage();
        return stage != Stage.LEFT
                && !epoch.isOwn(from.node())
                && !members.fenced().containsKey(from)
                && (members.knows(from.node()) || !members.hasOpen() || !stage.takesPart());
    }

    /**
     * Takes note of what somebody says who is not admitted. Where each has fenced the other, as those on both sides of a cut may be told
     * to, neither would ever listen again: both come back. So does who was told to forget the only one that it has a way to, and that has
     * never let it in: of a fence that nobody else has heard of, that one will not hear either.
     *
     * @param now the time in nanoseconds, as of the ticks
     */
    void refuse(SyncMessage.State state, long now) {
        Sender sender = sender(state);
        boolean fenced = membership.stage() != Stage.LEFT && sender.isFenced();
        if (fenced && sender.hasFencedUs()) {
            epoch.end();
        }
        NodeId self = epoch.self().node();
        boolean unheardOf = fenced
                && membership.stage().takesPart()
                && !epoch.isListed()
                && sender.mayHaveForgotten()
                && !sender.members().knows(self);
        if (isRefusedForLong(sender.origin(), unheardOf, now)) {
            epoch.end();
        }
    }

    /**
     * Takes note of what somebody says who is {@linkplain #admits admitted}, and lets it in unless something is in the way.
     *
     * @param holds what this node holds
     * @param now the time in nanoseconds, as of the ticks
     * @return whether it may be listened to: it is a member now
     */
    boolean letIn(SyncMessage.State state, Vector holds, long now) {
        Sender sender = sender(state);
        if (epoch.findsTwin(sender.members())) {
            return false;
        }
        if (hasLearnedInVain(sender)) {
            membership.become(membership.members().with(sender.origin()).fence(sender.origin(), Members.OPEN));
            return false;
        }
        if (isLeftToOthers(sender)) {
            return false;
        }
        Vector counting = membership.members().clamp(holds);
        Verdict verdict = judge(sender, counting, now);
        boolean follows = !sender.isMember() || !membership.stage().takesPart() || sender.hasFencedUs();
        if (follows && verdict != Verdict.REFUSE && !isToLetUsIn(sender)) {
            membership.startAbove(sender.origin(), sender.promise());
        }
        if (verdict == Verdict.COME_BACK) {
            epoch.end();
        }
        if (verdict != Verdict.LET_IN) {
            return false;
        }
        if (membership.stage() == Stage.WHOLE && !sender.hasLetUsIn() && sender.mayHaveForgotten()) {
            membership.become(sender.meeting().withoutUnknown());
        }
        return !isToLetUsIn(sender) && becomesMember(sender, holds, counting);
    }

    private Sender sender(SyncMessage.State state) {
        return new Sender(state, epoch.self(), membership.members());
    }

    /**
     * Whether somebody comes back having learned what stands elsewhere as one who was fenced here meanwhile: removals may have been
     * forgotten since that it has not heard of. It is to begin again.
     */
    private boolean hasLearnedInVain(Sender sender) {
        if (!membership.stage().takesPart()
                || !sender.isReturning()
                || sender.state().whole()
                || sender.isMember()) {
            return false;
        }
        Members members = membership.members();
        Origin from = sender.origin();
        List<Origin> before = sender.members().joined().stream()
                .filter(each -> each.node().equals(from.node()) && !each.equals(from))
                .toList();
        return !before.isEmpty()
                && before.stream()
                        .allMatch(each -> members.fenced().containsKey(each) && members.limit(each) != Members.OPEN);
    }

    /** Whether somebody new is left to others: who is on its way back may not know what those have promised, and lets in who is so too. */
    private boolean isLeftToOthers(Sender sender) {
        return !sender.isMember()
                && !sender.hasLetUsIn()
                && !membership.stage().takesPart()
                && !sender.hasPromised()
                && !sender.isReturning();
    }

    /** Whether they let this node in, and not the other way round. */
    private boolean isToLetUsIn(Sender sender) {
        return !sender.isMember()
                && !sender.hasLetUsIn()
                && !sender.state().whole()
                && forgetting.promise() == 0
                && sender.hasPromised();
    }

    /**
     * What becomes of somebody, by what it and this node have promised and hold.
     *
     * @param counting what this node holds of what counts
     */
    private Verdict judge(Sender sender, Vector counting, long now) {
        boolean takesPart = membership.stage().takesPart();
        boolean hasPromised = forgetting.promise() != 0;
        Meeting meeting = sender.meeting();
        boolean unknown = isUnknown(sender, counting);
        boolean older = takesPart && sender.mayHaveForgotten() && !sender.held().includes(counting);
        boolean foreign = takesPart && sender.mayHaveForgotten() && meeting.isToBringOthers();
        if (unknown && (older || foreign)) {
            // They have begun to forget removals that what is here may be older than, or at one of those whom this node
            // would bring. Of two groups that have, the one whose oldest name comes later comes back, node by node.
            return !hasPromised || meeting.isNamedBefore() ? Verdict.COME_BACK : Verdict.REFUSE;
        }
        if (unknown && takesPart && hasPromised && !sender.isReturning() && !counting.includes(sender.held())) {
            // What it has may be older than removals that are forgotten here: it is to come back first.
            return Verdict.REFUSE;
        }
        if (sender.isMember() && older && !sender.hasLetUsIn() && membership.stage() == Stage.NEW) {
            // It was let in here before it had promised that, and has not let this node in.
            return Verdict.COME_BACK;
        }
        if (isRefusedByMember(sender, hasPromised, now)) {
            return Verdict.COME_BACK;
        }
        if (unknown && takesPart && meeting.bringsOthers() && hasPromised) {
            // What they hold may be older than removals that are forgotten here, and each of them would have to say so.
            return Verdict.REFUSE;
        }
        return Verdict.LET_IN;
    }

    /**
     * Whether somebody is new here. Who has this node for a member, and has promised something, was let in by one of its group, and has
     * what all of that have. Others have heard of this node before it joined that.
     */
    private boolean isUnknown(Sender sender, Vector counting) {
        boolean wasLetIn = sender.hasLetUsIn() && sender.hasPromised();
        return !sender.isMember()
                && !(wasLetIn && (forgetting.promise() == 0 || sender.held().includes(peers.settled(counting))));
    }

    /**
     * Whether a member that takes part has not let this node in for long: whoever has let it in may be gone, having told nobody. What
     * stands here may then be older than removals that are forgotten there.
     */
    private boolean isRefusedByMember(Sender sender, boolean hasPromised, long now) {
        boolean refused = sender.isMember()
                && !sender.hasLetUsIn()
                && hasPromised
                && membership.stage().takesPart()
                && sender.mayHaveForgotten()
                && !sender.members().hasOpen();
        return isRefusedForLong(sender.origin(), refused, now)
                && (!sender.meeting().knowsOthers() || sender.meeting().isNamedBefore());
    }

    private boolean isRefusedForLong(Origin by, boolean refuses, long now) {
        if (!refuses) {
            refused.remove(by);
            return false;
        }
        // Where only one of the two hears the other one it would come back again and again.
        long patience = REFUSED_NANOS << Math.min(epoch.renewals(), MAX_PATIENCE);
        Refused before = refused.getOrDefault(by, new Refused(0, now));
        long nanos = before.nanos() + Math.min(now - before.last(), REFUSED_AT_ONCE_NANOS);
        refused.put(by, new Refused(nanos, now));
        return nanos > patience;
    }

    /**
     * Has somebody for a member from here on, with all that it knows of members; but if this node was restored, or has nothing yet, it
     * learns what stands elsewhere first.
     *
     * @return whether it is a member now
     */
    private boolean becomesMember(Sender sender, Vector holds, Vector counting) {
        if (sender.hasLetUsIn() && !sender.isReturning()) {
            epoch.list();
        }
        Members before = membership.members();
        // Of this node's earlier epochs it knows best that they are over.
        Members next = before.merge(sender.members())
                .with(epoch.self())
                .with(sender.origin())
                .fenceAllBut(epoch.self(), epoch.self().node());
        if (next.isTooMany() && !before.has(sender.origin())) {
            return false;
        }
        if ((epoch.isRestored() || lacksWhatStands(sender, counting)) && !beginsToLearn(holds)) {
            epoch.end();
            return false;
        }
        if (!sender.isMember() || !membership.stage().takesPart()) {
            // As those have promised who let it in; so it can let others in itself.
            forgetting.promiseAtLeast(sender.promise());
        }
        if (!next.isTooMany()) {
            membership.become(next);
        }
        if (membership.members().fenced().containsKey(epoch.self())
                || (membership.stage().takesPart() && membership.isBeyond(before, holds))) {
            epoch.end();
        }
        return membership.members().has(sender.origin());
    }

    /**
     * Whether this node comes for the first time, and learns what stands with those who have begun to forget; and waits for them with one
     * who is on its way back.
     */
    private boolean lacksWhatStands(Sender sender, Vector counting) {
        return !sender.isMember()
                && membership.stage() == Stage.NEW
                && forgetting.promise() == 0
                && membership.isAlone()
                && (sender.isReturning() || (sender.hasPromised() && !counting.includes(sender.held())));
    }

    /**
     * Has this node learn what stands elsewhere, unless it has written. Others may have forgotten removals that the log did not have when
     * it was copied, or never had. What it has written goes on top; what the log was told before it was copied does not count either.
     *
     * @return whether it may do that in the epoch that it has
     */
    private boolean beginsToLearn(Vector holds) {
        boolean wasLearning = epoch.isRestored() && membership.stage() == Stage.WHOLE;
        boolean begins = !wasLearning && holds.counter(epoch.self()) == 0;
        if (begins) {
            membership.enter(Stage.WHOLE);
        }
        epoch.accountForRestore();
        return begins;
    }
}
