package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecordType;

class StoreCheckpointTest {

    private static final long SEED = Long.getLong("softadastra.seed", 20261121L);

    @TempDir
    Path directory;

    private StoreConfig config() {
        return StoreConfig.durable(directory.resolve("node.wal"))
                .withAutoFlush(false)
                .withCheckpoints(CheckpointPolicy.manual());
    }

    private StoreEngine open() {
        return StoreEngine.open(config()).orElseThrow();
    }

    private static Map<Key, Entry> contents(StoreEngine store) {
        return store.entries().collect(Collectors.toMap(Entry::key, entry -> entry, (a, b) -> a, TreeMap::new));
    }

    @Test
    void aStoreOpensOnItsCheckpointAndWhatCameBehindIt() {
        Map<Key, Entry> expected;
        long bytes;
        long counter;
        long behind;
        try (StoreEngine store = open()) {
            fill(store, new Random(SEED), 20_000);
            StoreCheckpoint checkpoint = store.checkpoint().orElseThrow();
            assertEquals(store.size(), checkpoint.entries());
            assertEquals(store.stats().lastSequence(), checkpoint.sequence());
            fill(store, new Random(SEED + 1), 3_000);
            expected = contents(store);
            bytes = store.stats().liveBytes();
            behind = store.stats().lastSequence() - checkpoint.sequence();
            counter = store.context().counters().values().iterator().next();
        }
        try (StoreEngine store = open()) {
            assertTrue(store.recovery().checkpointSequence() > 0);
            assertEquals(behind, store.recovery().operations());
            assertEquals(expected.size(), store.size());
            assertEquals(expected, contents(store));
            store.awaitLoaded().orElseThrow();
            assertEquals(expected, contents(store));
            assertEquals(bytes, store.stats().liveBytes());
            assertEquals(counter, store.context().counters().values().iterator().next());
        }
    }

    /** Where each opening ends before its checkpoint does, there must be one all the same. */
    @Test
    void aStoreThatIsNeverOpenForLongIsCheckpointedToo() {
        StoreConfig automatic =
                config().withCheckpoints(CheckpointPolicy.whenGrown().withMinimumBytes(1 << 16));
        for (int i = 0; i < 50; i++) {
            try (StoreEngine store = StoreEngine.open(automatic).orElseThrow()) {
                for (int k = 0; k < 100; k++) {
                    store.put(Key.of("k" + k % 10), Value.of(new byte[100])).orElseThrow();
                }
            }
        }
        try (StoreEngine store = StoreEngine.open(automatic).orElseThrow()) {
            assertTrue(store.recovery().checkpointSequence() > 0);
            assertEquals(10, store.size());
        }
    }

    /** Half a store is none. */
    @Test
    void aLogThatHasLetItsHistoryGoWithoutACheckpointIsRefused() {
        StoreConfig memory = StoreConfig.memoryOnly().withCheckpoints(CheckpointPolicy.manual());
        try (Wal wal = Wal.open(memory.wal()).orElseThrow()) {
            try (StoreEngine store = StoreEngine.open(memory, wal).orElseThrow()) {
                fill(store, new Random(SEED), 30_000);
            }
            assertEquals(
                    ErrorCode.HISTORY_GONE,
                    StoreEngine.open(memory, wal).error().code());
        }
    }

    /** Reads and writes from the first moment on, of keys that are loaded and of others. */
    @Test
    void aStoreIsUsedWhileItsCheckpointIsLoaded() {
        try (StoreEngine store = open()) {
            fill(store, new Random(SEED), 30_000);
            store.checkpoint().orElseThrow();
        }
        for (int round = 0; round < 10; round++) {
            Random random = new Random(SEED + round);
            try (StoreEngine store = open()) {
                Map<Key, Entry> expected = contents(store);
                for (int i = 0; i < 3_000; i++) {
                    step(store, expected, random, "seed " + (SEED + round) + " step " + i);
                }
                assertEquals(expected, contents(store));
                store.awaitLoaded().orElseThrow();
                assertEquals(expected, contents(store));
                assertEquals(expected.size(), store.size());
                assertEquals(
                        expected.values().stream()
                                .mapToLong(entry ->
                                        entry.key().length() + entry.value().length())
                                .sum(),
                        store.stats().liveBytes());
                store.checkpoint().orElseThrow();
            }
        }
    }

    private static void step(StoreEngine store, Map<Key, Entry> expected, Random random, String at) {
        Key key = Key.of("key:" + random.nextInt(12_000));
        Entry before = expected.get(key);
        assertEquals(Optional.ofNullable(before), store.get(key), at);
        switch (random.nextInt(4)) {
            case 0 -> {
                RemoveResult removed = store.remove(key).orElseThrow();
                assertEquals(new RemoveResult(before != null, key, before == null ? 0 : before.version()), removed, at);
                expected.remove(key);
            }
            case 1 -> {
                ConditionalResult<PutResult> put =
                        store.putIfAbsent(key, Value.fromString(at)).orElseThrow();
                assertEquals(Optional.ofNullable(before), put.current(), at);
                if (before == null) {
                    expected.put(key, store.get(key).orElseThrow());
                }
            }
            default -> {
                PutResult put = store.put(key, Value.fromString(at)).orElseThrow();
                assertEquals(before == null ? 1 : before.version() + 1, put.version(), at);
                assertEquals(before == null, put.created(), at);
                expected.put(key, store.get(key).orElseThrow());
            }
        }
    }

    @Test
    void theLogBeforeACheckpointGoes() throws Exception {
        try (StoreEngine store = open()) {
            for (int round = 0; round < 6; round++) {
                for (int i = 0; i < 50_000; i++) {
                    store.put(Key.of("key:" + i % 100), Value.fromString("value " + i))
                            .orElseThrow();
                }
                store.checkpoint().orElseThrow();
            }
            store.flush().orElseThrow();
            assertEquals(
                    ErrorCode.HISTORY_GONE,
                    store.operations(1, (sequence, record) -> true).error().code());
        }
        long size;
        try (var files = Files.walk(directory)) {
            size = files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
        // All that was logged takes over 40 MiB.
        assertTrue(size < 20 << 20, () -> size + " bytes");
        try (WalReader reader = WalReader.open(directory.resolve("node.wal")).orElseThrow()) {
            assertFalse(reader.readAll().isErr());
        }
    }

    @Test
    void theLogGrowsNoFurtherThanThePolicyAllows() {
        StoreConfig automatic =
                config().withCheckpoints(CheckpointPolicy.whenGrown().withMinimumBytes(1 << 20));
        try (StoreEngine store = StoreEngine.open(automatic).orElseThrow()) {
            long before = 0;
            // Without automatic checkpoints this would not end.
            while (store.stats().wal().checkpointSequence() <= 30_000) {
                for (int i = 0; i < 1_000; i++) {
                    store.put(Key.of("key:" + i), Value.of(new byte[100])).orElseThrow();
                }
                before++;
            }
            assertTrue(before >= 30);
        }
    }

    @Test
    void recordsThatTheStoreDoesNotKnowAreCarriedOn() {
        try (Wal wal = Wal.open(WalConfig.durable(directory.resolve("node.wal")))
                        .orElseThrow();
                StoreEngine store = StoreEngine.open(config(), wal).orElseThrow()) {
            wal.writer().append(77, new byte[] {1, 2, 3}).orElseThrow();
            store.put(Key.of("a"), Value.fromString("1")).orElseThrow();
            store.checkpoint().orElseThrow();
            wal.writer().append(78, new byte[] {4}).orElseThrow();
            store.checkpoint().orElseThrow();
            store.put(Key.of("a"), Value.fromString("2")).orElseThrow();
            StoreCheckpoint last = store.checkpoint().orElseThrow();
            try (Base base = Base.open(wal.log().checkpoint().orElseThrow())) {
                assertEquals(last.sequence(), base.head().sequence());
                assertEquals(List.of("77: 1 at 1", "78: 4 at 3"), carried(base));
            }
        }
    }

    private static List<String> carried(Base base) {
        List<String> carried = new ArrayList<>();
        base.carried((sequence, typeCode, status, timestamp, buffer, offset, length) ->
                carried.add(typeCode + ": " + buffer[offset] + " at " + sequence));
        return carried;
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void largeBatchesCountAsGrowth() {
        StoreConfig automatic =
                config().withCheckpoints(CheckpointPolicy.whenGrown().withMinimumBytes(1 << 20));
        try (StoreEngine store = StoreEngine.open(automatic).orElseThrow()) {
            for (int i = 0; i < 10; i++) {
                Batch batch = new Batch().put(Key.of("k"), Value.of(new byte[1_500_000]));
                store.write(batch).orElseThrow();
            }
            while (store.stats().wal().checkpointSequence() == 0) {
                Thread.onSpinWait();
            }
            assertEquals(1, store.size());
        }
    }

    /** What a repair leaves where records were lost: their places, and others that rest on them. */
    @Test
    void whatIsLostBehindACheckpointIsNotCounted() {
        try (StoreEngine store = open()) {
            store.put(Key.of("kept"), Value.fromString("1")).orElseThrow();
            store.put(Key.of("lost"), Value.fromString("1")).orElseThrow();
            store.checkpoint().orElseThrow();
        }
        try (Wal wal = Wal.open(config().wal()).orElseThrow()) {
            Origin self = new Origin(wal.identity().node(), wal.identity().epoch());
            wal.writer().append(WalRecordType.NOOP, new byte[0]).orElseThrow();
            // Its first version was lost; the removal of the other key was.
            append(wal, new OperationId(self, 4), 2, Operation.update(Key.of("new"), Value.fromString("22")));
            wal.writer().append(WalRecordType.NOOP, new byte[0]).orElseThrow();
            append(wal, new OperationId(self, 6), 1, Operation.put(Key.of("lost"), Value.fromString("again")));
        }
        for (int round = 0; round < 2; round++) {
            try (StoreEngine store = open()) {
                store.awaitLoaded().orElseThrow();
                assertEquals(3, store.size());
                assertEquals(3, store.entries().count());
                assertEquals("kept1new22lostagain".length(), store.stats().liveBytes());
                store.checkpoint().orElseThrow();
            }
        }
    }

    private static void append(Wal wal, OperationId id, long version, Operation operation) {
        HybridTimestamp at = wal.log().lastTimestamp().next();
        OperationRecord record = OperationRecord.local(id, at, version, operation);
        wal.writer()
                .appendBatch(new WalBatch()
                        .add(record.typeCode(), record.encode(at).orElseThrow())
                        .at(at))
                .orElseThrow();
    }

    /** A pass that began before everything was loaded, and goes on behind that. */
    @Test
    void whatIsRemovedWhileItIsLoadedStaysRemoved() {
        try (StoreEngine store = open()) {
            for (int i = 10; i < 30; i++) {
                store.put(Key.of("k" + i), Value.fromString("v")).orElseThrow();
            }
            store.checkpoint().orElseThrow();
        }
        try (Wal wal = Wal.open(config().wal()).orElseThrow()) {
            Versions versions = new Versions(
                    new Origin(wal.identity().node(), wal.identity().epoch()));
            Base base = Base.open(wal.log().checkpoint().orElseThrow());
            versions.recover(base);
            versions.begin();
            MergedWalk stopped = new MergedWalk(versions, new byte[0]);
            MergedWalk going = new MergedWalk(versions, new byte[0]);
            assertEquals("k10", key(stopped.next()));
            assertEquals("k10", key(going.next()));
            remove(versions, "k15", 21);
            assertEquals(
                    List.of("k11", "k12", "k13", "k14", "k16", "k17"),
                    visible(versions, going, 6),
                    "while it is loaded");
            for (int block = 0; block < base.blocks(); block++) {
                Base.Entries entries = base.block(block);
                while (versions.rebuild().load(entries, 5)) {
                    // All of it.
                }
            }
            versions.loaded();
            remove(versions, "k20", 22);
            while (versions.slot(Key.of("k15").bytes()) != null
                    || versions.slot(Key.of("k20").bytes()) != null) {
                boolean unused = versions.prune();
            }
            List<String> expected = new ArrayList<>();
            for (int i = 11; i < 30; i++) {
                expected.add("k" + i);
            }
            expected.removeAll(List.of("k15", "k20"));
            assertEquals(expected, visible(versions, stopped, 100), "behind that");
            assertEquals(expected.subList(6, expected.size()), visible(versions, going, 100), "behind that");
            assertEquals(18, versions.reached().entries);
        }
    }

    private static void remove(Versions versions, String key, long sequence) {
        byte[] bytes = Key.of(key).bytes();
        Slot slot = Objects.requireNonNull(versions.find(bytes));
        Stored before = slot.newest();
        Stored tombstone = new Stored(null, 1, before.stamp + 1, before.origin, sequence);
        tombstone.sequence = sequence;
        versions.add(slot, bytes, tombstone);
        versions.addedThrough(sequence);
        versions.publish(sequence);
    }

    private static List<String> visible(Versions versions, MergedWalk walk, int most) {
        List<String> keys = new ArrayList<>();
        while (keys.size() < most) {
            Slot slot = walk.next();
            if (slot == null) {
                break;
            }
            if (versions.visible(slot) != null) {
                keys.add(key(slot));
            }
        }
        return keys;
    }

    private static String key(@Nullable Slot slot) {
        return String.valueOf(slot);
    }

    private static void fill(StoreEngine store, Random random, int operations) {
        for (int i = 0; i < operations; i++) {
            Key key = Key.of("key:" + random.nextInt(10_000));
            if (random.nextInt(4) == 0) {
                store.remove(key).orElseThrow();
            } else {
                byte[] value = new byte[random.nextInt(200)];
                random.nextBytes(value);
                store.put(key, Value.of(value)).orElseThrow();
            }
        }
    }
}
