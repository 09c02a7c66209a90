package softadastra.sync;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.store.LogStart;
import softadastra.store.OperationId;
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

    private static final int MAX_RECEIVED = 64;

    /** How long work that is done in slices rests in between. */
    private static final long SLICE_NANOS = 20_000_000L;

    private final StoreEngine store;
    private final Replication replication;
    private final Origin self;
    private final SyncTransport transport;
    private final InstantSource clock;

    private final Conflicts conflicts;

    /** Conflicts that the application has yet to be told of. */
    private List<Conflict> untold;

    private final AckMarks acks;
    private final Subscriptions subscriptions;
    private final Here here;
    private final Peers peers;
    private final Incoming incoming;
    private final Rejecting rejecting;
    private final AntiEntropy antiEntropy;
    private final Forgetting forgetting;
    private final Sending sending;
    private final Outbox outbox;
    private long malformed;

    /** What the step that is under way did. */
    private Tally tally = new Tally();

    private static final class Tally {
        private int received;
        private long applied;
        private long sent;
        private int conflicts;
        private int collected;
        private int malformed;

        /** What went wrong first. */
        private @Nullable SoftadastraException failure;

        /** Does a part of a step; those that follow are done whatever comes of it. */
        void attempt(Runnable part) {
            try {
                part.run();
            } catch (SoftadastraException e) {
                failure = failure == null ? e : failure;
            }
        }
    }

    private Exchange(
            StoreEngine store,
            SyncTransport transport,
            RandomGenerator random,
            ExchangeRules rules,
            LogStart start,
            LogStart end,
            NoteState notes) {
        this.store = store;
        this.replication = store.replication();
        this.self = new Origin(store.identity().node(), store.identity().epoch());
        this.transport = transport;
        this.clock = rules.clock();
        this.conflicts = notes.conflicts();
        this.untold = conflicts.all();
        this.acks = notes.acks();
        this.subscriptions = notes.subscriptions();
        this.here = new Here(replication, start, end);
        this.peers = new Peers(self, here, rules.window(), notes.members());
        Supplier<LastWriteWins> arbiters = () -> {
            LastWriteWins arbiter = rules.arbiters().get();
            arbiter.knowing(subscriptions::known);
            return arbiter;
        };
        this.incoming = new Incoming(store, self, peers, arbiters, this::decided, notes);
        this.rejecting = new Rejecting(replication, self, clock, notes.rejections());
        this.antiEntropy = new AntiEntropy(replication, store::context, rules, this::decided);
        this.forgetting = new Forgetting(replication, self, here, peers, rules, notes.floor());
        this.sending = new Sending(
                store,
                self,
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
        this.outbox = new Outbox(store, self, here, peers, subscriptions, rejecting, rules.window());
        acks.all().forEach((member, vector) -> {
            Peer peer = peers.get(member);
            boolean unused = peer != null && peer.acknowledged().merge(vector);
        });
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
                                .flatMap(owned -> subscribe(store, notes, rules))
                                .flatMap(subscribed -> replication.settle())
                                .map(here -> new Exchange(store, transport, random, rules, start, here, notes))));
    }

    /** Holds the log to one subscription, which is in the log before anything is sent. */
    private static Result<Unit> subscribe(StoreEngine store, NoteState notes, ExchangeRules rules) {
        Origin self = new Origin(store.identity().node(), store.identity().epoch());
        boolean isFresh = store.context().counters().keySet().stream()
                .allMatch(origin -> origin.node().equals(self.node()));
        return notes.subscriptions()
                .choose(rules.subscription(), self, isFresh)
                .flatMap(note -> note.isEmpty()
                        ? Result.ok()
                        : store.replication()
                                .note(Subscriptions.NOTE, note.get())
                                .map(sequence -> Unit.UNIT));
    }

    private void report(Conflict conflict) {
        if (conflicts.add(conflict)) {
            untold.add(conflict);
            tally.conflicts++;
        }
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
            long before = outbox.acknowledged();
            step(now);
            SoftadastraException failure = tally.failure;
            if (failure != null) {
                throw failure;
            }
            return new Step(
                    tally.received,
                    tally.applied,
                    tally.sent,
                    outbox.acknowledged() - before,
                    tally.conflicts,
                    tally.collected,
                    tally.malformed);
        });
    }

    private void step(long now) {
        peers.connect(transport.neighbours());
        List<SyncMessage> messages = join(learn(receive()));
        tally.attempt(() -> {
            var unused = replication.settle().orElseThrow();
        });
        tally.attempt(() -> incoming.apply(messages));
        messages.stream()
                .filter(message -> message.chunk().isPresent())
                .forEach(message -> tally.attempt(() -> incoming.adopt(message, now)));
        tally.applied = incoming.takeApplied();
        messages.forEach(message -> hear(message, now));
        tally.attempt(() -> rejecting.hear(messages, store.context(), now));
        messages.forEach(message -> tally.attempt(() -> compare(message, now)));
        if (acks.pause(now) <= 0) {
            tally.attempt(() -> markAcks(now));
        }
        tally.attempt(forgetting::makePromise);
        // What is promised, what is held and who is a member are one cut: all of it is durable by now.
        here.advance();
        tally.sent = sending.send(now);
        tally.attempt(() -> tally.collected = forgetting.collect());
        tally.attempt(() -> antiEntropy.step(isAtRest(), now));
    }

    private void compare(SyncMessage message, long now) {
        if (subscriptions.isComparable(message.from())) {
            antiEntropy.hear(message, now);
        }
    }

    /** Whether somebody that there is a way to holds the same, and nothing is on its way here. */
    private boolean isAtRest() {
        return incoming.progress().isEmpty()
                && peers.all().values().stream()
                        .anyMatch(peer -> peer.isLinked()
                                && subscriptions.isComparable(peer.origin())
                                && holdsTheSame(peer.cut()));
    }

    private boolean holdsTheSame(@Nullable Cut cut) {
        return cut != null && cut.held().equals(here.held());
    }

    private void markAcks(long now) {
        if (acks.isBehind(peers.all().values(), self.node())) {
            acks.raise(peers.all().values());
            acks.noted(now);
            long unused = replication.note(AckMarks.NOTE, acks.encode()).orElseThrow();
        }
    }

    /** Says in the log what was not said yet; a crash instead costs that something is sent again. */
    Result<Unit> close() {
        return Result.attempt(() -> {
            markAcks(0);
            return Unit.UNIT;
        });
    }

    /** How many nanoseconds may pass until the next step if nothing arrives and nothing is written. */
    long pause(long now) {
        if (tally.received == MAX_RECEIVED || rejecting.isWaiting()) {
            return 0;
        }
        long pause = sending.pause(now);
        for (Peer peer : peers.all().values()) {
            pause = peer.isLinked() ? Math.min(pause, peer.pause(now)) : pause;
        }
        if (acks.isBehind(peers.all().values(), self.node())) {
            pause = Math.min(pause, acks.pause(now));
        }
        boolean inSlices = tally.collected > 0 || antiEntropy.isRunning();
        return Math.max(0, inSlices ? Math.min(pause, SLICE_NANOS) : pause);
    }

    private List<SyncMessage> receive() {
        List<SyncMessage> messages = new ArrayList<>();
        for (int i = 0; i < MAX_RECEIVED; i++) {
            Optional<byte[]> bytes = transport.receive();
            if (bytes.isEmpty()) {
                break;
            }
            Result<SyncMessage> message = SyncMessageCodec.decode(bytes.get());
            if (message.isErr() || message.value().from().equals(self)) {
                tally.malformed++;
                malformed++;
            } else {
                messages.add(message.value());
            }
        }
        tally.received = messages.size();
        return messages;
    }

    /** Takes note of who wants what, before anything of theirs is decided on. */
    private List<SyncMessage> learn(List<SyncMessage> messages) {
        TreeMap<Origin, Subscription> news = new TreeMap<>();
        messages.forEach(
                message -> news.putAll(subscriptions.news(message.state().subscriptions())));
        news.remove(self);
        if (!news.isEmpty()) {
            byte[] note = Subscriptions.encode(news);
            Result<Long> noted = replication.note(Subscriptions.NOTE, note);
            if (noted.isErr()) {
                tally.attempt(noted::orElseThrow);
                return List.of();
            }
            subscriptions.read(note);
        }
        return messages;
    }

    /** Takes in those who have spoken, and those they name; answers what members have said. */
    private List<SyncMessage> join(List<SyncMessage> messages) {
        Members all = peers.members();
        for (SyncMessage message : messages) {
            all = all.merge(message.state().members()).with(self).with(message.from());
        }
        Members joined = all;
        if (!joined.equals(peers.members())) {
            tally.attempt(() -> {
                // Durable before it is acted on: from here on the store remembers what is removed, whoever opens it.
                long unused = replication.note(Members.NOTE, joined.encode()).orElseThrow();
                peers.become(joined);
            });
        }
        return messages.stream()
                .filter(message -> peers.members().has(message.from()))
                .collect(Collectors.toList());
    }

    private void hear(SyncMessage message, long now) {
        SyncMessage.State state = message.state();
        Peer peer = peers.get(state.from());
        if (peer != null) {
            peers.spoken(peer);
            peer.heard(state, now, clock.millis());
            forgetting.hear(state.want());
            state.relayed().forEach((origin, cut) -> {
                Peer other = peers.get(origin);
                if (other != null) {
                    other.learn(cut);
                }
            });
        }
    }

    private void decided(LastWriteWins arbiter) {
        arbiter.conflicts().forEach(this::report);
        rejecting.decided(arbiter);
    }

    /** What this node holds durably, as of the last step. */
    Vector held() {
        return here.held();
    }

    Origin self() {
        return self;
    }

    Members members() {
        return peers.members();
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

    /** The conflicts that nobody has taken yet, oldest first. */
    Conflicts conflicts() {
        return conflicts;
    }

    /** The conflicts that the application is to be told of, each of them once; those that it has not taken, after a restart again. */
    List<Conflict> tell() {
        List<Conflict> all = untold;
        untold = new ArrayList<>();
        return all;
    }

    /**
     * Takes conflicts, by their losers: they have been dealt with, or do not matter. Blocks until that is durable.
     *
     * @return how many of them there were, or an error of the log, and then none is taken
     */
    Result<Integer> takeConflicts(Collection<OperationId> losers) {
        List<OperationId> known =
                losers.stream().filter(conflicts::has).distinct().toList();
        if (known.isEmpty()) {
            return Result.ok(0);
        }
        byte[] note = Conflicts.taken(
                known,
                known.stream().filter(loser -> !store.context().includes(loser)).toList());
        return replication.note(Conflicts.TAKEN_NOTE, note).map(sequence -> {
            conflicts.readTaken(note);
            return known.size();
        });
    }

    /** How many messages made no sense since the engine was opened. */
    long malformed() {
        return malformed;
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

    /** What is known of the members, at a time as of {@link #tick}. */
    List<PeerState> peerStates(long now) {
        return outbox.peerStates(transport.links(), now);
    }
}
