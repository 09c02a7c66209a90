package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.store.OtherNodes.PHONE;
import static softadastra.store.OtherNodes.TABLET;
import static softadastra.store.OtherNodes.apply;
import static softadastra.store.OtherNodes.put;
import static softadastra.store.OtherNodes.remove;
import static softadastra.store.OtherNodes.standing;
import static softadastra.store.OtherNodes.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations of a store that go on in another epoch, and what stood before that is written again. */
class RenewalTest {

    @TempDir
    Path directory;

    private StoreEngine open() {
        return OtherNodes.open(directory.resolve("a.wal"));
    }

    @Test
    void whatIsNotedWithWhatIsWrittenAgainIsInTheSameBatchAndOfNothingElse() {
        try (StoreEngine store = open()) {
            apply(store, put(PHONE, 1, Map.of(), "a"), put(PHONE, 2, Map.of(PHONE, 1L), "b"));
            List<Standing> old = new ArrayList<>();
            store.replication().standing(Optional.empty(), old::add).orElseThrow();
            store.put(Key.of("b"), Value.fromString("since")).orElseThrow();
            long last = store.stats().lastSequence();
            List<Key> noted = new ArrayList<>();
            long sequence = store.replication()
                    .reissue(old, (each, sink) -> {
                        noted.add(each.key());
                        sink.add(Replication.FIRST_NOTE, new byte[] {7});
                    })
                    .orElseThrow();
            assertEquals(List.of(Key.of("a")), noted);
            assertEquals(last + 2, sequence);
            List<Long> notes = new ArrayList<>();
            store.replication().notes((at, type, payload) -> notes.add(at)).orElseThrow();
            assertEquals(List.of(last + 1), notes);
            assertEquals(sequence, store.get(Key.of("a")).orElseThrow().sequence());
        }
        try (StoreEngine store = open()) {
            assertEquals("since", text(store, "b"));
            assertEquals(2, store.size());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void operationsCountFromOneInTheNewEpochForGood(boolean checkpoint) {
        Origin first;
        Origin second;
        try (StoreEngine store = open()) {
            store.put(Key.of("a"), Value.fromString("1")).orElseThrow();
            store.put(Key.of("b"), Value.fromString("1")).orElseThrow();
            first = store.replication().origin().orElseThrow();
            assertEquals(3, store.replication().renew(77, 2, notes -> {}).orElseThrow());
            second = store.replication().origin().orElseThrow();
            assertEquals(new Origin(first.node(), 77), second);
            assertEquals(CausalContext.of(Map.of(first, 2L)), store.context());
            store.put(Key.of("a"), Value.fromString("2")).orElseThrow();
            assertEquals(CausalContext.of(Map.of(first, 2L, second, 1L)), store.context());
            // What was issued in the old epoch and got lost here comes from others, as theirs does.
            OperationRecord lost = OperationRecord.remote(
                    new OperationId(first, 3),
                    store.get(Key.of("a")).orElseThrow().timestamp(),
                    1,
                    Effect.WON,
                    CausalContext.of(Map.of(first, 2L)),
                    Operation.put(Key.of("c"), Value.fromString("lost")));
            assertEquals(1, apply(store, lost).won());
            if (checkpoint) {
                store.checkpoint().orElseThrow();
            }
        }
        try (StoreEngine store = open()) {
            store.awaitLoaded().orElseThrow();
            assertEquals(second, store.replication().origin().orElseThrow());
            assertEquals(CausalContext.of(Map.of(first, 3L, second, 1L)), store.context());
            store.put(Key.of("a"), Value.fromString("3")).orElseThrow();
            assertEquals(CausalContext.of(Map.of(first, 3L, second, 2L)), store.context());
            assertEquals(3, store.get(Key.of("a")).orElseThrow().version());
            assertEquals("lost", text(store, "c"));
            assertEquals(3, store.size());
        }
    }

    @Test
    void whatIsWrittenAgainIsNewAndOnlyWhatStillStands() {
        try (StoreEngine store = open()) {
            apply(store, put(PHONE, 1, Map.of(), "a"), put(PHONE, 2, Map.of(PHONE, 1L), "b"));
            apply(store, put(PHONE, 3, Map.of(PHONE, 2L), "c"), remove(PHONE, 4, Map.of(PHONE, 3L), "c"));
            List<Standing> old = new ArrayList<>();
            store.replication().standing(Optional.empty(), old::add).orElseThrow();
            assertEquals(3, old.size());
            store.put(Key.of("b"), Value.fromString("since")).orElseThrow();
            long last = store.stats().lastSequence();
            assertEquals(last + 2, store.replication().reissue(old).orElseThrow());
            Origin self = store.replication().origin().orElseThrow();
            List<Standing> now = new ArrayList<>();
            store.replication().standing(Optional.empty(), now::add).orElseThrow();
            assertEquals(
                    List.of(new OperationId(self, 2), new OperationId(self, 1), new OperationId(self, 3)),
                    now.stream().map(Standing::id).toList());
            assertEquals(old.get(0).value(), now.get(0).value());
            assertEquals(Optional.empty(), now.get(2).value());
            assertEquals(0, store.replication().reissue(old).orElseThrow());
        }
        try (StoreEngine store = open()) {
            assertEquals("since", text(store, "b"));
            assertEquals(2, store.size());
            assertEquals(3, standing(store).size());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatCountsAsHeldOfTheOldEpochMayBeLessThanWasWritten(boolean checkpoint) {
        Origin first;
        Origin second;
        try (StoreEngine store = open()) {
            first = store.replication().origin().orElseThrow();
            for (String key : List.of("a", "b", "c")) {
                store.put(Key.of(key), Value.fromString("mine")).orElseThrow();
            }
            long sequence = store.replication().renew(77, 1, notes -> {}).orElseThrow();
            second = store.replication().origin().orElseThrow();
            assertEquals(CausalContext.of(Map.of(first, 1L)), store.context());
            assertEquals(sequence + 1, store.replication().start().orElseThrow().sequence());
            List<Standing> old = new ArrayList<>();
            store.replication()
                    .standing(Optional.empty(), each -> each.id().counter() == 1 || old.add(each))
                    .orElseThrow();
            assertEquals(sequence + 2, store.replication().reissue(old).orElseThrow());
            assertEquals(CausalContext.of(Map.of(first, 1L, second, 2L)), store.context());
            // By the identity of b others know another operation, which this log had before it was put back.
            OperationRecord lost = OperationRecord.remote(
                    new OperationId(first, 2),
                    store.get(Key.of("a")).orElseThrow().timestamp(),
                    1,
                    Effect.WON,
                    CausalContext.of(Map.of(first, 1L)),
                    Operation.put(Key.of("d"), Value.fromString("lost")));
            assertEquals(1, apply(store, lost).won());
            if (checkpoint) {
                store.checkpoint().orElseThrow();
            }
        }
        try (StoreEngine store = open()) {
            store.awaitLoaded().orElseThrow();
            assertEquals(CausalContext.of(Map.of(first, 2L, second, 2L)), store.context());
            LogStart start = store.replication().start().orElseThrow();
            // Behind it the log has every operation that is not held there.
            assertEquals(
                    checkpoint ? CausalContext.of(Map.of(first, 2L, second, 2L)) : CausalContext.of(Map.of(first, 1L)),
                    start.held());
            assertEquals("mine", text(store, "c"));
            assertEquals("lost", text(store, "d"));
            assertEquals(2, store.get(Key.of("b")).orElseThrow().version());
        }
    }

    @Test
    void whatStandsBesideEachOtherIsWrittenAgainAsReadersSeeIt() {
        Arbiter manual = (incoming, standing) -> Effect.SIBLING;
        Key key = Key.of("a");
        try (StoreEngine store = open()) {
            List<OperationRecord> both = List.of(put(PHONE, 1, Map.of(), "a"), put(TABLET, 1, Map.of(), "a"));
            assertEquals(
                    2, store.replication().apply(both, manual).orElseThrow().taken());
            List<Standing> old = store.replication().standing(key).orElseThrow();
            assertEquals(2, old.size());
            Value seen = store.get(key).orElseThrow().value();
            assertEquals(
                    store.stats().lastSequence() + 1,
                    store.replication().reissue(old).orElseThrow());
            Origin self = store.replication().origin().orElseThrow();
            List<Standing> now = store.replication().standing(key).orElseThrow();
            assertEquals(
                    List.of(new OperationId(self, 1)),
                    now.stream().map(Standing::id).toList());
            assertEquals(Optional.of(seen), now.get(0).value());
            assertTrue(now.get(0).stamp().isAfter(old.get(0).stamp()));
        }
        try (StoreEngine store = open()) {
            assertEquals(1, store.replication().standing(key).orElseThrow().size());
        }
    }
}
