package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ByteWriter;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Skip;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Single steps of an exchange with somebody whose messages are made by hand. */
class ExchangeTest {

    private static final long RETENTION_NANOS = 1_000_000_000_000L;

    private static final Origin PHONE = new Origin(NodeId.of("phone").orElseThrow(), 1);
    private static final long STAMP = HybridTimestamp.of(1_767_225_600_000L, 0).packed();

    @TempDir
    Path directory;

    /** A way to the phone. */
    private static final class Pipe extends NoTransport {
        final ArrayDeque<byte[]> in = new ArrayDeque<>();
        final List<SyncMessage> out = new ArrayList<>();
        boolean up = true;

        @Override
        public void send(NodeId to, byte[] message) {
            out.add(SyncMessageCodec.decode(message).orElseThrow());
        }

        @Override
        public Optional<byte[]> receive() {
            return Optional.ofNullable(in.poll());
        }

        @Override
        public Set<NodeId> neighbours() {
            return up ? Set.of(PHONE.node()) : Set.of();
        }
    }

    private StoreEngine open() {
        return StoreEngine.open(StoreConfig.durable(directory.resolve("a.wal")).withNodeId("a"))
                .orElseThrow();
    }

    private static Exchange exchange(StoreEngine store, SyncTransport pipe) {
        return Exchange.open(
                        store,
                        pipe,
                        new SplittableRandom(1),
                        ExchangeRules.standard(
                                600_000, RETENTION_NANOS, Policies.NONE, Admitting.EVERYTHING, Optional.empty()))
                .orElseThrow();
    }

    private static byte[] message(Exchange to, long counter, Optional<Value> value) {
        Spoken phone = new Spoken(PHONE).holding(PHONE, 9).to(to.self());
        return value.map(each -> phone.encoded(
                        phone.put(counter, HybridTimestamp.ofPacked(STAMP + counter), "k" + counter, each)))
                .orElseGet(phone::encoded);
    }

    private static byte[] skip(Origin to, long from, long through) {
        return new Spoken(PHONE).holding(PHONE, 20).to(to).leavingOut(to, new Skip(PHONE, from, through));
    }

    /** Others rely on it: what is left out here, nobody else may take for something that is here. */
    @Test
    void fromWhereOnSomethingIsLeftOutIsKnownOnceItIsInTheLog() {
        Pipe pipe = new Pipe();
        ExchangeRules rules = ExchangeRules.standard(
                600_000,
                RETENTION_NANOS,
                Policies.NONE,
                Admitting.EVERYTHING,
                Optional.of(Subscription.of(List.of("a/"))));
        try (StoreEngine store = open()) {
            Exchange exchange =
                    Exchange.open(store, pipe, new SplittableRandom(1), rules).orElseThrow();
            // What comes before it has been lost on the way.
            pipe.in.add(skip(exchange.self(), 10, 12));
            exchange.tick(0).orElseThrow();
            assertEquals(Map.of(), exchange.subscriptions().gaps());
            pipe.in.add(skip(exchange.self(), 1, 9));
            pipe.in.add(skip(exchange.self(), 10, 12));
            exchange.tick(1).orElseThrow();
            assertEquals(12, store.context().counter(PHONE));
            assertEquals(gap(1, 12), exchange.subscriptions().gaps());
        }
        try (StoreEngine store = open()) {
            Exchange exchange =
                    Exchange.open(store, pipe, new SplittableRandom(1), rules).orElseThrow();
            assertEquals(gap(1, 12), exchange.subscriptions().gaps());
        }
    }

    @Test
    void aGapThatBeginsBeforeOneThatIsKnownOrGoesBeyondItIsNoted() {
        Subscriptions subscriptions = new Subscriptions();
        Vector held = new Vector();
        assertEquals(gap(10, 12), subscriptions.newGaps(List.of(new Skip(PHONE, 10, 12)), held));
        subscriptions.read(Subscriptions.encodeGaps(gap(10, 12)));
        assertEquals(Map.of(), subscriptions.newGaps(List.of(new Skip(PHONE, 11, 12)), held));
        assertEquals(gap(11, 14), subscriptions.newGaps(List.of(new Skip(PHONE, 11, 14)), held));
        assertEquals(gap(5, 6), subscriptions.newGaps(List.of(new Skip(PHONE, 5, 6)), held));
        held.raise(PHONE, 3);
        Vector to = new Vector();
        to.raise(PHONE, 9);
        assertEquals(gap(4, 9), subscriptions.newGaps(to, held));
        subscriptions.noteGaps(gap(4, 9));
        assertEquals(gap(4, 12), subscriptions.gaps());
        Subscriptions again = new Subscriptions();
        again.read(subscriptions.encode());
        assertEquals(gap(4, 12), again.gaps());
    }

    @Test
    void whoHasWhatIsLeftOutCanHaveWhatFollowsOnIt() {
        Subscriptions subscriptions = new Subscriptions();
        subscriptions.noteGaps(gap(4, 12));
        Vector held = new Vector();
        held.raise(PHONE, 20);
        Vector theirs = new Vector();
        theirs.raise(PHONE, 11);
        assertEquals(3, subscriptions.complete(held, theirs).counter(PHONE));
        assertFalse(subscriptions.isComplete(new OperationId(PHONE, 13), theirs));
        theirs.raise(PHONE, 12);
        assertEquals(20, subscriptions.complete(held, theirs).counter(PHONE));
        assertTrue(subscriptions.isComplete(new OperationId(PHONE, 13), theirs));
    }

    /** As a log has it that says only from where on something is left out. */
    @Test
    void aGapOfWhichTheEndIsNotKnownHasNone() {
        ByteWriter note = new ByteWriter();
        note.writeByte(1);
        note.writeByte(0);
        note.writeVarint(0);
        note.writeVarint(1);
        Members.write(note, PHONE);
        note.writeVarint(4);
        Subscriptions subscriptions = new Subscriptions();
        subscriptions.read(note.toByteArray());
        assertEquals(gap(4, Long.MAX_VALUE), subscriptions.gaps());
    }

    private static SortedMap<Origin, Skip> gap(long from, long through) {
        return new TreeMap<>(Map.of(PHONE, new Skip(PHONE, from, through)));
    }

    @Test
    void whatComesInAtOnceMayBeMoreThanABatchHolds() {
        Pipe pipe = new Pipe();
        try (StoreEngine store = open()) {
            Exchange exchange = exchange(store, pipe);
            pipe.in.add(message(exchange, 1, Optional.of(Value.of(new byte[3 << 20]))));
            pipe.in.add(message(exchange, 2, Optional.of(Value.of(new byte[60 << 20]))));
            pipe.in.add(message(exchange, 3, Optional.of(Value.fromString("of the next step"))));
            Step step = exchange.tick(0).orElseThrow();
            assertEquals(2, step.received());
            assertEquals(2, step.applied());
            assertEquals(0, exchange.pause(0));
            assertEquals(1, exchange.tick(0).orElseThrow().applied());
            assertNotEquals(0, exchange.pause(0));
            assertEquals(3, store.context().counter(PHONE));
        }
    }

    /** What is sent in parts is sent again until it arrives; who has left sends nothing, and waits for nothing. */
    @Test
    void whoHasLeftDoesNotWaitForAPartToArrive() {
        Pipe pipe = new Pipe();
        try (StoreEngine store = open()) {
            store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
            store.checkpoint().orElseThrow();
            Exchange exchange = exchange(store, pipe);
            exchange.tick(0).orElseThrow();
            pipe.in.add(message(exchange, 1, Optional.empty()));
            exchange.tick(1).orElseThrow();
            assertTrue(pipe.out.get(1).chunk().isPresent());
            long later = 60_000_000_000L;
            exchange.tick(later).orElseThrow();
            assertTrue(pipe.out.get(2).chunk().isPresent());
            exchange.leave().orElseThrow();
            for (int i = 2; i < 5; i++) {
                exchange.tick(i * later).orElseThrow();
                assertTrue(exchange.pause(i * later + 1) > 0);
                assertTrue(exchange.pause(i * later + 4_000_000_000L) > 0);
            }
        }
    }

    @Test
    void whoHasSpokenIsAMemberAndIsToldWhatIsHeldHere() {
        Pipe pipe = new Pipe();
        try (StoreEngine store = open()) {
            store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
            Exchange exchange = exchange(store, pipe);
            exchange.tick(0).orElseThrow();
            // Nobody is sent anything before it has said what it holds.
            assertEquals(1, pipe.out.size());
            assertEquals(List.of(), pipe.out.get(0).operations());
            pipe.in.add(message(exchange, 1, Optional.empty()));
            exchange.tick(1).orElseThrow();
            assertEquals(Set.of(exchange.self(), PHONE), exchange.members().joined());
            assertEquals(1, pipe.out.get(1).operations().size());
            assertEquals(1, exchange.state().outboxSize());
            assertEquals(1, exchange.state().inFlightCount());
            // While there is no way to it nothing is made for it.
            pipe.up = false;
            exchange.tick(100_000_000_000L).orElseThrow();
            assertEquals(2, pipe.out.size());
            pipe.up = true;
            exchange.tick(100_000_000_001L).orElseThrow();
            assertEquals(1, pipe.out.get(2).operations().size());
        }
        try (StoreEngine store = open()) {
            Exchange exchange = exchange(store, pipe);
            assertTrue(exchange.members().has(PHONE));
            assertEquals(1, exchange.state().outboxSize());
        }
    }
}
