package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.store.OtherNodes.PHONE;
import static softadastra.store.OtherNodes.TABLET;
import static softadastra.store.OtherNodes.at;
import static softadastra.store.OtherNodes.put;
import static softadastra.store.OtherNodes.remove;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProgress;

/** Operations that stand beside each other: what is kept, shown, recorded and brought back, and how it ends. */
class SiblingsTest {

    private static final Key K = Key.of("k");
    private static final Arbiter MANUAL = (incoming, standing) -> Effect.SIBLING;
    private static final Arbiter KEEP = (incoming, standing) -> standing.isEmpty() ? Effect.WON : Effect.LOST;
    private static final Arbiter REMOTE = (incoming, standing) -> Effect.WON;

    /** Shows all values, the last one first. */
    private static final Arbiter JOINED = new Arbiter() {
        @Override
        public Effect decide(OperationRecord incoming, List<Standing> standing) {
            return Effect.MERGED;
        }

        @Override
        public Optional<Value> merge(Key key, List<Standing> siblings) {
            List<String> values = siblings.stream()
                    .flatMap(each -> each.value().stream())
                    .map(Value::asString)
                    .toList();
            return values.isEmpty() ? Optional.empty() : Optional.of(Value.fromString(String.join("+", values)));
        }
    };

    @TempDir
    Path directory;

    private StoreConfig config() {
        return StoreConfig.durable(directory.resolve("a.wal"))
                .withNodeId("a")
                .withCheckpoints(CheckpointPolicy.manual());
    }

    private StoreEngine open() {
        return StoreEngine.open(config()).orElseThrow();
    }

    private static void apply(StoreEngine store, Arbiter arbiter, OperationRecord... operations) {
        Replicated replicated =
                store.replication().apply(List.of(operations), arbiter).orElseThrow();
        assertEquals(0, replicated.passedOver());
    }

    private static List<String> standing(StoreEngine store, Key key) {
        return store.replication().standing(key).orElseThrow().stream()
                .map(each -> each.id().node() + " " + each.id().counter() + " "
                        + each.value().map(Value::asString).orElse("removed"))
                .toList();
    }

    private static String text(StoreEngine store) {
        return store.get(K).map(entry -> entry.value().asString()).orElse("none");
    }

    /** All that a store has, as far as it is the same after a restart. */
    private static String all(StoreEngine store) {
        StringBuilder text = new StringBuilder();
        store.entries().forEach(entry -> text.append(entry).append('\n'));
        long unused = store.replication()
                .standing(Optional.empty(), each -> {
                    text.append(each).append('\n');
                    return true;
                })
                .orElseThrow();
        return text.append(store.context().counters()).toString();
    }

    @Test
    void whatNoWriterKnewStandsBesideEachOtherAndTheLastIsSeen() {
        try (StoreEngine store = open()) {
            apply(store, MANUAL, put(PHONE, 5 - 4, Map.of(), "k"));
            assertEquals(List.of("phone 1 phone 1"), standing(store, K));
            // Its writer knew nothing of the phone's, and its stamp is the same: the node's name decides.
            apply(store, MANUAL, put(TABLET, 1, Map.of(), "k"), put(TABLET, 2, Map.of(TABLET, 1L), "other"));
            assertEquals(List.of("tablet 1 tablet 1", "phone 1 phone 1"), standing(store, K));
            assertEquals("tablet 1", text(store));
            assertEquals(2, store.size());
            // It knew the tablet's, so it takes the place of that alone.
            apply(store, MANUAL, put(PHONE, 2, Map.of(PHONE, 1L), "another"));
            apply(store, MANUAL, put(TABLET, 3, Map.of(TABLET, 2L), "k"));
            assertEquals(List.of("tablet 3 tablet 3", "phone 1 phone 1"), standing(store, K));
            // It knew all.
            apply(store, MANUAL, put(PHONE, 3, Map.of(PHONE, 2L, TABLET, 3L), "k"));
            assertEquals(List.of("phone 3 phone 3"), standing(store, K));
            assertFalse(store.replication().standing(K).orElseThrow().get(0).contested());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theyComeBackFromLogAndCheckpointAndCopies(boolean checkpoint) {
        String before;
        try (StoreEngine store = open()) {
            apply(store, MANUAL, put(PHONE, 1, Map.of(), "k"), put(TABLET, 1, Map.of(), "k"));
            apply(store, JOINED, put(PHONE, 2, Map.of(PHONE, 1L), "m"), put(TABLET, 2, Map.of(TABLET, 1L), "m"));
            apply(store, KEEP, put(PHONE, 3, Map.of(PHONE, 2L), "f"), put(TABLET, 3, Map.of(TABLET, 2L), "f"));
            if (checkpoint) {
                store.checkpoint().orElseThrow();
            }
            apply(store, MANUAL, remove(PHONE, 4, Map.of(PHONE, 3L), "k"), remove(PHONE, 5, Map.of(PHONE, 4L), "gone"));
            apply(store, MANUAL, remove(TABLET, 4, Map.of(TABLET, 3L), "gone"));
            before = all(store);
            assertEquals(List.of("phone 4 removed", "tablet 1 tablet 1"), standing(store, K));
            assertEquals("none", text(store));
            assertEquals(
                    Optional.of("tablet 2+phone 2"),
                    store.get(Key.of("m")).map(e -> e.value().asString()));
            store.backup(directory.resolve("backup")).orElseThrow();
        }
        try (StoreEngine store = open()) {
            assertEquals(before, all(store));
            store.awaitLoaded().orElseThrow();
            assertEquals(before, all(store));
            store.checkpoint().orElseThrow();
            assertEquals(before, all(store));
        }
        StoreConfig copy =
                StoreConfig.durable(directory.resolve("restored.wal")).withCheckpoints(CheckpointPolicy.manual());
        StoreBackup.restore(directory.resolve("backup"), copy).orElseThrow();
        for (StoreConfig config : List.of(config(), copy)) {
            try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
                assertEquals(before, all(store));
            }
        }
        try (Snapshot snapshot =
                SnapshotBuilderStore.build(directory.resolve("a.wal")).orElseThrow()) {
            assertEquals(
                    List.of("f=phone 3", "m=tablet 2+phone 2"),
                    snapshot.all().stream()
                            .map(entry ->
                                    entry.key().asString() + "=" + entry.value().asString())
                            .toList());
        }
    }

    @Test
    void aWriteHereTakesThePlaceOfAll() {
        try (StoreEngine store = open()) {
            for (int i = 1; i <= 4; i++) {
                apply(store, MANUAL, put(PHONE, i, Map.of(), "k" + i), put(TABLET, i, Map.of(), "k" + i));
            }
            store.put(Key.of("k1"), Value.fromString("mine")).orElseThrow();
            assertTrue(store.remove(Key.of("k2")).orElseThrow().deleted());
            store.write(new Batch().put(Key.of("k3"), Value.fromString("mine"))).orElseThrow();
            Replication replication = store.replication();
            long sequence =
                    replication.standing(Key.of("k4")).orElseThrow().get(1).sequence();
            Optional<Value> chosen =
                    replication.standing(Key.of("k4")).orElseThrow().get(1).value();
            assertFalse(replication.resolve(Key.of("k4"), chosen, sequence - 1).orElseThrow());
            apply(store, MANUAL, put(PHONE, 5, Map.of(PHONE, 4L), "k4"));
            assertFalse(replication.resolve(Key.of("k4"), chosen, sequence).orElseThrow(), "another one has come");
            sequence = replication.standing(Key.of("k4")).orElseThrow().get(1).sequence();
            assertTrue(replication.resolve(Key.of("k4"), chosen, sequence).orElseThrow());
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    replication.resolve(Key.of(""), chosen, 1).error().code());
            assertFalse(replication.resolve(Key.of("none"), chosen, 0).orElseThrow());
            for (int i = 1; i <= 4; i++) {
                assertEquals(
                        1, replication.standing(Key.of("k" + i)).orElseThrow().size(), "k" + i);
            }
            assertEquals(chosen, store.get(Key.of("k4")).map(Entry::value));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRemovalThatOthersStandBesideIsResolvedLikeAValueAndNotForgotten(boolean removed) {
        try (StoreEngine store = open()) {
            apply(store, MANUAL, put(PHONE, 1, Map.of(), "k"), remove(TABLET, 1, Map.of(), "k"));
            assertEquals("none", text(store));
            assertEquals(0, store.size());
            assertEquals(
                    0,
                    store.replication().collect((removal, stamp) -> true, 100).orElseThrow());
            assertEquals(2, standing(store, K).size());
        }
        try (StoreEngine store = open()) {
            store.awaitLoaded().orElseThrow();
            assertEquals(
                    0,
                    store.replication().collect((removal, stamp) -> true, 100).orElseThrow());
            if (removed) {
                assertEquals(new RemoveResult(true, K, 1), store.remove(K).orElseThrow());
                assertEquals(1, standing(store, K).size());
                assertEquals(new RemoveResult(false, K, 0), store.remove(K).orElseThrow());
            } else {
                long sequence =
                        store.replication().standing(K).orElseThrow().get(0).sequence();
                assertTrue(store.replication()
                        .resolve(K, Optional.of(Value.fromString("back")), sequence)
                        .orElseThrow());
                assertEquals("back", text(store));
                assertEquals(1, store.get(K).orElseThrow().version());
            }
            store.put(Key.of("x"), Value.fromString("1")).orElseThrow();
            int forgotten =
                    store.replication().collect((removal, stamp) -> true, 100).orElseThrow();
            assertEquals(removed ? 1 : 0, forgotten);
        }
    }

    @Test
    void anotherPolicyRewritesNothing() {
        try (StoreEngine store = open()) {
            apply(store, JOINED, put(PHONE, 1, Map.of(), "k"), put(TABLET, 1, Map.of(), "k"));
            apply(store, KEEP, put(PHONE, 2, Map.of(PHONE, 1L), "l"), put(TABLET, 2, Map.of(TABLET, 1L), "l"));
            assertEquals("tablet 1+phone 1", text(store));
        }
        try (StoreEngine store = open()) {
            assertEquals("tablet 1+phone 1", text(store));
            assertEquals("phone 2", store.get(Key.of("l")).orElseThrow().value().asString());
            // The policy of today decides about what comes today.
            apply(store, MANUAL, put(PHONE, 3, Map.of(PHONE, 2L, TABLET, 2L), "other"));
            apply(store, MANUAL, put(TABLET, 3, Map.of(TABLET, 2L), "k"));
            assertEquals("tablet 3", text(store));
            assertEquals(List.of("tablet 3 tablet 3", "phone 1 phone 1"), standing(store, K));
            apply(store, JOINED, put(TABLET, 4, Map.of(TABLET, 3L), "k"));
            assertEquals("tablet 4+phone 1", text(store));
        }
        try (StoreEngine store = open()) {
            assertEquals("tablet 4+phone 1", text(store));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoWritesIsAboveWhatWasPassedOver(boolean checkpoint) {
        HybridTimestamp far = HybridTimestamp.of(System.currentTimeMillis() + 36_000_000, 0);
        OperationRecord late = OperationRecord.remote(
                new OperationId(PHONE, 1),
                far,
                1,
                Effect.WON,
                CausalContext.EMPTY,
                Operation.put(K, Value.fromString("late")));
        OperationRecord lateToo = OperationRecord.remote(
                new OperationId(PHONE, 2),
                far.next(),
                1,
                Effect.WON,
                CausalContext.of(Map.of(PHONE, 1L)),
                Operation.put(Key.of("r"), Value.fromString("late")));
        try (StoreEngine store = open()) {
            store.put(K, Value.fromString("mine")).orElseThrow();
            apply(store, KEEP, late);
            apply(store, REMOTE, lateToo, put(TABLET, 1, Map.of(), "r"));
            assertEquals("mine", text(store));
            assertEquals(
                    "tablet 1", store.get(Key.of("r")).orElseThrow().value().asString());
            if (checkpoint) {
                store.checkpoint().orElseThrow();
            }
        }
        try (StoreEngine store = open()) {
            assertEquals(
                    far, store.replication().standing(K).orElseThrow().get(0).floor());
            store.put(K, Value.fromString("again")).orElseThrow();
            store.put(Key.of("r"), Value.fromString("again")).orElseThrow();
            assertEquals(far.next(), store.get(K).orElseThrow().timestamp());
            assertEquals(far.next().next(), store.get(Key.of("r")).orElseThrow().timestamp());
        }
    }

    @Test
    void watchesTellWhatReadersSee() throws InterruptedException {
        List<String> fromLog = new ArrayList<>();
        try (StoreEngine store = open()) {
            LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
            long first = store.stats().lastSequence();
            try (Watch watch = store.watch("", listener(told)).orElseThrow()) {
                apply(store, MANUAL, put(TABLET, 1, Map.of(), "k"));
                apply(store, MANUAL, put(PHONE, 1, Map.of(), "k"));
                apply(store, MANUAL, put(TABLET, 2, Map.of(TABLET, 1L), "k"));
                apply(store, JOINED, put(PHONE, 2, Map.of(PHONE, 1L), "k"));
                apply(store, KEEP, put(TABLET, 3, Map.of(TABLET, 2L), "k"));
                store.put(K, Value.fromString("end")).orElseThrow();
                List<String> live = new ArrayList<>();
                while (live.isEmpty() || !live.get(live.size() - 1).contains("end")) {
                    live.add(told.take());
                }
                assertEquals(
                        List.of(
                                "PUT tablet 1 1 1",
                                "UPDATE tablet 2 3 2",
                                "UPDATE tablet 2+phone 2 4 2",
                                "UPDATE end 6 3"),
                        live);
                assertTrue(watch.toldThrough() >= 5);
            }
            told.clear();
            try (Watch watch =
                    store.watch(KeyRange.all(), first, listener(told)).orElseThrow()) {
                while (fromLog.isEmpty() || !fromLog.get(fromLog.size() - 1).contains("end")) {
                    fromLog.add(told.take());
                }
                assertTrue(watch.toldThrough() > 0);
            }
            assertEquals(
                    List.of("PUT tablet 1 1 1", "UPDATE tablet 2 3 2", "UPDATE tablet 2+phone 2 4 2", "UPDATE end 6 3"),
                    fromLog);
        }
    }

    private static WatchListener listener(LinkedBlockingQueue<String> told) {
        return new WatchListener() {
            @Override
            public void changed(EntryChange change) {
                told.add(change.type() + " "
                        + change.value().map(Value::asString).orElse("-") + " " + change.sequence() + " "
                        + change.version());
            }

            @Override
            public void ended(SoftadastraError reason) {
                told.add("ended by " + reason);
            }
        };
    }

    /** Nobody had to remember it when it was written, and nothing but the log has it when the first of another node comes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatStandsBesideARemovalFromBeforeTheFirstPeerComesBack(boolean noted) {
        for (Arbiter arbiter : List.of(MANUAL, JOINED, KEEP)) {
            for (int counter : List.of(1, 60_000)) {
                WalConfig log =
                        WalConfig.memory().withNodeId("laptop").withClock(() -> Instant.ofEpochMilli(at(0).millis()));
                Wal wal = Wal.open(log).orElseThrow();
                OperationRecord other = OperationRecord.remote(
                        new OperationId(PHONE, 1),
                        at(counter),
                        1,
                        Effect.WON,
                        CausalContext.EMPTY,
                        Operation.put(K, Value.fromString("other")));
                String before;
                try (StoreEngine store =
                        StoreEngine.open(StoreConfig.of(log), wal).orElseThrow()) {
                    store.put(K, Value.fromString("first")).orElseThrow();
                    store.remove(K).orElseThrow();
                    if (noted) {
                        store.replication().note(64, new byte[] {1}).orElseThrow();
                    }
                    apply(store, arbiter, other);
                    before = all(store);
                }
                try (StoreEngine store =
                        StoreEngine.open(StoreConfig.of(log), wal).orElseThrow()) {
                    assertEquals(before, all(store), "counter " + counter);
                }
                wal.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 60_000})
    void snapshotsAndCopiesOfALogSeeWhatTheStoreSees(int counter) {
        String before;
        List<Entry> entries;
        try (StoreEngine store = open()) {
            store.put(Key.of("x"), Value.fromString("stays")).orElseThrow();
            store.put(K, Value.fromString("first")).orElseThrow();
            store.remove(K).orElseThrow();
            OperationRecord other = OperationRecord.remote(
                    new OperationId(PHONE, 1),
                    at(counter),
                    1,
                    Effect.WON,
                    CausalContext.EMPTY,
                    Operation.put(K, Value.fromString("other")));
            apply(store, MANUAL, other);
            before = all(store);
            entries = store.entries().toList();
        }
        try (Snapshot snapshot =
                SnapshotBuilderStore.build(directory.resolve("a.wal")).orElseThrow()) {
            assertEquals(entries, snapshot.all());
        }
        StoreConfig copy = StoreConfig.durable(directory.resolve("copy.wal"));
        StoreBackup.write(config().wal(), copy.wal(), WalProgress.NONE).orElseThrow();
        try (StoreEngine store = StoreEngine.open(copy).orElseThrow()) {
            assertEquals(before, all(store));
        }
    }

    /** Whatever was decided, a store that is opened again has what it had. */
    @Test
    void replayComesToTheSame() {
        for (long seed = 1; seed <= 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            try (Wal wal = Wal.open(WalConfig.memory().withNodeId("a")).orElseThrow()) {
                int[] written = new int[3];
                for (int run = 0; run < 3; run++) {
                    String at = "seed " + seed + ", run " + run;
                    String before;
                    long size;
                    try (StoreEngine store = StoreEngine.open(
                                    StoreConfig.of(wal.config()).withCheckpoints(CheckpointPolicy.manual()), wal)
                            .orElseThrow()) {
                        for (int i = 0; i < 30; i++) {
                            step(store, random, written);
                        }
                        before = all(store);
                        store.awaitLoaded().orElseThrow();
                        size = store.size();
                    }
                    try (StoreEngine store =
                            StoreEngine.open(StoreConfig.of(wal.config()), wal).orElseThrow()) {
                        assertEquals(size, store.recovery().entries(), at);
                        assertEquals(before, all(store), at);
                        store.awaitLoaded().orElseThrow();
                        assertEquals(before, all(store), at);
                        assertEquals(size, store.size(), at);
                    }
                }
            }
        }
    }

    private static void step(StoreEngine store, SplittableRandom random, int[] written) {
        Key key = Key.of("k" + random.nextInt(4));
        int what = random.nextInt(20);
        if (what == 0) {
            store.checkpoint().orElseThrow();
        } else if (what < 4) {
            store.put(key, Value.fromString("mine")).orElseThrow();
        } else if (what < 6) {
            store.remove(key).orElseThrow();
        } else {
            int node = random.nextInt(3);
            Origin origin = new Origin(new NodeId("n" + node), 1);
            Map<Origin, Long> context = store.context().counters().entrySet().stream()
                    .filter(each -> random.nextBoolean() && !each.getKey().equals(origin))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            if (written[node] > 0) {
                context.put(origin, (long) written[node]);
            }
            written[node]++;
            OperationRecord operation = OperationRecord.remote(
                    new OperationId(origin, written[node]),
                    at(random.nextInt(1000)),
                    1 + random.nextInt(5),
                    Effect.WON,
                    CausalContext.of(context),
                    random.nextInt(3) == 0 ? Operation.delete(key) : Operation.put(key, Value.fromString("v" + what)));
            List<Arbiter> arbiters = List.of(MANUAL, JOINED, KEEP, REMOTE, MANUAL, JOINED, REJECTING);
            apply(store, arbiters.get(random.nextInt(arbiters.size())), operation);
        }
    }

    private static final Arbiter REJECTING = (incoming, standing) -> Effect.REJECTED;
}
