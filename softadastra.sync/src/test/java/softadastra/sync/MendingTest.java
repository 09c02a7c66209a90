package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replication;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** What is written again, and what is lost with that, is in the log together. */
class MendingTest {

    private static final Origin PHONE = new Origin(NodeId.of("phone").orElseThrow(), 1);
    private static final int KEYS = 20;

    private final List<Conflict> reported = new ArrayList<>();

    private static Key key(int number) {
        return Key.of("k" + (10 + number));
    }

    /** A store with two operations beside each other under each key. */
    private static StoreEngine store() {
        StoreEngine store =
                StoreEngine.open(StoreConfig.memoryOnly().withNodeId("node-a")).orElseThrow();
        for (int i = 0; i < KEYS; i++) {
            store.put(key(i), Value.fromString("here")).orElseThrow();
            OperationRecord there = OperationRecord.remote(
                    new OperationId(PHONE, i + 1),
                    HybridTimestamp.of(1_000 + i, 0),
                    1,
                    Effect.WON,
                    CausalContext.EMPTY,
                    Operation.put(key(i), Value.fromString("there")));
            var unused = store.replication()
                    .apply(List.of(there), (incoming, standing) -> Effect.SIBLING)
                    .orElseThrow();
        }
        return store;
    }

    private Mending mending(StoreEngine store) {
        Replication replication = store.replication();
        Membership membership = new Membership(
                replication,
                new SplittableRandom(1),
                Long.MAX_VALUE,
                replication.origin().orElseThrow(),
                0,
                0,
                Members.NONE,
                Stage.MEMBER);
        return new Mending(replication, membership, id -> false, (conflict, sequence) -> reported.add(conflict));
    }

    private static long notes(StoreEngine store) {
        return store.replication().notes((sequence, type, payload) -> {}).orElseThrow();
    }

    @Test
    void whatIsLostIsNotedInTheBatchThatWritesTheOther() {
        try (StoreEngine store = store()) {
            AtomicInteger batches = new AtomicInteger();
            store.replication().addSignal(batches::incrementAndGet);
            assertEquals(KEYS, mending(store).writeAgain(id -> true));
            assertEquals(KEYS, reported.size());
            assertEquals(KEYS, notes(store));
            assertEquals(1, batches.get());
        }
    }

    @Test
    void whereSomethingElseWasWrittenMeanwhileNothingIsReported() {
        try (StoreEngine store = store()) {
            Key last = key(KEYS - 1);
            OperationId overtaken =
                    store.replication().standing(last).orElseThrow().get(0).id();
            int unused = mending(store).writeAgain(id -> {
                if (id.equals(overtaken)) {
                    store.put(last, Value.fromString("since")).orElseThrow();
                }
                return true;
            });
            assertEquals(KEYS - 1, reported.size());
            assertEquals(KEYS - 1, notes(store));
            assertEquals("since", store.get(last).orElseThrow().value().asString());
        }
    }

    /** All of what stands under a key may be more than a batch may have. */
    @Test
    void whatIsTooLargeForOneBatchGoesOneByOne() {
        try (StoreEngine store =
                StoreEngine.open(StoreConfig.memoryOnly().withNodeId("node-a")).orElseThrow()) {
            Value large = Value.of(new byte[16 << 20]);
            for (int i = 0; i < 6; i++) {
                OperationRecord there = OperationRecord.remote(
                        new OperationId(new Origin(PHONE.node(), i), 1),
                        HybridTimestamp.of(1_000 + i, 0),
                        1,
                        Effect.WON,
                        CausalContext.EMPTY,
                        Operation.put(key(0), large));
                var unused = store.replication()
                        .apply(List.of(there), (incoming, standing) -> Effect.SIBLING)
                        .orElseThrow();
            }
            assertEquals(1, mending(store).writeAgain(id -> true));
            assertEquals(5, reported.size());
            assertEquals(1, store.replication().standing(key(0)).orElseThrow().size());
        }
    }
}
