package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Skip;
import softadastra.store.Value;

/** What a member says that is broken, or bad: what makes no sense changes nothing, and the others go on whatever it is. */
class HostileMessagesTest extends TimedNodes {

    private static final long YEAR_9999 =
            HybridTimestamp.of(253_370_764_800_000L, 0).packed();

    private final Spoken phone = Spoken.by("phone", 7);
    private final Map<String, byte[]> bad = new LinkedHashMap<>();

    /** The phone is a member, and listened to. */
    private SyncTransport join(Node... all) {
        SyncTransport line = network.connect(phone.from.node());
        for (Node node : all) {
            line.send(node.id, phone.to(origin(node)).encoded());
        }
        pass(1);
        for (Node node : all) {
            assertTrue(
                    node.sync.peers().orElseThrow().stream()
                            .anyMatch(peer -> peer.node().equals(phone.from.node())),
                    node.id.value());
        }
        return line;
    }

    private Spoken says(Node to) {
        return new Spoken(phone.from).at(phone.sequence).to(origin(to));
    }

    private static OperationRecord with(OperationId id, long stamp, long version, String key) {
        return OperationRecord.remote(
                id,
                HybridTimestamp.ofPacked(stamp),
                version,
                Effect.WON,
                CausalContext.EMPTY,
                Operation.put(Key.of(key), Value.fromString("bad")));
    }

    private static Chunk part(Vector cut, List<Rejection> rejected) {
        return new Chunk(cut, false, Optional.empty(), Optional.empty(), List.of(), List.of(), List.of(), rejected);
    }

    /** Everything that a number can be wrong in. */
    private void makeBad(Node to) {
        Origin other = new Origin(NodeId.of("tablet").orElseThrow(), 1);
        OperationId first = new OperationId(phone.from, 1);
        for (long number : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 1, (1L << 56) + 1}) {
            Vector many = new Vector();
            many.raise(other, number);
            String is = " of " + number;
            bad.put("held" + is, says(to).holding(other, number).encoded());
            bad.put("sequence" + is, says(to).at(number).encoded());
            bad.put(
                    "relayed held" + is,
                    says(to).relaying(other, new Cut(1, many, 0, 0, false)).encoded());
            bad.put(
                    "relayed sequence" + is,
                    says(to).relaying(other, new Cut(number, new Vector(), 0, 0, false))
                            .encoded());
            bad.put(
                    "progress" + is,
                    says(to).learning(new Progress(many, true, Key.of("k"))).encoded());
            bad.put("part" + is, says(to).telling(origin(to), part(many, List.of())));
            bad.put(
                    "left out" + is,
                    says(to).holding(other, number).leavingOut(origin(to), new Skip(other, 1, number)));
            bad.put(
                    "counter" + is,
                    says(to).holding(phone.from, number).encoded(with(new OperationId(phone.from, number), 1, 1, "k")));
            bad.put("version" + is, says(to).holding(phone.from, 1).encoded(with(first, 1, number, "k")));
            if (number != Long.MAX_VALUE) {
                Members fenced = Members.NONE.with(other).fence(other, number);
                bad.put("limit" + is, says(to).knowing(fenced).encoded());
            }
        }
        for (long stamp : new long[] {-1L, 0xF000_0000_0000_0000L, YEAR_9999}) {
            String is = " of " + Long.toHexString(stamp);
            bad.put("promise" + is, says(to).promising(stamp).encoded());
            bad.put("want" + is, says(to).wanting(stamp).encoded());
            bad.put(
                    "relayed promise" + is,
                    says(to).relaying(other, new Cut(1, new Vector(), stamp, 0, false))
                            .encoded());
            if (stamp != YEAR_9999) {
                bad.put("stamp" + is, says(to).holding(phone.from, 1).encoded(with(first, stamp, 1, "k")));
                Rejection rejection =
                        new Rejection(first, Key.of("k"), false, HybridTimestamp.ofPacked(stamp), 1, "no");
                bad.put("rejected" + is, says(to).telling(origin(to), part(new Vector(), List.of(rejection))));
            }
        }
        bad.put("empty key", says(to).holding(phone.from, 1).encoded(with(first, 1, 1, "")));
        bad.put("operation that is not held", says(to).encoded(with(first, 1, 1, "k")));
        bad.put(
                "operation of the receiver that it has not written",
                says(to).encoded(with(new OperationId(origin(to), 1_000), 1, 1, "k")));
        bad.put("left out that is not held", says(to).leavingOut(origin(to), new Skip(other, 1, 9)));
        bad.put("receiver's own id", new Spoken(origin(to)).encoded());
        bad.put("receiver's own id, another epoch", new Spoken(new Origin(to.id, 1)).encoded());
    }

    @Test
    void whatMakesNoSenseIsCountedAndChangesNothingAndNobodyElseWaits() {
        Node a = new Node("a");
        Node b = new Node("b");
        pass(1);
        SyncTransport line = join(a, b);
        makeBad(a);
        int round = 0;
        for (Map.Entry<String, byte[]> each : bad.entrySet()) {
            long refused = a.sync.report().orElseThrow().malformed();
            long last = a.store.stats().lastSequence();
            HybridTimestamp clock = a.store.replication().clock().orElseThrow();
            // Beside what somebody else says in the same step.
            line.send(a.id, each.getValue());
            step();
            SyncReport report = a.sync.report().orElseThrow();
            assertEquals(refused + 1, report.malformed(), each.getKey());
            assertTrue(report.malformedProblem().isPresent(), each.getKey());
            assertEquals(last, a.store.stats().lastSequence(), each.getKey());
            assertEquals(clock, a.store.replication().clock().orElseThrow(), each.getKey());
            b.put("k", "round " + ++round);
            step();
            line.send(a.id, each.getValue());
            step();
            a.put("l", "round " + round);
            step();
            step();
            assertEquals(Map.of("k", "round " + round, "l", "round " + round), a.contents(), each.getKey());
            assertEquals(a.contents(), b.contents(), each.getKey());
        }
    }

    @Test
    void theFirstNumbersThatAreRefusedHaveOnesBeforeThemThatAreNot() {
        Origin other = new Origin(NodeId.of("tablet").orElseThrow(), 1);
        for (Spoken good : List.of(
                Spoken.by("phone", 7).at(1L << 56).holding(other, 1L << 56),
                Spoken.by("phone", 7).promising(YEAR_9999 - 1).wanting(YEAR_9999 - 1))) {
            assertTrue(SyncMessageCodec.decode(good.encoded()).isOk());
        }
    }

    /** Two bytes of a message can be a whole vector in memory, once for each operation. */
    @Test
    void whatTakesTooMuchMemoryIsRefusedBeforeItDoes() {
        Map<Origin, Long> first = new TreeMap<>();
        for (int epoch = 1; epoch <= 20_000; epoch++) {
            first.put(new Origin(phone.from.node(), epoch), 1L);
        }
        List<OperationRecord> operations = new ArrayList<>();
        for (int counter = 1; counter <= 1_000; counter++) {
            operations.add(OperationRecord.remote(
                    new OperationId(phone.from, counter),
                    HybridTimestamp.of(1, 0),
                    1,
                    Effect.WON,
                    CausalContext.EMPTY,
                    Operation.delete(Key.of("k"))));
        }
        OperationRecord knowing = OperationRecord.remote(
                new OperationId(new Origin(phone.from.node(), 30_000), 1),
                HybridTimestamp.of(1, 0),
                1,
                Effect.WON,
                CausalContext.of(first),
                Operation.delete(Key.of("k")));
        phone.holding(phone.from, 1_000).holding(knowing.id().origin(), 1);
        operations.add(0, knowing);
        assertTrue(decode(operations).isOk(), "one of them knows that much");
        // Each says in two bytes that it knows as much as the one before.
        List<OperationRecord> each = new ArrayList<>();
        for (int counter = 1; counter <= 1_000; counter++) {
            each.add(OperationRecord.remote(
                    new OperationId(knowing.id().origin(), counter),
                    HybridTimestamp.of(1, 0),
                    1,
                    Effect.WON,
                    CausalContext.of(first),
                    Operation.delete(Key.of("k"))));
        }
        phone.holding(knowing.id().origin(), 1_000);
        assertEquals(ErrorCode.DECODE_FAILED, decode(each).error().code());
        TreeMap<Origin, Relayed> relayed = new TreeMap<>();
        Vector vector = new Vector(new TreeMap<>(first));
        for (Origin origin : first.keySet()) {
            if (relayed.size() < 200) {
                relayed.put(origin, new Relayed(new Cut(1, vector, 0, 0, false), 0, new TreeSet<>()));
            }
        }
        Spoken gossip = new Spoken(phone.from);
        gossip.relayed.putAll(relayed);
        assertEquals(
                ErrorCode.DECODE_FAILED,
                SyncMessageCodec.decode(gossip.encoded()).error().code());
    }

    private Result<SyncMessage> decode(List<OperationRecord> operations) {
        return SyncMessageCodec.decode(phone.encoded(operations.toArray(OperationRecord[]::new)));
    }

    @Test
    void whoMakesUpNamesFillsNeitherMemoryNorLogAndTheOthersGoOn() {
        Node a = new Node("a");
        Node b = new Node("b");
        pass(1);
        SyncTransport line = join(a, b);
        long before = a.store.stats().wal().bytes();
        int sent = 0;
        for (int i = 0; i < 2_000; i++) {
            Spoken made = Spoken.by("made-up-" + i, 1).to(origin(a));
            line.send(a.id, made.subscribed(made.from, "some/" + i).encoded());
            if (++sent % 60 == 0) {
                step();
            }
        }
        pass(1);
        assertEquals(Members.MAX_CURRENT - 1, a.sync.peers().orElseThrow().size());
        long grown = a.store.stats().wal().bytes() - before;
        assertTrue(grown < 64 << 20, "the log grew by " + grown);
        a.put("k", "of a");
        b.put("l", "of b");
        pass(1);
        assertEquals(Map.of("k", "of a", "l", "of b"), a.contents());
        assertEquals(a.contents(), b.contents());
        long last = a.store.stats().lastSequence();
        // In one message, too.
        Members many = Members.NONE;
        for (int i = 0; i < 2_000; i++) {
            many = many.with(new Origin(NodeId.of("another-" + i).orElseThrow(), 1));
        }
        line.send(b.id, says(b).at(10).knowing(many).encoded());
        line.send(a.id, says(a).at(10).knowing(many).encoded());
        pass(1);
        assertEquals(last, a.store.stats().lastSequence());
    }

    @Test
    void whoHasEverybodyFencedCostsThemAWayBackAndNothingElse() {
        Node a = new Node("a");
        Node b = new Node("b");
        a.put("k", "of a");
        b.put("l", "of b");
        pass(1);
        SyncTransport line = join(a, b);
        Members none = Members.NONE.with(origin(a)).with(origin(b)).with(phone.from);
        none = none.fence(origin(a), 0).fence(origin(b), 0).fence(phone.from, Members.OPEN);
        a.put("k", "of a, later");
        line.send(a.id, says(a).at(11).knowing(none).encoded());
        line.send(b.id, says(b).at(11).knowing(none).encoded());
        line.close();
        pass(5);
        assertEquals(Map.of("k", "of a, later", "l", "of b"), a.contents());
        assertEquals(a.contents(), b.contents());
        a.put("m", "after it");
        pass(1);
        assertEquals("after it", b.contents().get("m"));
        assertEquals(0, a.outbox());
        assertEquals(0, b.outbox());
    }
}
