package softadastra.sync;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.LogStart;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replicated;
import softadastra.store.Replication;
import softadastra.store.Skip;
import softadastra.store.Standing;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

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

    /** The note that remembers a promise. */
    static final int FLOOR_NOTE = 65;

    private static final int MAX_RECEIVED = 64;
    private static final int MAX_MESSAGES = 16;

    /** What came in goes into batches of so many bytes at most, or of one operation. */
    private static final long MAX_BATCH_BYTES = 16 << 20;

    private static final int COLLECTED_AT_ONCE = 256;
    private static final long HEARTBEAT_NANOS = 5_000_000_000L;

    /** How long work that is done in slices rests in between. */
    private static final long SLICE_NANOS = 20_000_000L;

    private final StoreEngine store;
    private final Replication replication;
    private final Origin self;
    private final SyncTransport transport;
    private final RandomGenerator random;
    private final InstantSource clock;

    /** How old a removal is before it is worth to be forgotten. */
    private final long graceMillis;

    /** All members but this node. */
    private final TreeMap<Origin, Peer> peers = new TreeMap<>();

    /** Who has spoken last of those with a node's id: one that was restored, or that keeps nothing, has another epoch. */
    private final TreeMap<NodeId, Origin> speaking = new TreeMap<>();

    /** Neighbours that were told how this node is, and have not spoken yet. */
    private final Set<NodeId> greeted = new HashSet<>();

    private final Conflicts conflicts;

    /** Conflicts that the application has yet to be told of. */
    private List<Conflict> untold;

    private final Oversized oversized;
    private final AckMarks acks;
    private final Subscriptions subscriptions;
    private final BiPredicate<Subscriptions, Origin> covering;
    private final Receiving receiving;
    private final Snapshots snapshots;
    private final Rejecting rejecting;
    private final AntiEntropy antiEntropy;
    private final Collector collector;
    private final Supplier<LastWriteWins> arbiters;

    /** What this node holds, durably, and the same as the store has it. */
    private Vector held;

    private CausalContext known;

    /** The last sequence that is durable, and behind all that is held. */
    private long durable;

    /** From where on the log can be read operation by operation. */
    private LogStart start;

    private final LogTail log;
    private final Peer.Window window;

    private Members members;
    private Set<NodeId> neighbours = Set.of();
    private long promise;
    private long wanted;
    private long lastHeartbeat;
    private boolean begun;
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
            Rules rules,
            LogStart start,
            LogStart here,
            NoteState notes) {
        this.store = store;
        this.replication = store.replication();
        this.self = new Origin(store.identity().node(), store.identity().epoch());
        this.transport = transport;
        this.random = random;
        this.clock = rules.clock();
        this.graceMillis = rules.graceMillis();
        this.arbiters = () -> {
            LastWriteWins arbiter = rules.arbiters().get();
            arbiter.knowing(notes.subscriptions()::known);
            return arbiter;
        };
        this.collector = rules.collector();
        this.start = start;
        this.log = new LogTail(store, rules.remembered());
        this.window = rules.window();
        this.known = here.held();
        this.held = new Vector(here.held().counters());
        this.durable = here.sequence() - 1;
        this.conflicts = notes.conflicts();
        this.untold = conflicts.all();
        this.promise = notes.floor();
        this.members = notes.members();
        this.subscriptions = notes.subscriptions();
        this.covering = rules.covering();
        this.receiving = new Receiving(replication, arbiters, subscriptions, this::decided, notes.progress());
        this.oversized = new Oversized(replication, arbiters, this::decided);
        this.snapshots = new Snapshots(replication, rules.chunkBytes(), rules.arbiters());
        this.rejecting = new Rejecting(replication, self, rules.clock(), notes.rejections());
        this.antiEntropy = new AntiEntropy(replication, store::context, rules, this::decided);
        this.acks = notes.acks();
        admit(members);
        acks.all().forEach((member, vector) -> {
            Peer peer = peers.get(member);
            boolean unused = peer != null && peer.acknowledged().merge(vector);
        });
    }

    /**
     * What is decided by others.
     *
     * @param arbiters decides about the operations of a batch
     * @param collector decides which removals may go
     * @param graceMillis how old a removal is before it is worth to be forgotten
     * @param chunkBytes a part of what stands here is ended by what makes it this long
     * @param remembered how many of the operations that were read last are kept in memory, for others and to be sent again
     * @param window how much may be on its way to a member
     * @param converging under which keys nodes that hold the same have the same; empty for a node that may have something else
     * @param restNanos how long sums over what stands here rest before they are worked out anew
     * @param subscription which keys the node is to want; empty for whatever its log says
     * @param covering whether all that an origin wants is here, as far as it is held
     * @param clock the clock that is told to others, for people; nothing rests on it
     */
    record Rules(
            Supplier<LastWriteWins> arbiters,
            Collector collector,
            long graceMillis,
            int chunkBytes,
            int remembered,
            Peer.Window window,
            Optional<Predicate<Key>> converging,
            long restNanos,
            Optional<Subscription> subscription,
            BiPredicate<Subscriptions, Origin> covering,
            InstantSource clock) {

        private static final int REMEMBERED = 1024;

        private static final long REST_NANOS = 60_000_000_000L;

        /** The rules for real. */
        static Rules standard(
                long graceMillis, Policies policies, Admitting admission, Optional<Subscription> subscription) {
            Policies.Lookup lookup = policies.lookup();
            return new Rules(
                    () -> new PolicyArbiter(lookup, admission),
                    new Collector(),
                    graceMillis,
                    1 << 20,
                    REMEMBERED,
                    Peer.Window.STANDARD,
                    // Who does not take everything has something else, and is not to be mended.
                    admission == Admitting.EVERYTHING
                            ? Optional.of(key -> lookup.of(key).converges())
                            : Optional.empty(),
                    REST_NANOS,
                    subscription,
                    Subscriptions::covers,
                    InstantSource.system());
        }
    }

    /** Begins where the log of a store ends; CORRUPTION, IO_ERROR if that cannot be read, UNSUPPORTED_VERSION for a newer one. */
    static Result<Exchange> open(StoreEngine store, SyncTransport transport, RandomGenerator random, Rules rules) {
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
    private static Result<Unit> subscribe(StoreEngine store, NoteState notes, Rules rules) {
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

    private static long later(long one, long other) {
        return HybridTimestamp.comparePacked(one, other) >= 0 ? one : other;
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
            long before = acknowledged();
            step(now);
            SoftadastraException failure = tally.failure;
            if (failure != null) {
                throw failure;
            }
            return new Step(
                    tally.received,
                    tally.applied,
                    tally.sent,
                    acknowledged() - before,
                    tally.conflicts,
                    tally.collected,
                    tally.malformed);
        });
    }

    private void step(long now) {
        connect(transport.neighbours());
        List<SyncMessage> messages = join(learn(receive()));
        tally.attempt(() -> {
            var unused = replication.settle().orElseThrow();
        });
        tally.attempt(() -> apply(messages));
        messages.stream()
                .filter(message -> message.chunk().isPresent())
                .forEach(message -> tally.attempt(() -> adopt(message, now)));
        messages.forEach(message -> hear(message, now));
        tally.attempt(() -> rejecting.hear(messages, store.context(), now));
        messages.forEach(message -> tally.attempt(() -> compare(message, now)));
        if (acks.pause(now) <= 0) {
            tally.attempt(() -> markAcks(now));
        }
        tally.attempt(this::makePromise);
        // What is promised, what is held and who is a member are one cut: all of it is durable by now.
        advance();
        send(now);
        tally.attempt(this::collect);
        tally.attempt(() -> antiEntropy.step(isAtRest(), now));
    }

    private void compare(SyncMessage message, long now) {
        if (isComparable(message.from())) {
            antiEntropy.hear(message, now);
        }
    }

    /** Whether somebody that there is a way to holds the same, and nothing is on its way here. */
    private boolean isAtRest() {
        return receiving.progress().isEmpty()
                && peers.values().stream()
                        .anyMatch(peer -> peer.isLinked() && isComparable(peer.origin()) && holdsTheSame(peer.cut()));
    }

    /** Whether this node and another one want everything: others have something else by right. */
    private boolean isComparable(Origin other) {
        return subscriptions.own().isEverything() && subscriptions.of(other).isEverything();
    }

    private boolean holdsTheSame(@Nullable Cut cut) {
        return cut != null && cut.held().equals(held);
    }

    private void markAcks(long now) {
        if (acks.isBehind(peers.values(), self.node())) {
            acks.raise(peers.values());
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
        long pause = HEARTBEAT_NANOS - (now - lastHeartbeat);
        for (Peer peer : peers.values()) {
            pause = peer.isLinked() ? Math.min(pause, peer.pause(now)) : pause;
        }
        if (acks.isBehind(peers.values(), self.node())) {
            pause = Math.min(pause, acks.pause(now));
        }
        boolean inSlices = tally.collected > 0 || antiEntropy.isRunning();
        return Math.max(0, inSlices ? Math.min(pause, SLICE_NANOS) : pause);
    }

    private void connect(Set<NodeId> linked) {
        neighbours = new TreeSet<>(linked);
        peers.forEach((origin, peer) -> peer.link(isLinked(origin)));
    }

    private boolean isLinked(Origin origin) {
        return neighbours.contains(origin.node()) && origin.equals(speaking.get(origin.node()));
    }

    private void advance() {
        LogStart now = replication.settle().orElseThrow();
        durable = now.sequence() - 1;
        if (!now.held().equals(known)) {
            known = now.held();
            held = new Vector(known.counters());
        }
    }

    private static void requireHistoryGone(SoftadastraException e) {
        if (e.code() != ErrorCode.HISTORY_GONE) {
            throw e;
        }
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
        Members all = members;
        for (SyncMessage message : messages) {
            all = all.merge(message.state().members()).with(self).with(message.from());
        }
        Members joined = all;
        if (!joined.equals(members)) {
            tally.attempt(() -> {
                // Durable before it is acted on: from here on the store remembers what is removed, whoever opens it.
                long unused = replication.note(Members.NOTE, joined.encode()).orElseThrow();
                members = joined;
                admit(joined);
            });
        }
        return messages.stream().filter(message -> members.has(message.from())).collect(Collectors.toList());
    }

    private void admit(Members joined) {
        for (Origin origin : joined.current()) {
            if (!origin.equals(self)) {
                peers.computeIfAbsent(origin, absent -> new Peer(absent, start, window));
            }
        }
    }

    private void hear(SyncMessage message, long now) {
        SyncMessage.State state = message.state();
        Peer peer = peers.get(state.from());
        if (peer != null) {
            speaking.put(peer.node(), state.from());
            peers.forEach((origin, each) -> each.link(isLinked(origin)));
            peer.heard(state, now, clock.millis());
            wanted = later(wanted, state.want());
            state.relayed().forEach((origin, cut) -> {
                Peer other = peers.get(origin);
                if (other != null) {
                    other.learn(cut);
                }
            });
        }
    }

    private void apply(List<SyncMessage> messages) {
        List<OperationRecord> operations = new ArrayList<>();
        List<Skip> skips = new ArrayList<>();
        for (SyncMessage message : messages) {
            for (OperationRecord operation : message.operations()) {
                OperationId id = operation.id();
                if (subscriptions.own().matches(operation.operation().key())) {
                    operations.add(operation);
                } else {
                    // Its sender has yet to hear what is wanted here.
                    skips.add(new Skip(id.origin(), id.counter(), id.counter()));
                }
            }
            if (message.isMeantFor(self)) {
                skips.addAll(message.skips());
            }
            if (message.chunk().isPresent()
                    || !message.operations().isEmpty()
                    || !message.skips().isEmpty()) {
                // It asks to be told, also if nothing was new.
                owe(message.from());
            }
        }
        if (operations.isEmpty() && skips.isEmpty()) {
            return;
        }
        SortedMap<Origin, Long> gaps =
                subscriptions.newGaps(skips, new Vector(store.context().counters()));
        int atOnce = operations.size();
        int from = 0;
        do {
            List<OperationRecord> some = upTo(operations.subList(from, Math.min(operations.size(), from + atOnce)));
            LastWriteWins arbiter = arbiters.get();
            Result<Replicated> replicated = replication.apply(some, skips, noting(arbiter, gaps));
            if (replicated.isErr() && replicated.error().code() == ErrorCode.RECORD_TOO_LARGE) {
                // With what it replaces, which is reported, it is more than a batch may be.
                if (some.size() > 1) {
                    atOnce = some.size() / 2;
                    continue;
                }
                // What it follows on may be left out.
                var unused = replication
                        .apply(List.of(), skips, noting(arbiters.get(), gaps))
                        .orElseThrow();
                replicated = oversized.apply(some.get(0), arbiter);
                restart();
            } else if (replicated.isOk()) {
                decided(arbiter);
            }
            tally.applied += replicated.orElseThrow().taken();
            subscriptions.noteGaps(gaps);
            from += some.size();
        } while (from < operations.size());
    }

    /** Has it in the batch itself what is left out for the first time. */
    private static Arbiter noting(LastWriteWins arbiter, SortedMap<Origin, Long> gaps) {
        if (gaps.isEmpty()) {
            return arbiter;
        }
        return new Arbiter() {
            @Override
            public Effect decide(OperationRecord incoming, List<Standing> standing) {
                return arbiter.decide(incoming, standing);
            }

            @Override
            public Optional<Value> merge(Key key, List<Standing> siblings) {
                return arbiter.merge(key, siblings);
            }

            @Override
            public void addNotes(NoteSink sink) {
                arbiter.addNotes(sink);
                sink.add(Subscriptions.NOTE, Subscriptions.encodeGaps(gaps));
            }
        };
    }

    /** As many of some operations as one batch may have. */
    private static List<OperationRecord> upTo(List<OperationRecord> operations) {
        long bytes = 0;
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i).operation();
            bytes += operation.key().length()
                    + operation.value().map(value -> value.length()).orElse(0);
            if (i > 0 && bytes > MAX_BATCH_BYTES) {
                return operations.subList(0, i);
            }
        }
        return operations;
    }

    private void decided(LastWriteWins arbiter) {
        arbiter.conflicts().forEach(this::report);
        rejecting.decided(arbiter);
    }

    /** Takes a part of what stands at somebody who holds more. */
    private void adopt(SyncMessage message, long now) {
        if (!message.isMeantFor(self)) {
            return;
        }
        Chunk chunk = message.chunk().orElseThrow();
        CausalContext before = store.context();
        CausalContext known = message.state().cut().held().toContext();
        Chunk news = new Chunk(
                chunk.cut(),
                chunk.full(),
                chunk.behind(),
                chunk.through(),
                chunk.survivors().stream()
                        .filter(each ->
                                subscriptions.own().matches(each.operation().key()))
                        .map(each -> subscriptions.from(message.from(), each, known))
                        .toList(),
                chunk.known(),
                chunk.conflicts().stream()
                        .filter(each -> subscriptions.own().matches(each.key()) && isNew(each))
                        .toList());
        tally.applied += Math.max(0, receiving.take(news, before, known, false, now));
        if (!store.context().equals(before)) {
            restart();
        }
    }

    /**
     * Whether a conflict that somebody else has decided is to be told here. Of what is held and does not stand, all that there was to
     * tell was told when it lost, and may have been taken since.
     */
    private boolean isNew(Conflict conflict) {
        return !conflicts.isTold(conflict.loser())
                && (!store.context().includes(conflict.loser()) || stands(conflict.key(), conflict.loser()));
    }

    private boolean stands(Key key, OperationId id) {
        return replication.standing(key).orElseThrow().stream()
                .anyMatch(standing -> standing.id().equals(id));
    }

    /** The log can be read operation by operation from another place on. */
    private void restart() {
        start = replication.start().orElseThrow();
        peers.values().forEach(peer -> peer.restart(start));
    }

    private void owe(Origin origin) {
        Peer peer = peers.get(origin);
        if (peer != null) {
            peer.owe();
        }
    }

    /** Promises what others want, as far as this node's clock has come. */
    private void makePromise() {
        long issued = replication.clock().orElseThrow().packed();
        long possible = HybridTimestamp.comparePacked(wanted, issued) < 0 ? wanted : issued;
        if (HybridTimestamp.comparePacked(possible, promise) > 0) {
            // Durable before anybody hears of it: the clock of this log begins above it from here on.
            long unused = replication
                    .note(FLOOR_NOTE, NoteState.encodeFloor(possible))
                    .orElseThrow();
            promise = possible;
            peers.values().forEach(Peer::owe);
        }
    }

    private void send(long now) {
        boolean heartbeat = !begun || now - lastHeartbeat >= HEARTBEAT_NANOS;
        if (heartbeat) {
            begun = true;
            lastHeartbeat = now;
        }
        rejecting.prepare(linkedNodes(), now);
        for (NodeId node : neighbours) {
            Origin origin = speaking.get(node);
            Peer peer = origin == null ? null : peers.get(origin);
            if (peer != null) {
                send(peer, heartbeat, now);
            } else if (heartbeat || !greeted.contains(node)) {
                transmit(node, SyncMessage.of(state(now, Collections.emptySortedMap())));
                greeted.add(node);
            }
        }
        greeted.retainAll(neighbours);
    }

    private void send(Peer peer, boolean heartbeat, long now) {
        peer.expire(now, random);
        SortedMap<Origin, Cut> relay = peer.relay(peers, heartbeat);
        boolean told = sendChunk(peer, relay, now);
        for (int i = 0; i < MAX_MESSAGES; i++) {
            Outgoing out = next(peer, now);
            if (out.isEmpty()) {
                break;
            }
            SyncMessage.State state = state(now, relay);
            transmit(
                    peer.node(),
                    out.skips().isEmpty()
                            ? new SyncMessage(state, out.operations(), Optional.empty())
                            : SyncMessage.to(peer.origin(), state, out.operations(), Optional.empty(), out.skips()));
            tally.sent += out.operations().size();
            told = true;
        }
        Refusals refusals = rejecting.next(peer.node());
        if (!refusals.isEmpty()) {
            transmit(
                    peer.node(),
                    new SyncMessage(state(now, relay), List.of(), Optional.empty(), refusals, Contents.NONE));
            told = true;
        }
        boolean compares = heartbeat && isComparable(peer.origin());
        Contents contents = compares ? antiEntropy.next(peer.origin(), held) : Contents.NONE;
        if (!contents.isEmpty()) {
            transmit(
                    peer.node(),
                    new SyncMessage(state(now, relay), List.of(), Optional.empty(), Refusals.NONE, contents));
            told = true;
        }
        if (!told && (heartbeat || peer.isOwed() || !relay.isEmpty())) {
            transmit(peer.node(), SyncMessage.of(state(now, relay)));
        }
        peer.told(relay);
    }

    private SortedSet<NodeId> linkedNodes() {
        return peers.values().stream()
                .filter(Peer::isLinked)
                .map(Peer::node)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void transmit(NodeId to, SyncMessage message) {
        transport.send(to, SyncMessageCodec.encode(message));
    }

    private SyncMessage.State state(long now, SortedMap<Origin, Cut> relay) {
        TreeSet<Origin> lacking = new TreeSet<>();
        peers.forEach((origin, peer) -> {
            if (peer.isSilent(now)) {
                lacking.add(origin);
            }
        });
        return new SyncMessage.State(
                self,
                cut(),
                members,
                want(),
                clock.millis(),
                lacking,
                relay,
                receiving.progress(),
                subscriptions.partial(),
                false);
    }

    private Cut cut() {
        return new Cut(durable, held, promise, members.digest());
    }

    /** What there is to tell a peer. */
    private Share share(Peer peer) {
        return new Share(subscriptions, subscriptions.of(peer.origin()), covering.test(subscriptions, peer.origin()));
    }

    private Outgoing next(Peer peer, long now) {
        Share share = share(peer);
        if (!share.isAny() || share.isBehind(peer, start)) {
            return new Outgoing();
        }
        try {
            return peer.next(log, durable, held, share, now, random);
        } catch (SoftadastraException e) {
            requireHistoryGone(e);
            // A checkpoint has taken the place of what it had yet to be sent.
            start = replication.start().orElseThrow();
            peer.restart(start);
            return new Outgoing();
        }
    }

    private boolean sendChunk(Peer peer, SortedMap<Origin, Cut> relay, long now) {
        Share share = share(peer);
        Optional<Vector> cutHere = share.isBehind(peer, start) ? share.cut(peer, start, held) : Optional.empty();
        if (cutHere.isEmpty()) {
            return false;
        }
        boolean full = peer.isWhole();
        Optional<Progress> theirs = peer.progress().filter(each -> each.full() == full);
        Optional<Progress> ours = theirs.filter(each -> share.of(held).includes(each.cut()));
        if (theirs.isPresent() && ours.isEmpty() && !peer.isStalled(now)) {
            // Somebody else has begun, who holds what this node does not.
            return false;
        }
        Optional<Key> behind = ours.map(Progress::through);
        if (!peer.isChunkDue(behind, now, random)) {
            return false;
        }
        Vector cut = ours.map(Progress::cut).orElseGet(cutHere::get);
        Chunk chunk = snapshots.chunk(cut, behind, peer.acknowledged(), share, full, conflicts.all());
        transmit(
                peer.node(),
                SyncMessage.to(peer.origin(), state(now, relay), List.of(), Optional.of(chunk), List.of()));
        tally.sent += chunk.survivors().size();
        return true;
    }

    /** Up to which stamp removals are old enough to be forgotten; 0 if there are none. */
    private long want() {
        if (replication.remembered().orElseThrow() == 0) {
            return 0;
        }
        long millis = replication.clock().orElseThrow().millis() - graceMillis;
        // In steps, since each promise takes a force.
        long step = Math.max(1, graceMillis / 2);
        return millis <= 0 ? 0 : HybridTimestamp.of(millis / step * step, 0).packed();
    }

    private void collect() {
        wanted = later(wanted, want());
        if (!collector.isRunning()) {
            Map<Origin, Cut> cuts = replication.remembered().orElseThrow() == 0 ? null : cuts();
            if (cuts == null) {
                return;
            }
            collector.begin(cuts);
        }
        if (collector.isReady(held)) {
            tally.collected += replication.collect(collector, COLLECTED_AT_ONCE).orElseThrow();
            collector.end();
        }
    }

    /** A cut of every member, all of which name the same members; null while one is missing. */
    private @Nullable Map<Origin, Cut> cuts() {
        Map<Origin, Cut> cuts = new TreeMap<>();
        cuts.put(self, cut());
        for (Map.Entry<Origin, Peer> each : peers.entrySet()) {
            Cut cut = each.getValue().cut();
            if (cut == null || cut.members() != members.digest()) {
                return null;
            }
            cuts.put(each.getKey(), cut);
        }
        return cuts;
    }

    /** What this node holds durably, as of the last step. */
    Vector held() {
        return held;
    }

    Origin self() {
        return self;
    }

    Members members() {
        return members;
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
        return promise;
    }

    /** All members but this node. */
    SortedMap<Origin, Peer> peers() {
        return peers;
    }

    /**
     * How much of what this node has written, in any of its epochs, is yet to reach members. All of it while there are none.
     *
     * <p>In flight is what was sent to somebody and not acknowledged by all; queued is what is next for a member that there is a
     * way to; the rest is pending.
     */
    SyncState state() {
        // As of now, not of the last step: what was written since is not with anybody yet.
        long written = store.context().counters().entrySet().stream()
                .filter(each -> each.getKey().node().equals(self.node()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        // Who has rejected an operation holds it; it counts all the same, once, until the application has dealt with
        // it.
        CausalContext context = store.context();
        Map<Origin, Long> least = new TreeMap<>();
        Set<OperationId> failed = rejecting.failedOperations();
        failed.removeIf(id -> !context.includes(id));
        long acknowledged = acknowledged()
                - failed.stream()
                        .filter(id -> least.computeIfAbsent(id.origin(), this::leastAcknowledged) >= id.counter())
                        .count();
        long waiting = written - acknowledged - failed.size();
        long flying = 0;
        long retries = 0;
        boolean linked = false;
        for (Peer peer : peers.values()) {
            flying = Math.max(flying, peer.inFlight(self) - leastAcknowledged(self));
            retries += peer.retries();
            linked |= peer.isLinked();
        }
        long inFlight = Math.min(waiting, Math.max(0, flying));
        long queued = linked ? Math.min(waiting - inFlight, window.operations()) : 0;
        return new SyncState(
                waiting + failed.size(),
                queued,
                inFlight,
                acknowledged,
                failed.size(),
                waiting - inFlight - queued,
                retries);
    }

    /** How many of this node's operations all members hold. */
    private long acknowledged() {
        long sum = 0;
        for (Origin origin : held.counters().keySet()) {
            sum += origin.node().equals(self.node()) ? leastAcknowledged(origin) : 0;
        }
        return sum;
    }

    private long leastAcknowledged(Origin origin) {
        long least = peers.isEmpty() ? 0 : Long.MAX_VALUE;
        for (Peer peer : peers.values()) {
            least = Math.min(least, peer.acknowledged().counter(origin));
        }
        return least;
    }

    /** What is known of the members, at a time as of {@link #tick}. */
    List<PeerState> peerStates(long now) {
        Map<NodeId, String> addresses = new TreeMap<>();
        for (TransportLink link : transport.links()) {
            link.node().ifPresent(node -> addresses.put(node, link.address()));
        }
        return peers.values().stream()
                .map(peer -> new PeerState(
                        peer.node(),
                        Optional.ofNullable(addresses.get(peer.node())),
                        peer.isLinked(),
                        held.beyond(peer.acknowledged()),
                        peer.inFlight(),
                        peer.retries(),
                        peer.isHeard() ? OptionalLong.of((now - peer.heardAt()) / 1_000_000) : OptionalLong.empty(),
                        peer.isHeard() ? OptionalLong.of(peer.clockOffsetMillis()) : OptionalLong.empty(),
                        subscriptions.of(peer.origin()).told()))
                .toList();
    }
}
