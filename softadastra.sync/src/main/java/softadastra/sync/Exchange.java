package softadastra.sync;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import softadastra.core.CheckReturnValue;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.store.LogStart;
import softadastra.store.Origin;
import softadastra.store.Replication;
import softadastra.store.StoreEngine;

/**
 * One node's part in bringing operations to all members: a machine that does one step at a time, by one thread. Time, randomness
 * and transport come from outside, and it keeps nothing that the log does not say, so that a run can be repeated.
 *
 * <p>A step receives, logs what is next of what came in as one batch, waits until that is durable, and only then says so; it sends
 * what is durable here and the peer lacks; it sends again what was not acknowledged in time.
 *
 * <p>Who the members are is in the log: a node says how it is to everybody that there is a way to, and whoever says so to it is a
 * member from then on, as are those that a member names.
 */
@CheckReturnValue
final class Exchange {

    /** How long work that is done in slices rests in between. */
    private static final long SLICE_NANOS = 20_000_000L;

    private final StoreEngine store;
    private final Replication replication;
    private final Membership membership;
    private final Fencing fencing;
    private final Mending mending;
    private final Returning returning;
    private final SyncTransport transport;
    private final Inbox inbox;
    private final ConflictReports conflicts;
    private final AckMarks acks;
    private final Subscriptions subscriptions;
    private final Here here;
    private final Peers peers;
    private final Incoming incoming;
    private final Rejecting rejecting;
    private final Forks forks;
    private final AntiEntropy antiEntropy;
    private final Forgetting forgetting;
    private final Sending sending;
    private final Listening listening;
    private final Outbox outbox;

    /** What the step that is under way did. */
    private Tally tally = new Tally();

    private Exchange(
            StoreEngine store,
            SyncTransport transport,
            RandomGenerator random,
            ExchangeRules rules,
            Origin origin,
            LogStart start,
            LogStart end,
            NoteState notes) {
        this.store = store;
        this.replication = store.replication();
        this.transport = transport;
        this.conflicts = new ConflictReports(store, notes.conflicts());
        this.acks = notes.acks();
        this.subscriptions = notes.subscriptions();
        this.membership = rules.memberships()
                .create(
                        replication,
                        random,
                        rules.retentionNanos(),
                        origin,
                        end.held().counter(origin),
                        store.stats().lastSequence(),
                        notes.members(),
                        notes.stage());
        this.fencing = new Fencing(membership);
        membership.silences().resume(notes.silences());
        this.inbox = new Inbox(transport, membership::isOwn);
        this.here = new Here(replication, membership, start, end);
        this.peers = new Peers(membership, here, rules.window(), acks);
        this.mending = new Mending(
                replication,
                membership,
                id -> !store.context().includes(id) && peers.isHeldByNone(id),
                conflicts::report);
        if (!notes.members().fenced().isEmpty()) {
            // It may have been under way.
            mending.want();
        }
        Supplier<LastWriteWins> arbiters = () -> {
            LastWriteWins arbiter = rules.arbiters().get();
            arbiter.own(id -> membership.isOwn(id.node()));
            arbiter.knowing(subscriptions::known);
            arbiter.missing(notes.rejections().missing()::of);
            return arbiter;
        };
        this.forks = new Forks(replication);
        this.incoming = new Incoming(store, membership, peers, arbiters, this::decided, forks, notes);
        this.returning = new Returning(store, membership, mending, subscriptions, peers, incoming, acks);
        this.rejecting = new Rejecting(replication, membership, rules.clock(), notes.rejections(), rules.arbiters());
        this.antiEntropy =
                new AntiEntropy(replication, () -> members().clamp(store.context()), rules, this::decided, forks);
        this.forgetting = new Forgetting(replication, membership, here, peers, acks, rules, notes.floor());
        this.sending = new Sending(
                store,
                membership,
                mending,
                transport,
                random,
                rules,
                here,
                peers,
                notes,
                incoming,
                forgetting,
                rejecting,
                antiEntropy);
        this.listening = new Listening(
                store, rules.clock(), membership, subscriptions, here, peers, forgetting, incoming, returning, sending);
        this.outbox = new Outbox(store, membership, here, peers, subscriptions, rejecting, sending);
    }

    /** Begins where the log of a store ends; CORRUPTION, IO_ERROR if that cannot be read, UNSUPPORTED_VERSION for a newer one. */
    static Result<Exchange> open(
            StoreEngine store, SyncTransport transport, RandomGenerator random, ExchangeRules rules) {
        Replication replication = store.replication();
        NoteState notes = new NoteState();
        return replication
                .start()
                .flatMap(start -> replication
                        .notes(notes)
                        .flatMap(count -> notes.requireReadable()
                                .flatMap(readable -> replication.summarise(NoteState::new))
                                .flatMap(owned -> replication.origin())
                                .flatMap(origin -> Subscriptions.choose(store, origin, notes, rules.subscription())
                                        .flatMap(subscribed -> replication.settle())
                                        .map(here -> new Exchange(
                                                store, transport, random, rules, origin, start, here, notes)))));
    }

    /**
     * Does one step.
     *
     * @param now the time in nanoseconds, of any origin
     * @return what it did; or the first error of the log, or of the store, and then some of it was left out. What was received and
     *     could not be logged will come again
     */
    Result<Step> tick(long now) {
        return Result.attempt(() -> {
            tally = new Tally();
            long acknowledged = outbox.acknowledged();
            long reported = conflicts.reported();
            long malformed = inbox.malformed();
            step(now);
            tally.requireDone();
            return new Step(
                    tally.received,
                    tally.applied,
                    tally.sent,
                    outbox.acknowledged() - acknowledged,
                    conflicts.reported() - reported,
                    tally.collected,
                    inbox.malformed() - malformed,
                    tally.reissued);
        });
    }

    private void step(long now) {
        if (membership.stage() != Stage.LEFT) {
            // Who leaves as one of two says so first.
            membership.epoch().requireAlone();
        }
        peers.connect(transport.neighbours());
        Members before = members();
        boolean tookPart = membership.stage().takesPart();
        List<SyncMessage> received = inbox.receive();
        tally.received = received.size();
        List<SyncMessage> messages = listening.listen(received, tally, now);
        tally.attempt(() -> {
            var unused = replication.settle().orElseThrow();
        });
        tally.attempt(() -> incoming.apply(messages));
        messages.stream()
                .filter(message -> message.chunk().isPresent())
                .forEach(message -> tally.attempt(() -> incoming.adopt(message, now)));
        tally.applied = incoming.takeApplied();
        if (incoming.takeLearned()) {
            tally.attempt(returning::learned);
        }
        messages.forEach(message -> listening.hear(message, now));
        tally.attempt(() -> rejecting.hear(messages, store.context(), members(), now));
        messages.forEach(message -> tally.attempt(() -> compare(message, now)));
        if (acks.pause(now) <= 0) {
            tally.attempt(() -> markAcks(now));
        }
        tally.attempt(() -> note(membership.silences().news(members(), self(), now)));
        tally.attempt(() -> {
            fencing.step(peers.all(), here.held(), subscriptions.sources(), now);
            if (membership.epoch().isOver()) {
                returning.begin(false);
            }
        });
        boolean joins = membership.stage().takesPart() && !tookPart;
        if (joins) {
            incoming.startOver();
        }
        if (joins || !members().fenced().equals(before.fenced())) {
            mending.want();
        }
        if (peers.haveEchoed(now)) {
            tally.attempt(this::mend);
        }
        peers.admit();
        tally.attempt(forgetting::makePromise);
        // What is promised, what is held and who is a member are one cut: all of it is durable by now.
        here.advance();
        tally.sent = sending.send(now);
        tally.attempt(() -> tally.collected = forgetting.collect());
        tally.attempt(() -> antiEntropy.step(isAtRest(), now));
    }

    private void mend() {
        int again = mending.step();
        tally.reissued += again;
        if (again > 0) {
            // What came with a part and counts no more may have taken the place there of what is yet to come.
            incoming.startOver();
        }
    }

    private void compare(SyncMessage message, long now) {
        if (isTakingPart() && subscriptions.isComparable(message.from())) {
            antiEntropy.hear(message, now);
        }
    }

    /** Whether somebody that there is a way to holds the same, and nothing is on its way here. */
    private boolean isAtRest() {
        return isTakingPart()
                && !incoming.isReceiving(here.held())
                && peers.all().values().stream()
                        .anyMatch(peer -> peer.isLinked()
                                && subscriptions.isComparable(peer.origin())
                                && holdsTheSame(peer.cut()));
    }

    private boolean isTakingPart() {
        return membership.stage().takesPart() && !members().hasOpen() && !mending.isWanted();
    }

    private boolean holdsTheSame(@Nullable Cut cut) {
        return cut != null && cut.held().equals(here.held());
    }

    private void markAcks(long now) {
        if (acks.isBehind(peers.all().values(), self().node())) {
            acks.raise(peers.all().values());
            acks.noted(now);
            byte[] marks = acks.encode();
            long unused = replication.note(AckMarks.NOTE, marks).orElseThrow();
            acks.isInLog(marks);
        }
    }

    private void note(Optional<byte[]> silences) {
        if (silences.isPresent()) {
            long unused = replication.note(Silences.NOTE, silences.get()).orElseThrow();
            membership.silences().isInLog(silences.get());
        }
    }

    /** Takes part no more; whoever there is a way to is told with the next step. */
    Result<Unit> leave() {
        return Result.attempt(() -> {
            membership.leave();
            here.advance();
            peers.all().values().forEach(Peer::owe);
            return Unit.UNIT;
        });
    }

    /** Has a node fenced that will not come back; false if it is no member. */
    Result<Boolean> forget(NodeId node) {
        return Result.attempt(() -> {
            boolean tookPart = membership.stage().takesPart();
            boolean any = membership.forget(node);
            if (membership.stage().takesPart() && !tookPart) {
                // It was on its way back, and has nobody left to learn from.
                incoming.startOver();
                mending.want();
            }
            peers.admit();
            return any;
        });
    }

    /** What has happened to members, as far as the application has yet to be told. */
    List<SyncEvent> tellOfMembers() {
        return membership.tell();
    }

    /** Whether operations have become visible that no step has seen; other records are written by steps alone. */
    boolean isBehind() {
        return here.isBehind(store.context());
    }

    /** Says in the log what was not said yet; a crash instead costs that something is sent again, and a silence lasts longer. */
    Result<Unit> close() {
        return Result.attempt(() -> {
            markAcks(0);
            note(membership.silences().last(members(), self()));
            return Unit.UNIT;
        });
    }

    /** How many nanoseconds may pass until the next step if nothing arrives and nothing is written. */
    long pause(long now) {
        if (inbox.isFull() || rejecting.isWaiting()) {
            return 0;
        }
        long pause = sending.pause(now);
        for (Peer peer : peers.all().values()) {
            pause = peer.isLinked() ? Math.min(pause, peer.pause(now)) : pause;
        }
        if (acks.isBehind(peers.all().values(), self().node())) {
            pause = Math.min(pause, acks.pause(now));
        }
        boolean inSlices = tally.collected > 0 || mending.isUnderWay() || antiEntropy.isRunning();
        return Math.max(0, inSlices ? Math.min(pause, SLICE_NANOS) : pause);
    }

    private void decided(LastWriteWins arbiter) {
        conflicts.decided(arbiter);
        rejecting.decided(arbiter);
        forks.decided(arbiter);
    }

    /** What this node holds durably, as of the last step. */
    Vector held() {
        return here.held();
    }

    Origin self() {
        return membership.self();
    }

    /** How far this node is with coming back, if it was away for too long. */
    Stage stage() {
        return membership.stage();
    }

    /** Whether there is, or was, anybody but this node. */
    boolean hasMembers() {
        return !peers.all().isEmpty() || members().joined().size() > 1;
    }

    Members members() {
        return peers.members();
    }

    /** How far this node is with what stands at somebody; empty if nothing is under way. */
    Optional<Progress> progress() {
        return incoming.progress();
    }

    /** What was rejected, here and elsewhere. */
    Rejecting rejecting() {
        return rejecting;
    }

    /** What is done about those who hold the same and have something else. */
    AntiEntropy antiEntropy() {
        return antiEntropy;
    }

    /** Who wants which keys. */
    Subscriptions subscriptions() {
        return subscriptions;
    }

    /** What the application is told of conflicts. */
    ConflictReports conflicts() {
        return conflicts;
    }

    /** How many messages made no sense since the engine was opened. */
    long malformed() {
        return inbox.malformed();
    }

    /** What was wrong with the last of them. */
    Optional<String> malformedProblem() {
        return inbox.problem();
    }

    /** Which identities were seen to stand for two contents. */
    Forks forks() {
        return forks;
    }

    /** Whose clocks are far ahead. */
    ClockWatch clocks() {
        return membership.clocks();
    }

    long promise() {
        return forgetting.promise();
    }

    /** All members but this node. */
    SortedMap<Origin, Peer> peers() {
        return peers.all();
    }

    /** How much of what this node has written is yet to reach members. */
    SyncState state() {
        return outbox.state();
    }

    /** How many operations of this node are yet to reach members, or have failed. */
    long outboxSize() {
        return outbox.size();
    }

    /** How far each operation of this node has come. */
    OutboxStatuses statuses() {
        return outbox.statuses();
    }

    /** What is known of the members, at a time as of {@link #tick}. */
    List<PeerState> peerStates(long now) {
        return outbox.peerStates(transport.links(), now);
    }

    /** The fences without a limit, and whom each of them waits for; who has left hears of nobody, and so knows of none. */
    List<OpenFence> openFences() {
        return stage() == Stage.LEFT ? List.of() : fencing.open(peers.all(), here.held(), subscriptions.sources());
    }
}
