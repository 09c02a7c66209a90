package softadastra.sync;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.LogStart;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replicated;
import softadastra.store.Replication;
import softadastra.store.Standing;
import softadastra.store.StoreEngine;

/**
 * One node's part in bringing operations to all members: a machine that does one step at a time, by one thread. Time, randomness
 * and transport come from outside, and it keeps nothing that the log does not say, so that a run can be repeated.
 *
 * <p>A step receives, logs what is next of what came in as one batch, waits until that is durable, and only then says so; it sends
 * what is durable here and the peer lacks; it sends again what was not acknowledged in time.
 */
final class Exchange {

    /** The note that says who the members are. */
    static final int MEMBERS_NOTE = 64;

    /** The note that remembers a promise. */
    static final int FLOOR_NOTE = 65;

    private static final int MAX_RECEIVED = 64;
    private static final int MAX_MESSAGES = 16;
    private static final int COLLECTED_AT_ONCE = 256;
    private static final long HEARTBEAT_NANOS = 5_000_000_000L;

    private final StoreEngine store;
    private final Replication replication;
    private final Origin self;
    private final SyncTransport transport;
    private final RandomGenerator random;

    /** How old a removal is before it is worth to be forgotten. */
    private final long graceMillis;

    private final TreeMap<NodeId, Peer> peers = new TreeMap<>();
    private final List<Conflict> conflicts = new ArrayList<>();
    private final Set<OperationId> losers = new HashSet<>();
    private final Collector collector;
    private final Supplier<LastWriteWins> arbiters;

    /** Where the log has been read to; what is held there is what this node holds, durably. */
    private LogCursor own;

    /** From where on the log can be read operation by operation. */
    private LogStart start;

    /** The members that the log names. */
    private SortedSet<NodeId> noted = new TreeSet<>();

    private long promise;
    private long wanted;
    private long collected;
    private long malformed;
    private long lastHeartbeat;
    private boolean begun;

    private Exchange(
            StoreEngine store,
            SortedSet<NodeId> members,
            SyncTransport transport,
            RandomGenerator random,
            Rules rules,
            LogStart start) {
        this.store = store;
        this.replication = store.replication();
        this.self = new Origin(store.identity().node(), store.identity().epoch());
        this.transport = transport;
        this.random = random;
        this.graceMillis = rules.graceMillis();
        this.arbiters = rules.arbiters();
        this.collector = rules.collector();
        this.start = start;
        this.own = new LogCursor(start);
        for (NodeId node : members) {
            if (!node.equals(self.node())) {
                peers.put(node, new Peer(node, new LogCursor(start)));
            }
        }
    }

    /**
     * What is decided by others.
     *
     * @param arbiters decides about the operations of a batch
     * @param collector decides which removals may go
     * @param graceMillis how old a removal is before it is worth to be forgotten
     */
    record Rules(Supplier<LastWriteWins> arbiters, Collector collector, long graceMillis) {

        static Rules standard() {
            return new Rules(LastWriteWins::new, new Collector(), 600_000);
        }
    }

    /** Begins where the log of a store ends. */
    static Exchange open(
            StoreEngine store,
            SortedSet<NodeId> members,
            SyncTransport transport,
            RandomGenerator random,
            Rules rules) {
        LogStart start = store.replication().start().orElseThrow();
        Exchange exchange = new Exchange(store, members, transport, random, rules, start);
        long unused = store.replication().notes(exchange::recover).orElseThrow();
        exchange.noteMembers(members);
        return exchange;
    }

    /** From here on the store remembers what was removed, whoever opens it. */
    private void noteMembers(SortedSet<NodeId> members) {
        if (!members.equals(noted)) {
            ByteWriter payload = new ByteWriter();
            payload.writeByte(1);
            payload.writeVarint(members.size());
            members.forEach(node -> payload.writeUtf8(node.value()));
            long unused = replication.note(MEMBERS_NOTE, payload.toByteArray()).orElseThrow();
        }
    }

    private static SortedSet<NodeId> readMembers(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        int position = in.position();
        if (in.readByte() != 1) {
            throw in.malformed("members of another version", position);
        }
        TreeSet<NodeId> members = new TreeSet<>();
        for (int i = in.readCount(); i > 0; i--) {
            members.add(NodeId.of(in.readUtf8(NodeId.MAX_LENGTH)).orElseThrow());
        }
        in.expectEnd();
        return members;
    }

    private void recover(long sequence, int typeCode, byte[] payload) {
        if (typeCode == MEMBERS_NOTE) {
            noted = readMembers(payload);
        } else if (typeCode == Conflict.NOTE) {
            report(Conflict.decode(payload));
        } else if (typeCode == FLOOR_NOTE) {
            promise = later(promise, new ByteReader(payload).readLong());
        }
    }

    private void report(Conflict conflict) {
        if (losers.add(conflict.loser())) {
            conflicts.add(conflict);
        }
    }

    private static long later(long one, long other) {
        return HybridTimestamp.comparePacked(one, other) >= 0 ? one : other;
    }

    /** Does one step, at a time in nanoseconds of any origin. */
    void tick(long now) {
        List<SyncMessage> messages = receive();
        if (replication.durable().orElseThrow() < store.stats().lastSequence()) {
            var unused = store.flush().orElseThrow();
        }
        apply(messages);
        messages.stream().filter(SyncMessage::snapshot).forEach(this::adopt);
        for (SyncMessage message : messages) {
            Peer peer = peers.get(message.from().node());
            if (peer != null) {
                peer.heard(message);
                wanted = later(wanted, message.want());
            }
        }
        makePromise();
        // What is promised and what is held are one cut: the promise first, then everything that was durable since.
        advance();
        send(now);
        collect();
    }

    private void advance() {
        long durable = replication.durable().orElseThrow();
        try {
            own.advance(store, durable, operation -> true);
        } catch (SoftadastraException e) {
            requireHistoryGone(e);
            restart();
            own.advance(store, durable, operation -> true);
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
            if (message.isErr() || !peers.containsKey(message.value().from().node())) {
                malformed++;
            } else {
                messages.add(message.value());
            }
        }
        return messages;
    }

    private void apply(List<SyncMessage> messages) {
        List<OperationRecord> operations = new ArrayList<>();
        for (SyncMessage message : messages) {
            if (!message.snapshot()) {
                operations.addAll(message.operations());
            }
            if (message.snapshot() || !message.operations().isEmpty()) {
                // It asks to be told, also if nothing was new.
                owe(message.from().node());
            }
        }
        if (operations.isEmpty()) {
            return;
        }
        LastWriteWins arbiter = arbiters.get();
        Replicated replicated = replication.apply(operations, arbiter).orElseThrow();
        if (replicated.taken() > 0) {
            arbiter.conflicts().forEach(this::report);
        }
    }

    /** Takes what stands at somebody who holds more. */
    private void adopt(SyncMessage message) {
        CausalContext theirs = message.held().toContext();
        if (store.context().includes(theirs)) {
            return;
        }
        LastWriteWins arbiter = arbiters.get();
        message.conflicts().stream()
                .filter(conflict -> !losers.contains(conflict.loser()))
                .forEach(arbiter::report);
        Replicated unused =
                replication.adopt(message.operations(), theirs, arbiter).orElseThrow();
        arbiter.conflicts().forEach(this::report);
        restart();
    }

    /** The log can be read operation by operation from another place on. */
    private void restart() {
        start = replication.start().orElseThrow();
        own = new LogCursor(start);
        peers.values().forEach(peer -> peer.restart(start));
    }

    private void owe(NodeId node) {
        Peer peer = peers.get(node);
        if (peer != null) {
            peer.owe();
        }
    }

    /** Promises what others want, as far as this node's clock has come. */
    private void makePromise() {
        long issued = replication.clock().orElseThrow().packed();
        long possible = HybridTimestamp.comparePacked(wanted, issued) < 0 ? wanted : issued;
        if (HybridTimestamp.comparePacked(possible, promise) > 0) {
            ByteWriter payload = new ByteWriter();
            payload.writeLong(possible);
            // Durable before anybody hears of it: the clock of this log begins above it from here on.
            long unused = replication.note(FLOOR_NOTE, payload.toByteArray()).orElseThrow();
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
        for (Peer peer : peers.values()) {
            peer.expire(now, random);
            boolean told = sendSnapshot(peer, now);
            for (int i = 0; i < MAX_MESSAGES; i++) {
                List<OperationRecord> operations = next(peer, now);
                if (operations.isEmpty()) {
                    break;
                }
                transport.send(peer.node(), SyncMessageCodec.encode(message(operations)));
                told = true;
            }
            if (!told && (heartbeat || peer.isOwed())) {
                transport.send(peer.node(), SyncMessageCodec.encode(message(List.of())));
            }
            peer.told();
        }
    }

    private List<OperationRecord> next(Peer peer, long now) {
        if (peer.isBehind(new Vector(start.held().counters()))) {
            return List.of();
        }
        try {
            return peer.next(store, own.next() - 1, now, random);
        } catch (SoftadastraException e) {
            requireHistoryGone(e);
            // A checkpoint has taken the place of what it had yet to be sent.
            start = replication.start().orElseThrow();
            peer.restart(start);
            return List.of();
        }
    }

    private boolean sendSnapshot(Peer peer, long now) {
        if (!peer.isBehind(new Vector(start.held().counters())) || !peer.isSnapshotDue(now, random)) {
            return false;
        }
        List<OperationRecord> survivors = new ArrayList<>();
        long unused = replication
                .standing(Optional.empty(), each -> {
                    if (!peer.acknowledged().includes(each.id())) {
                        survivors.add(survivor(each));
                    }
                    return true;
                })
                .orElseThrow();
        List<Conflict> decided = conflicts.stream()
                .filter(conflict -> !peer.acknowledged().includes(conflict.winner())
                        || !peer.acknowledged().includes(conflict.loser()))
                .toList();
        SyncMessage message = new SyncMessage(self, own.held(), promise, want(), survivors, true, decided);
        transport.send(peer.node(), SyncMessageCodec.encode(message));
        return true;
    }

    private static OperationRecord survivor(Standing standing) {
        Operation operation = standing.value()
                .map(value -> Operation.put(standing.key(), value))
                .orElseGet(() -> Operation.delete(standing.key()));
        return OperationRecord.remote(
                standing.id(), standing.stamp(), standing.version(), Effect.WON, CausalContext.EMPTY, operation);
    }

    private SyncMessage message(List<OperationRecord> operations) {
        return new SyncMessage(self, own.held(), promise, want(), operations, false, List.of());
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
            Map<NodeId, Collector.Cut> cuts = cuts();
            if (cuts == null || replication.remembered().orElseThrow() == 0) {
                return;
            }
            collector.begin(cuts);
        }
        if (collector.isReady(own.held())) {
            collected += replication.collect(collector, COLLECTED_AT_ONCE).orElseThrow();
            collector.end();
        }
    }

    /** A cut of every member; null while one is missing. */
    private @Nullable Map<NodeId, Collector.Cut> cuts() {
        Map<NodeId, Collector.Cut> cuts = new TreeMap<>();
        cuts.put(self.node(), new Collector.Cut(own.held(), promise));
        for (Peer peer : peers.values()) {
            Collector.Cut cut = peer.cut();
            if (cut == null) {
                return null;
            }
            cuts.put(peer.node(), cut);
        }
        return cuts;
    }

    /** What this node holds durably, as of the last step. */
    Vector held() {
        return own.held();
    }

    Origin self() {
        return self;
    }

    /** All conflicts that were decided here, in log order. */
    List<Conflict> conflicts() {
        return conflicts;
    }

    /** How many removals were forgotten. */
    long collected() {
        return collected;
    }

    /** How many messages made no sense. */
    long malformed() {
        return malformed;
    }

    long promise() {
        return promise;
    }

    Map<NodeId, Peer> peers() {
        return peers;
    }

    /** How many of this node's operations some peer has not acknowledged. */
    long outboxSize() {
        long written = own.held().counter(self);
        long least = written;
        for (Peer peer : peers.values()) {
            least = Math.min(least, peer.acknowledged().counter(self));
        }
        return written - least;
    }
}
