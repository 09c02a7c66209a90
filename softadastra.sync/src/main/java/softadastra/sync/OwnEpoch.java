package softadastra.sync;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.store.CausalContext;
import softadastra.store.Origin;

/**
 * The epoch that this node goes by: whether others know it, whether they have more of it than was ever sent, whether somebody else goes by
 * the node's id too, and so whether it can go on. In memory; what has come of it is in the log, see {@link Membership}. For one thread.
 *
 * <p>An epoch is over when it is fenced, when others hold operations of it that the log lacks, when what is held is beyond a limit that was
 * not known, and when those who have begun to forget removals are to be joined by somebody who has written. The node goes on in a new
 * one, learns all that stands elsewhere, and then writes again on top what only it has: see {@link Returning}.
 */
class OwnEpoch {

    private Origin self;

    /** What this node has ever been, as far as it knows. */
    private final Set<Origin> own = new HashSet<>();

    /** The last operation that others can have: those from before the engine was opened, and what was sent since. */
    private long issued;

    /** Whether somebody who takes part has this epoch for a member. */
    private boolean isListed;

    /** Whether it cannot go on: the node had left before the engine was opened, or one of the reasons above has come up since. */
    private boolean isOver;

    /** Whether no member knows it, as of a log that has known members. */
    private boolean isRestored;

    /** How often the node has come back since the engine was opened. */
    private int renewals;

    /** Somebody else with the node's id, who has come up since it came back. */
    private Optional<Origin> twin = Optional.empty();

    /**
     * The epoch that a log has.
     *
     * @param self the node in it
     * @param issued the last operation of it in the log
     * @param members those that the log has
     * @param stage how far the node is, as the log has it
     */
    OwnEpoch(Origin self, long issued, Members members, Stage stage) {
        this.self = self;
        // Who has to learn what stands elsewhere is in an epoch that nothing was sent of.
        this.issued = stage == Stage.WHOLE ? 0 : issued;
        members.joined().stream().filter(each -> isOwn(each.node())).forEach(own::add);
        own.add(self);
        // Who has left comes back when it is opened again. A log that was restored has members, and an origin that is
        // none of them.
        this.isOver = stage == Stage.LEFT;
        this.isRestored =
                stage != Stage.LEFT && !members.isEmpty() && !members.joined().contains(self);
    }

    /** The node in this epoch. */
    Origin self() {
        return self;
    }

    /** Whether a node's id is this node's. */
    boolean isOwn(NodeId node) {
        return node.equals(self.node());
    }

    /** Operations of this epoch go out, up to a counter. */
    void issue(long counter) {
        issued = Math.max(issued, counter);
    }

    /** Whether others can have operations of it. */
    boolean isIssued() {
        return issued != 0;
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

    /** Somebody who takes part has this epoch for a member. */
    void list() {
        isListed = true;
    }

    /** Whether somebody who takes part has this epoch for a member. */
    boolean isListed() {
        return isListed;
    }

    /** Whether no member knows it, as of a log that has known members, and the node has done nothing about that yet. */
    boolean isRestored() {
        return isRestored;
    }

    /** The node does what who was restored has to do. */
    void accountForRestore() {
        isRestored = false;
    }

    /** It cannot go on. */
    void end() {
        isOver = true;
    }

    /** Whether it cannot go on, and the node is to begin another one. */
    boolean isOver() {
        return isOver;
    }

    /**
     * Takes note of the epochs that others know of this node: of an earlier log of it, or of another node with its id.
     *
     * @return whether it is another node. An epoch that is as old as this run is over by somebody else's word: not by that of a log that
     *     was lost
     */
    boolean findsTwin(Members theirs) {
        Optional<Origin> stranger = theirs.current().stream()
                .filter(each -> isOwn(each.node()) && !own.contains(each))
                .findFirst();
        if (stranger.isPresent() && renewals > 0 && theirs.fenced().containsKey(self)) {
            twin = stranger;
            return true;
        }
        stranger.ifPresent(own::add);
        return false;
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

    /** How often the node has come back since the engine was opened. */
    int renewals() {
        return renewals;
    }

    /** The node goes on in another epoch, which is in the log. */
    void begin(Origin renewed) {
        self = renewed;
        own.add(renewed);
        issued = 0;
        isListed = false;
    }

    /** The node is on its way back in an epoch that it has begun: whatever ended the one before is dealt with by that. */
    void comeBack() {
        renewals++;
        isRestored = false;
        isOver = false;
    }
}
