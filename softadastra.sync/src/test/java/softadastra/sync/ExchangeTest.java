package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Skip;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Single steps of an exchange with somebody whose messages are made by hand. */
class ExchangeTest {

    private static final Origin PHONE = new Origin(NodeId.of("phone").orElseThrow(), 1);
    private static final long STAMP = HybridTimestamp.of(1_767_225_600_000L, 0).packed();

    @TempDir
    Path directory;

    /** A way to the phone. */
    private static final class Pipe implements SyncTransport {
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

        @Override
        public List<TransportLink> links() {
            return List.of();
        }

        @Override
        public Optional<String> address() {
            return Optional.empty();
        }

        @Override
        public void onArrival(Runnable signal) {}

        @Override
        public void close() {}
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
                        ExchangeRules.standard(600_000, Policies.NONE, Admitting.EVERYTHING, Optional.empty()))
                .orElseThrow();
    }

    private static byte[] message(long counter, Optional<Value> value) {
        Vector held = new Vector();
        held.raise(PHONE, 9);
        List<OperationRecord> operations = value.map(each -> OperationRecord.remote(
                        new OperationId(PHONE, counter),
                        HybridTimestamp.ofPacked(STAMP + counter),
                        1,
                        Effect.WON,
                        CausalContext.EMPTY,
                        Operation.put(Key.of("k" + counter), each)))
                .map(List::of)
                .orElse(List.of());
        SyncMessage.State state = new SyncMessage.State(
                PHONE,
                new Cut(9, held, 0, Members.NONE.digest()),
                Members.NONE,
                0,
                0,
                new TreeSet<>(),
                new TreeMap<>(),
                Optional.empty(),
                new TreeMap<>(),
                false);
        return SyncMessageCodec.encode(new SyncMessage(state, operations, Optional.empty()));
    }

    private static byte[] skip(Origin to, long from, long through) {
        Vector held = new Vector();
        held.raise(PHONE, 20);
        SyncMessage.State state = new SyncMessage.State(
                PHONE,
                new Cut(9, held, 0, Members.NONE.digest()),
                Members.NONE,
                0,
                0,
                new TreeSet<>(),
                new TreeMap<>(),
                Optional.empty(),
                new TreeMap<>(),
                false);
        return SyncMessageCodec.encode(
                SyncMessage.to(to, state, List.of(), Optional.empty(), List.of(new Skip(PHONE, from, through))));
    }

    /** Others rely on it: what is left out here, nobody else may take for something that is here. */
    @Test
    void fromWhereOnSomethingIsLeftOutIsKnownOnceItIsInTheLog() {
        Pipe pipe = new Pipe();
        ExchangeRules rules = ExchangeRules.standard(
                600_000, Policies.NONE, Admitting.EVERYTHING, Optional.of(Subscription.of(List.of("a/"))));
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
            assertEquals(Map.of(PHONE, 1L), exchange.subscriptions().gaps());
        }
        try (StoreEngine store = open()) {
            Exchange exchange =
                    Exchange.open(store, pipe, new SplittableRandom(1), rules).orElseThrow();
            assertEquals(Map.of(PHONE, 1L), exchange.subscriptions().gaps());
        }
    }

    @Test
    void aGapThatBeginsBeforeOneThatIsKnownIsNoted() {
        Subscriptions subscriptions = new Subscriptions();
        Vector held = new Vector();
        assertEquals(Map.of(PHONE, 10L), subscriptions.newGaps(List.of(new Skip(PHONE, 10, 12)), held));
        subscriptions.noteGaps(Map.of(PHONE, 10L));
        assertEquals(Map.of(), subscriptions.newGaps(List.of(new Skip(PHONE, 11, 14)), held));
        assertEquals(Map.of(PHONE, 5L), subscriptions.newGaps(List.of(new Skip(PHONE, 5, 6)), held));
        held.raise(PHONE, 3);
        Vector to = new Vector();
        to.raise(PHONE, 9);
        assertEquals(Map.of(PHONE, 4L), subscriptions.newGaps(to, held));
    }

    @Test
    void whatComesInAtOnceMayBeMoreThanABatchHolds() {
        Pipe pipe = new Pipe();
        try (StoreEngine store = open()) {
            Exchange exchange = exchange(store, pipe);
            Value large = Value.of(new byte[30 << 20]);
            for (long counter = 1; counter <= 3; counter++) {
                pipe.in.add(message(counter, Optional.of(large)));
            }
            Step step = exchange.tick(0).orElseThrow();
            assertEquals(3, step.received());
            assertEquals(3, step.applied());
            assertEquals(3, store.context().counter(PHONE));
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
            pipe.in.add(message(1, Optional.empty()));
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
