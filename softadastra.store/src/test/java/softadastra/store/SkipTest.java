package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.store.OtherNodes.LATEST;
import static softadastra.store.OtherNodes.PHONE;
import static softadastra.store.OtherNodes.TABLET;
import static softadastra.store.OtherNodes.put;
import static softadastra.store.OtherNodes.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.ByteReader;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordType;

/** Operations that are left out count as held, durably, and what follows on them is taken. */
class SkipTest {

    @TempDir
    Path directory;

    private StoreEngine open() {
        return OtherNodes.open(directory.resolve("a.wal"));
    }

    private static Replicated apply(StoreEngine store, List<Skip> skips, OperationRecord... operations) {
        return store.replication().apply(List.of(operations), skips, LATEST).orElseThrow();
    }

    /** What the log tells who walks over it, one text for each operation, and for each that is left out. */
    private static List<String> walk(StoreEngine store) {
        List<String> told = new ArrayList<>();
        long unused = store.operations(1, new OperationVisitor() {
                    @Override
                    public boolean visit(long sequence, OperationRecord record) {
                        return told.add(sequence + " " + record.id().node() + " "
                                + record.id().counter());
                    }

                    @Override
                    public void skipped(long sequence, CausalContext through) {
                        through.counters()
                                .forEach((origin, counter) ->
                                        told.add(sequence + " without " + origin.node() + " to " + counter));
                    }
                })
                .orElseThrow();
        return told;
    }

    @Test
    void whatFollowsOnWhatIsLeftOutIsTakenAndTheLogSaysBoth() {
        Map<Origin, Long> held = Map.of(PHONE, 9L, TABLET, 1L);
        List<String> told = List.of(
                "1 phone 1",
                "2 a 1",
                "3 without phone to 4",
                "4 phone 5",
                "5 without phone to 8",
                "6 tablet 1",
                "7 phone 9");
        LogStart start = new LogStart(1, CausalContext.EMPTY);
        try (StoreEngine store = open()) {
            apply(store, List.of(), put(PHONE, 1, Map.of(), "a"));
            store.put(Key.of("k"), Value.fromString("here")).orElseThrow();
            Replicated replicated = apply(
                    store,
                    List.of(new Skip(PHONE, 6, 8), new Skip(PHONE, 2, 3), new Skip(PHONE, 4, 4)),
                    put(PHONE, 5, Map.of(PHONE, 4L), "b"),
                    put(TABLET, 1, Map.of(PHONE, 5L), "c"),
                    put(PHONE, 9, Map.of(PHONE, 8L, TABLET, 1L), "d"));
            assertEquals(3, replicated.taken());
            assertEquals(CausalContext.of(held).counters(), others(store));
            assertEquals(told, walk(store));
            assertEquals("phone 9", text(store, "d"));
            assertEquals(start, store.replication().start().orElseThrow());
            assertEquals(7, store.get(Key.of("d")).orElseThrow().sequence());
        }
        try (StoreEngine store = open()) {
            assertEquals(CausalContext.of(held).counters(), others(store));
            assertEquals(told, walk(store));
            assertEquals("phone 9", text(store, "d"));
            assertEquals(7, store.get(Key.of("d")).orElseThrow().sequence());
            // The log still says what happened from its beginning on.
            assertEquals(start, store.replication().start().orElseThrow());
            store.checkpoint().orElseThrow();
        }
        try (StoreEngine store = open()) {
            assertEquals(CausalContext.of(held).counters(), others(store));
            apply(store, List.of(), put(PHONE, 10, Map.of(PHONE, 9L), "e"));
            assertEquals("phone 10", text(store, "e"));
        }
    }

    private static Map<Origin, Long> others(StoreEngine store) {
        Map<Origin, Long> counters = new TreeMap<>(store.context().counters());
        counters.keySet().removeIf(origin -> origin.node().value().equals("a"));
        return counters;
    }

    @Test
    void aRangeThatDoesNotFollowOnWhatIsHeldChangesNothing() {
        try (StoreEngine store = open()) {
            assertEquals(Replicated.NOTHING, apply(store, List.of(new Skip(PHONE, 2, 9))));
            assertEquals(0, store.stats().lastSequence());
            apply(store, List.of(new Skip(PHONE, 1, 9)));
            assertEquals(1, store.stats().lastSequence());
            // Again, and a part of it.
            apply(store, List.of(new Skip(PHONE, 1, 9), new Skip(PHONE, 3, 4)));
            assertEquals(1, store.stats().lastSequence());
            apply(store, List.of(new Skip(PHONE, 3, 12)));
            assertEquals(12, store.context().counter(PHONE));
        }
    }

    @Test
    void whatAStoreHasWrittenItselfIsNeverLeftOut() {
        try (StoreEngine store = open()) {
            Origin self = new Origin(store.identity().node(), store.identity().epoch());
            apply(store, List.of(new Skip(self, 1, 9)));
            assertEquals(0, store.context().counter(self));
            store.put(Key.of("k"), Value.fromString("1")).orElseThrow();
            assertEquals(1, store.context().counter(self));
        }
    }

    /** Two checkpoints, one on top of the other, and a note in which there is nothing that is left out by then. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoDoesNotKnowThatOperationsMayBeLeftOutRefusesTheLogForGood(boolean byNote) throws IOException {
        try (StoreEngine store = open()) {
            assertFalse(store.replication().leavesOut());
            if (byNote) {
                assertEquals(
                        2,
                        store.replication()
                                .noteLeavingOut(Replication.FIRST_NOTE, new byte[] {5})
                                .orElseThrow());
            } else {
                apply(store, List.of(new Skip(PHONE, 1, 9)));
            }
            assertTrue(store.replication().leavesOut());
            store.put(Key.of("k"), Value.fromString("here")).orElseThrow();
        }
        WalConfig log = WalConfig.durable(directory.resolve("a.wal"));
        try (WalReader reader = WalReader.open(log).orElseThrow()) {
            // In front of it all, and of a version that a reader must know.
            WalRecord first = reader.readAll().orElseThrow().get(0);
            assertEquals(WalRecordType.HELD, first.type());
            assertEquals(2, first.payload()[0]);
        }
        for (int i = 0; i < 2; i++) {
            try (StoreEngine store = open()) {
                assertTrue(store.replication().leavesOut());
                store.checkpoint().orElseThrow();
            }
            try (WalReader reader = WalReader.open(log).orElseThrow();
                    WalCheckpointReader checkpoint =
                            reader.checkpoint().orElseThrow().orElseThrow().open()) {
                assertEquals(16, features(checkpoint) & 16);
            }
        }
        try (StoreEngine store = open()) {
            assertTrue(store.replication().leavesOut());
        }
    }

    @Test
    void aStoreThatLeavesNothingOutIsForAnyReader() throws IOException {
        try (StoreEngine store = open()) {
            apply(store, List.of(), put(PHONE, 1, Map.of(), "a"));
            store.checkpoint().orElseThrow();
            assertFalse(store.replication().leavesOut());
        }
        try (WalReader reader = WalReader.open(directory.resolve("a.wal")).orElseThrow();
                WalCheckpointReader checkpoint =
                        reader.checkpoint().orElseThrow().orElseThrow().open()) {
            assertEquals(0, features(checkpoint) & 16);
        }
    }

    /** The bits at the head of a checkpoint that whoever reads it must know. */
    private static int features(WalCheckpointReader checkpoint) {
        return new ByteReader(CheckpointHead.bytes(checkpoint, 12, 4)).readInt();
    }

    @Test
    void aRangeThatIsNoneIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Skip(PHONE, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Skip(PHONE, 3, 2));
    }
}
