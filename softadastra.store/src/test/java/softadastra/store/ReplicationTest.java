package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.store.OtherNodes.LATEST;
import static softadastra.store.OtherNodes.PHONE;
import static softadastra.store.OtherNodes.TABLET;
import static softadastra.store.OtherNodes.apply;
import static softadastra.store.OtherNodes.at;
import static softadastra.store.OtherNodes.put;
import static softadastra.store.OtherNodes.remove;
import static softadastra.store.OtherNodes.standing;
import static softadastra.store.OtherNodes.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;

/** Operations of other nodes: taken in causal order, once, with decided effects; removals that are remembered until collected. */
class ReplicationTest {

    private static final Arbiter ALL_WIN = (incoming, standing) -> Effect.WON;

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

    @Test
    void aSignalIsRunWhenSomethingHasBecomeVisibleAndForNothingElse() {
        AtomicInteger signals = new AtomicInteger();
        try (StoreEngine store =
                StoreEngine.open(StoreConfig.memoryOnly().withAutoFlush(false)).orElseThrow()) {
            store.replication().addSignal(signals::incrementAndGet);
            store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
            assertEquals(1, signals.get());
            store.flush().orElseThrow();
            assertEquals(1, signals.get(), "it was visible before");
            var unused = store.replication()
                    .note(Replication.FIRST_NOTE, new byte[1])
                    .orElseThrow();
            assertEquals(2, signals.get());
        }
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

    @Test
    void notesComeBackInOrderFromCheckpointAndLog() {
        try (StoreEngine store = open()) {
            Replication replication = store.replication();
            replication.note(64, new byte[] {1}).orElseThrow();
            store.put(Key.of("k"), Value.fromString("1")).orElseThrow();
            Arbiter withNotes = new Arbiter() {
                @Override
                public Effect decide(OperationRecord incoming, List<Standing> standing) {
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
                    store.replication()
                            .adopt(new Adoption(survivors, List.of(), Optional.of(theirs)), LATEST)
                            .orElseThrow());
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

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void survivorsComeInPartsAndCountOnceTheLastIsThere(boolean checkpoint) {
        Adoption part = new Adoption(List.of(put(PHONE, 9, Map.of(), "a")), List.of(), Optional.empty());
        Adoption rest = new Adoption(
                List.of(put(TABLET, 3, Map.of(), "b")),
                List.of(),
                Optional.of(CausalContext.of(Map.of(PHONE, 9L, TABLET, 4L))));
        try (StoreEngine store = open()) {
            store.put(Key.of("ours"), Value.fromString("1")).orElseThrow();
            assertEquals(
                    new Replicated(2, 1, 0, 0),
                    store.replication().adopt(part, LATEST).orElseThrow());
            assertEquals(0, store.context().counter(PHONE));
            // What was before it is not known, and may come yet.
            List<Long> sequences = new ArrayList<>();
            store.operations(1, (sequence, operation) -> sequences.add(sequence))
                    .orElseThrow();
            assertEquals(List.of(1L), sequences);
            assertEquals(
                    new LogStart(1, CausalContext.EMPTY),
                    store.replication().start().orElseThrow());
            if (checkpoint) {
                store.checkpoint().orElseThrow();
            }
        }
        try (StoreEngine store = open()) {
            store.awaitLoaded().orElseThrow();
            assertEquals("phone 9", text(store, "a"));
            assertEquals(0, store.context().counter(PHONE));
            assertEquals(1, apply(store, put(PHONE, 1, Map.of(), "z")).won());
            assertEquals(
                    1, store.replication().adopt(rest, LATEST).orElseThrow().won());
            assertEquals(9, store.context().counter(PHONE));
            assertEquals(4, store.context().counter(TABLET));
            assertEquals(4, store.size());
        }
    }

    @Test
    void whatIsGoneElsewhereGoesUnlessSomethingElseStandsThere() {
        try (StoreEngine store = open()) {
            apply(store, put(PHONE, 1, Map.of(), "a"), put(PHONE, 2, Map.of(PHONE, 1L), "b"));
            List<Standing> gone = new ArrayList<>();
            store.replication().standing(Optional.empty(), gone::add).orElseThrow();
            store.put(Key.of("b"), Value.fromString("new")).orElseThrow();
            Adoption adoption = new Adoption(List.of(), gone, Optional.empty());
            assertEquals(
                    new Replicated(4, 1, 0, 1),
                    store.replication().adopt(adoption, LATEST).orElseThrow());
            assertEquals(Optional.empty(), store.get(Key.of("a")));
            assertEquals(2, store.context().counter(PHONE));
        }
        try (StoreEngine store = open()) {
            assertEquals(Optional.empty(), store.get(Key.of("a")));
            assertEquals("new", text(store, "b"));
            assertEquals(1, store.size());
        }
    }

    @Test
    void aKeyThatIsRemovedAgainAndAgainIsRememberedOnce() {
        try (StoreEngine store = open()) {
            store.replication().note(Replication.FIRST_NOTE, new byte[0]).orElseThrow();
            for (int i = 0; i < 100; i++) {
                store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
                store.remove(Key.of("k")).orElseThrow();
            }
            assertEquals(1, store.replication().remembered().orElseThrow());
        }
    }

    @Test
    void whatStandsIsDurableOnceItIsToldOf() {
        StoreConfig config = config().withAutoFlush(false);
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
            assertEquals(
                    1,
                    store.replication().standing(Optional.empty(), each -> true).orElseThrow());
            assertEquals(1, store.stats().durableSequence());
            store.put(Key.of("k"), Value.fromString("w")).orElseThrow();
            assertEquals(
                    new LogStart(3, store.context()),
                    store.replication().settle().orElseThrow());
            assertEquals(2, store.stats().durableSequence());
        }
    }

    @Test
    void whoHoldsOperationsOfOursThatWeDoNotHaveIsNotFollowed() {
        try (StoreEngine store = open()) {
            Origin self = new Origin(store.identity().node(), store.identity().epoch());
            CausalContext theirs = CausalContext.of(Map.of(self, 1L));
            assertEquals(
                    ErrorCode.ORIGIN_FORK,
                    store.replication()
                            .adopt(new Adoption(List.of(), List.of(), Optional.of(theirs)), LATEST)
                            .error()
                            .code());
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
                        .apply(List.of(fine), (incoming, standing) -> Effect.BESIDE)
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

    /** Whoever goes by it passes over what it says is held, and reads what is behind. */
    @Test
    void whatIsHeldIsThatOfOneSequenceBesideAWriter() throws Exception {
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 100_000 && !done.get(); i++) {
                    store.put(Key.of("k" + i % 10), Value.fromString("v")).orElseThrow();
                }
            });
            for (int i = 0; i < 20_000; i++) {
                LogStart here = store.replication().settle().orElseThrow();
                long held = here.held().counters().values().stream()
                        .mapToLong(each -> each)
                        .sum();
                // Each record is an operation of this store.
                assertEquals(here.sequence() - 1, held);
            }
            done.set(true);
            writer.get();
        }
    }
}
