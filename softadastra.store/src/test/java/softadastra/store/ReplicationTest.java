package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;

/** Operations of other nodes: taken in causal order, once, with decided effects; removals that are remembered until collected. */
class ReplicationTest {

    private static final Origin PHONE = new Origin(new NodeId("phone"), 7);
    private static final Origin TABLET = new Origin(new NodeId("tablet"), 9);
    private static final Arbiter ALL_WIN = (incoming, standing) -> Effect.WON;

    /** As the last writer wins. */
    private static final Arbiter LATEST = (incoming, standing) ->
            standing.isEmpty() || incoming.stamp().isAfter(standing.get().stamp()) ? Effect.WON : Effect.LOST;

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

    private static HybridTimestamp at(int counter) {
        return HybridTimestamp.of(1_700_000_000_000L, counter);
    }

    private static OperationRecord put(Origin origin, int counter, Map<Origin, Long> context, String key) {
        return OperationRecord.remote(
                new OperationId(origin, counter),
                at(counter),
                counter,
                Effect.WON,
                CausalContext.of(context),
                Operation.put(Key.of(key), Value.fromString(origin.node() + " " + counter)));
    }

    private static OperationRecord remove(Origin origin, int counter, Map<Origin, Long> context, String key) {
        return OperationRecord.remote(
                new OperationId(origin, counter),
                at(counter),
                1,
                Effect.WON,
                CausalContext.of(context),
                Operation.delete(Key.of(key)));
    }

    private static Replicated apply(StoreEngine store, OperationRecord... operations) {
        return store.replication().apply(List.of(operations), LATEST).orElseThrow();
    }

    private static String text(StoreEngine store, String key) {
        return store.get(Key.of(key)).map(entry -> entry.value().asString()).orElse("none");
    }

    private static List<String> standing(StoreEngine store) {
        List<String> all = new ArrayList<>();
        long count = store.replication()
                .standing(
                        Optional.empty(),
                        each -> all.add(each.key() + " " + each.id() + " "
                                + each.value().isPresent()))
                .orElseThrow();
        assertEquals(count, all.size());
        return all;
    }

    @Test
    void anEntryIsWhatItsWriterMadeIt() {
        try (StoreEngine store = open()) {
            store.put(Key.of("k"), Value.fromString("here")).orElseThrow();
            OperationRecord winner = OperationRecord.remote(
                    new OperationId(PHONE, 1),
                    HybridTimestamp.of(System.currentTimeMillis() + 60_000, 3),
                    17,
                    Effect.WON,
                    CausalContext.EMPTY,
                    Operation.put(Key.of("k"), Value.fromString("there")));
            assertEquals(new Replicated(2, 1, 0, 0), apply(store, winner));
            Entry entry = store.get(Key.of("k")).orElseThrow();
            assertEquals("there", entry.value().asString());
            assertEquals(17, entry.version());
            assertEquals(2, entry.sequence());
            assertEquals(winner.stamp(), entry.timestamp());
            assertEquals(1, store.size());
            assertEquals(1, store.context().counter(PHONE));
            // Whoever writes having seen it is above it, and so is the clock.
            store.put(Key.of("other"), Value.fromString("later")).orElseThrow();
            assertTrue(store.get(Key.of("other")).orElseThrow().timestamp().isAfter(winner.stamp()));
        }
    }

    @Test
    void duplicatesAndWhatComesTooEarlyChangeNothing() {
        try (StoreEngine store = open()) {
            OperationRecord first = put(PHONE, 1, Map.of(), "a");
            OperationRecord second = put(PHONE, 2, Map.of(PHONE, 1L), "b");
            OperationRecord third = put(PHONE, 3, Map.of(PHONE, 2L), "c");
            OperationRecord depends = put(TABLET, 1, Map.of(PHONE, 3L), "d");
            assertEquals(new Replicated(0, 0, 0, 1), apply(store, second));
            assertEquals(new Replicated(0, 0, 0, 1), apply(store, depends));
            assertEquals(0, store.stats().lastSequence());
            assertEquals(new Replicated(1, 1, 0, 3), apply(store, first, first, third, depends));
            assertEquals(new Replicated(4, 3, 0, 0), apply(store, second, third, depends));
            assertEquals(new Replicated(0, 0, 0, 2), apply(store, third, depends));
            assertEquals(CausalContext.of(Map.of(PHONE, 3L, TABLET, 1L)), store.context());
            assertEquals(4, store.stats().lastSequence());
        }
    }

    @Test
    void replayAppliesWhatWasDecidedAndAsksNobody() {
        List<String> before;
        try (StoreEngine store = open()) {
            apply(store, put(PHONE, 1, Map.of(), "a"), put(PHONE, 2, Map.of(PHONE, 1L), "a"));
            // Older than what stands there.
            assertEquals(new Replicated(3, 0, 1, 0), apply(store, put(TABLET, 1, Map.of(), "a")));
            apply(store, remove(PHONE, 3, Map.of(PHONE, 2L), "gone"), put(TABLET, 2, Map.of(), "b"));
            before = standing(store);
            assertEquals(2, store.size());
        }
        try (StoreEngine store = open()) {
            assertEquals("phone 2", text(store, "a"));
            assertEquals(before, standing(store));
            assertEquals(2, store.size());
            assertEquals(CausalContext.of(Map.of(PHONE, 3L, TABLET, 2L)), store.context());
            List<OperationRecord> logged = new ArrayList<>();
            store.operations(1, (sequence, record) -> logged.add(record)).orElseThrow();
            assertEquals(
                    List.of(Effect.WON, Effect.WON, Effect.LOST, Effect.WON, Effect.WON),
                    logged.stream().map(OperationRecord::effect).toList());
            // One that lost here goes on to others as it was written.
            assertEquals(1, logged.get(2).version());
            assertTrue(logged.get(1).contextIsDelta());
            assertFalse(logged.get(2).contextIsDelta());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void removalsAreRememberedInCheckpointsTooAndByWhoeverOpens(boolean checkpoint) {
        try (StoreEngine store = open()) {
            store.put(Key.of("before"), Value.fromString("1")).orElseThrow();
            store.remove(Key.of("before")).orElseThrow();
            apply(store, put(PHONE, 1, Map.of(), "theirs"));
            store.put(Key.of("ours"), Value.fromString("1")).orElseThrow();
            store.remove(Key.of("ours")).orElseThrow();
            store.remove(Key.of("theirs")).orElseThrow();
            store.put(Key.of("stays"), Value.fromString("1")).orElseThrow();
            if (checkpoint) {
                store.checkpoint().orElseThrow();
            }
        }
        for (int run = 0; run < 2; run++) {
            try (StoreEngine store = open()) {
                assertEquals(checkpoint, store.recovery().checkpointSequence() > 0);
                assertEquals(
                        List.of("stays"),
                        store.entries().map(e -> e.key().asString()).toList());
                assertEquals(1, store.size());
                assertFalse(store.contains(Key.of("ours")));
                assertEquals(4, standing(store).size(), () -> standing(store).toString());
                store.awaitLoaded().orElseThrow();
                assertEquals(4, standing(store).size());
                assertEquals(3, store.replication().remembered().orElseThrow());
                // What was written without knowing of the removal loses against it.
                long last = store.stats().lastSequence();
                assertEquals(new Replicated(last + 1, 0, 1, 0), apply(store, put(TABLET, run + 1, Map.of(), "theirs")));
                assertFalse(store.contains(Key.of("theirs")));
                store.checkpoint().orElseThrow();
                checkpoint = true;
            }
        }
    }

    @Test
    void aKeyThatWasRemovedAndMadeAgainBeginsAnewAndAboveTheRemoval() {
        try (StoreEngine store = open()) {
            HybridTimestamp far = HybridTimestamp.of(System.currentTimeMillis() + 3_600_000, 0);
            OperationRecord removal = OperationRecord.remote(
                    new OperationId(PHONE, 1), far, 4, Effect.WON, CausalContext.EMPTY, Operation.delete(Key.of("k")));
            apply(store, removal);
            assertEquals(0, store.size());
            PutResult put = store.put(Key.of("k"), Value.fromString("again")).orElseThrow();
            assertEquals(new PutResult(true, false, 1, 2), put);
            assertEquals(far.next(), store.get(Key.of("k")).orElseThrow().timestamp());
            // The clock itself follows two minutes at most.
            store.put(Key.of("other"), Value.fromString("1")).orElseThrow();
            assertTrue(far.isAfter(store.get(Key.of("other")).orElseThrow().timestamp()));
        }
    }

    @Test
    void collectForgetsWhatTheRetentionLetsGoAndNothingThatIsSeen() {
        try (StoreEngine store = open()) {
            apply(store, put(PHONE, 1, Map.of(), "a"));
            for (String key : List.of("b", "c", "d")) {
                store.put(Key.of(key), Value.fromString("1")).orElseThrow();
            }
            store.remove(Key.of("b")).orElseThrow();
            store.remove(Key.of("c")).orElseThrow();
            store.remove(Key.of("d")).orElseThrow();
            store.put(Key.of("d"), Value.fromString("again")).orElseThrow();
            Replication replication = store.replication();
            Retention onlyB = (removal, stamp) -> removal.counter() == 4;
            assertEquals(0, replication.collect((removal, stamp) -> false, 100).orElseThrow());
            assertEquals(1, replication.collect(onlyB, 100).orElseThrow());
            assertEquals(0, replication.collect(onlyB, 100).orElseThrow());
            assertEquals(3, standing(store).size());
            try (Snapshot snapshot = store.snapshot()) {
                store.remove(Key.of("d")).orElseThrow();
                store.put(Key.of("x"), Value.fromString("1")).orElseThrow();
                assertEquals(
                        1, replication.collect((removal, stamp) -> true, 100).orElseThrow());
                assertEquals(
                        "again", snapshot.get(Key.of("d")).orElseThrow().value().asString());
            }
            store.put(Key.of("x"), Value.fromString("2")).orElseThrow();
            assertEquals(1, replication.collect((removal, stamp) -> true, 100).orElseThrow());
            assertEquals(0, replication.remembered().orElseThrow());
            assertEquals(
                    List.of("a", "x"),
                    store.entries().map(e -> e.key().asString()).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void removalsThatTheLogHasAreRememberedOnceThereIsSomebodyToTell(boolean reopened) {
        try (StoreEngine store = open()) {
            for (String key : List.of("a", "b", "c")) {
                store.put(Key.of(key), Value.fromString("1")).orElseThrow();
                store.remove(Key.of(key)).orElseThrow();
                store.put(Key.of(key), Value.fromString("2")).orElseThrow();
            }
            store.remove(Key.of("a")).orElseThrow();
            store.remove(Key.of("b")).orElseThrow();
            store.replication().note(64, new byte[1]).orElseThrow();
            store.remove(Key.of("c")).orElseThrow();
            assertEquals(3, standing(store).size(), () -> standing(store).toString());
            assertTrue(
                    standing(store).get(0).contains(":10 false"),
                    () -> standing(store).toString());
            if (!reopened) {
                assertEquals(new Replicated(14, 0, 1, 0), apply(store, put(PHONE, 1, Map.of(), "b")));
            }
        }
        try (StoreEngine store = open()) {
            assertEquals(3, standing(store).size(), () -> standing(store).toString());
            assertEquals(0, store.size());
            assertEquals(3, store.replication().remembered().orElseThrow());
        }
    }

    @Test
    void aLogThatNeverHadToDoWithAnotherNodeRemembersNothing() {
        try (StoreEngine store = open()) {
            store.put(Key.of("k"), Value.fromString("1")).orElseThrow();
            store.remove(Key.of("k")).orElseThrow();
            store.put(Key.of("x"), Value.fromString("1")).orElseThrow();
            assertEquals(1, standing(store).size());
            assertEquals(0, store.replication().remembered().orElseThrow());
        }
    }

    @Test
    void notesComeBackInOrderFromCheckpointAndLog() {
        try (StoreEngine store = open()) {
            Replication replication = store.replication();
            replication.note(64, new byte[] {1}).orElseThrow();
            store.put(Key.of("k"), Value.fromString("1")).orElseThrow();
            Arbiter withNotes = new Arbiter() {
                @Override
                public Effect decide(OperationRecord incoming, Optional<Standing> standing) {
                    return Effect.WON;
                }

                @Override
                public void addNotes(NoteSink sink) {
                    sink.add(66, new byte[] {2});
                    sink.add(79, new byte[] {3});
                }
            };
            Replicated done = replication
                    .apply(List.of(put(PHONE, 1, Map.of(), "a")), withNotes)
                    .orElseThrow();
            assertEquals(new Replicated(5, 1, 0, 0), done);
            store.checkpoint().orElseThrow();
            replication.note(65, new byte[] {4}).orElseThrow();
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    replication.note(63, new byte[1]).error().code());
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    replication.note(80, new byte[1]).error().code());
        }
        try (StoreEngine store = open()) {
            ByteList all = new ByteList();
            assertEquals(4, store.replication().notes(all).orElseThrow());
            assertEquals(List.of(64, 66, 79, 65), all.types);
            assertArrayEquals(new byte[] {1, 2, 3, 4}, all.bytes);
        }
    }

    private static final class ByteList implements NoteVisitor {
        final List<Integer> types = new ArrayList<>();
        byte[] bytes = {};

        @Override
        public void visit(long sequence, int typeCode, byte[] payload) {
            types.add(typeCode);
            bytes = Arrays.copyOf(bytes, bytes.length + 1);
            bytes[bytes.length - 1] = payload[0];
        }
    }

    @Test
    void theLogStartsBehindItsCheckpointWithWhatWasHeldThere() {
        try (StoreEngine store = open()) {
            assertEquals(
                    new LogStart(1, CausalContext.EMPTY),
                    store.replication().start().orElseThrow());
            apply(store, put(PHONE, 1, Map.of(), "a"));
            store.put(Key.of("k"), Value.fromString("1")).orElseThrow();
            CausalContext held = store.context();
            store.checkpoint().orElseThrow();
            store.put(Key.of("k"), Value.fromString("2")).orElseThrow();
            LogStart start = store.replication().start().orElseThrow();
            assertEquals(new LogStart(3, held), start);
            TreeMap<Origin, Long> now = new TreeMap<>(held.counters());
            store.operations(start.sequence(), (sequence, record) -> {
                        now.put(record.id().origin(), record.id().counter());
                        return true;
                    })
                    .orElseThrow();
            assertEquals(store.context().counters(), now);
        }
    }

    @Test
    void whatIsAppliedIsDurableWithoutAutomaticFlushToo() {
        try (Wal wal = ScriptedLog.open();
                StoreEngine store = StoreEngine.open(
                                StoreConfig.of(wal.config()).withAutoFlush(false), wal)
                        .orElseThrow()) {
            ScriptedLog log = ScriptedLog.of(wal);
            log.hold();
            Thread applying = new Thread(() -> {
                Replicated unused = apply(store, put(PHONE, 1, Map.of(), "a"));
            });
            applying.start();
            log.awaitWaiting(1);
            assertEquals(0, store.replication().durable().orElseThrow());
            log.release(1);
            join(applying);
            assertEquals(1, store.replication().durable().orElseThrow());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void survivorsStandForAllThatTheyReplaced(boolean checkpoint) {
        CausalContext theirs = CausalContext.of(Map.of(PHONE, 9L, TABLET, 4L));
        LogStart start;
        List<String> before;
        try (StoreEngine store = open()) {
            store.put(Key.of("ours"), Value.fromString("1")).orElseThrow();
            apply(store, put(PHONE, 1, Map.of(), "a"), put(PHONE, 2, Map.of(PHONE, 1L), "b"));
            List<OperationRecord> survivors = List.of(
                    put(PHONE, 2, Map.of(), "b"), put(PHONE, 9, Map.of(), "a"), remove(TABLET, 3, Map.of(), "c"));
            assertEquals(
                    new Replicated(6, 2, 0, 1),
                    store.replication().adopt(survivors, theirs, LATEST).orElseThrow());
            assertEquals(9, store.context().counter(PHONE));
            assertEquals(4, store.context().counter(TABLET));
            start = store.replication().start().orElseThrow();
            assertEquals(new LogStart(7, store.context()), start);
            assertEquals(new Replicated(0, 0, 0, 1), apply(store, put(PHONE, 5, Map.of(PHONE, 4L), "x")));
            assertEquals(new Replicated(7, 1, 0, 0), apply(store, put(PHONE, 10, Map.of(PHONE, 9L), "d")));
            if (checkpoint) {
                store.checkpoint().orElseThrow();
                start = new LogStart(8, store.context());
            }
            before = standing(store);
            assertEquals(5, before.size());
        }
        try (StoreEngine store = open()) {
            assertEquals(before, standing(store));
            assertEquals(4, store.size());
            assertEquals("phone 9", text(store, "a"));
            assertEquals(10, store.context().counter(PHONE));
            assertEquals(4, store.context().counter(TABLET));
            assertEquals(start, store.replication().start().orElseThrow());
        }
    }

    @Test
    void whoHoldsOperationsOfOursThatWeDoNotHaveIsNotFollowed() {
        try (StoreEngine store = open()) {
            Origin self = new Origin(store.identity().node(), store.identity().epoch());
            CausalContext theirs = CausalContext.of(Map.of(self, 1L));
            assertEquals(
                    ErrorCode.ORIGIN_FORK,
                    store.replication().adopt(List.of(), theirs, LATEST).error().code());
            assertEquals(0, store.stats().lastSequence());
        }
    }

    @Test
    void oneIdentityWithTwoContentsIsAFork() {
        try (StoreEngine store = open()) {
            store.put(Key.of("k"), Value.fromString("1")).orElseThrow();
            Origin self = new Origin(store.identity().node(), store.identity().epoch());
            assertEquals(new Replicated(0, 0, 0, 1), apply(store, put(self, 1, Map.of(), "k")));
            assertEquals(
                    ErrorCode.ORIGIN_FORK,
                    store.replication()
                            .apply(List.of(put(self, 2, Map.of(), "k")), ALL_WIN)
                            .error()
                            .code());
        }
    }

    @Test
    void whatCannotBeLoggedIsRefused() {
        StoreEngine store = open();
        OperationRecord local = OperationRecord.local(
                new OperationId(PHONE, 1), at(1), 1, Operation.put(Key.of("k"), Value.fromString("v")));
        Replication replication = store.replication();
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                replication.apply(List.of(local), ALL_WIN).error().code());
        OperationRecord empty = put(PHONE, 1, Map.of(), "");
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                replication.apply(List.of(empty), ALL_WIN).error().code());
        OperationRecord fine = put(PHONE, 1, Map.of(), "k");
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                replication
                        .apply(List.of(fine), (incoming, standing) -> Effect.SIBLING)
                        .error()
                        .code());
        assertEquals(0, store.stats().lastSequence());
        assertEquals(1, apply(store, fine).taken());
        store.close();
        assertEquals(
                ErrorCode.INVALID_STATE,
                replication.apply(List.of(fine), ALL_WIN).error().code());
        assertEquals(ErrorCode.INVALID_STATE, replication.start().error().code());
    }

    @Test
    void aValueThatWonHasAVersion() {
        OperationId id = new OperationId(PHONE, 1);
        Operation put = Operation.put(Key.of("k"), Value.fromString("v"));
        for (Effect effect : List.of(Effect.WON, Effect.SIBLING)) {
            assertThrows(
                    SoftadastraException.class,
                    () -> OperationRecord.remote(id, at(1), 0, effect, CausalContext.EMPTY, put));
            byte[] bytes = OperationRecord.remote(id, at(1), 1, effect, CausalContext.EMPTY, put)
                    .encode(at(1))
                    .orElseThrow();
            // The version stands behind head, effect, node, epoch, counter and stamp.
            bytes[1 + 1 + 6 + 8 + 1 + 8] = 0;
            assertEquals(
                    ErrorCode.DECODE_FAILED,
                    OperationRecord.decode(1, at(1), bytes, PHONE.node())
                            .error()
                            .code());
        }
    }

    @Test
    void aStoreInMemoryRemembersRemovalsToo() {
        WalConfig memory = StoreConfig.memoryOnly().withNodeId("a").wal();
        try (StoreEngine store =
                StoreEngine.open(StoreConfig.memoryOnly().withWal(memory)).orElseThrow()) {
            apply(store, put(PHONE, 1, Map.of(), "a"));
            store.remove(Key.of("a")).orElseThrow();
            assertEquals(1, standing(store).size());
        }
    }
}
