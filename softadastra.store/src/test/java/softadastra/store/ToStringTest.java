package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalConfig;

/** What a debugger shows helps, is short, and never has a whole value of any size. */
class ToStringTest {

    private static final Key KEY = Key.of("user:1");
    private static final Value VALUE = Value.fromString("Gaspard");
    private static final Key LONG_KEY = Key.of("k".repeat(60_000));
    private static final Value LONG_VALUE = Value.fromString("secret".repeat(100_000));
    private static final HybridTimestamp STAMP = HybridTimestamp.of(0, 1);

    @TempDir
    Path directory;

    private static Entry entry(Key key, Value value) {
        return new Entry(key, value, 2, 7, STAMP);
    }

    @Test
    void keysAndRanges() {
        assertEquals("user:1", KEY.toString());
        assertEquals("k".repeat(64) + "... (60000 bytes)", LONG_KEY.toString());
        // Not in the middle of a character.
        assertEquals(
                "a".repeat(63) + "... (67 bytes)",
                Key.of("a".repeat(63) + "\uD83D\uDE00").toString());
        assertEquals("lone \uD800", Key.of("lone \uD800").toString());
        assertEquals("[user:, user;)", KeyRange.prefix("user:").toString());
        assertEquals("[, )", KeyRange.all().toString());
        assertEquals("[user:1, z)", KeyRange.between(KEY, Key.of("z")).toString());
    }

    @Test
    void operationsAndBatches() {
        assertEquals("PUT user:1 => Gaspard", Operation.put(KEY, VALUE).toString());
        assertEquals("DELETE user:1", Operation.delete(KEY).toString());
        Batch batch = new Batch();
        assertEquals("Batch[0 operations]", batch.toString());
        batch.put(KEY, VALUE).remove(KEY);
        assertEquals("Batch[2 operations: PUT user:1 => Gaspard, DELETE user:1]", batch.toString());
        batch.put(KEY, VALUE).put(KEY, VALUE);
        assertTrue(batch.toString().startsWith("Batch[4 operations: PUT user:1"), batch::toString);
        assertTrue(batch.toString().endsWith(", ...]"), batch::toString);
    }

    @Test
    void entriesAndAnswers() {
        assertEquals(
                "Entry[key=user:1, value=Gaspard, version=2, sequence=7, timestamp=" + STAMP + "]",
                entry(KEY, VALUE).toString());
        PutResult put = new PutResult(true, false, 1, 7);
        assertEquals(
                "ConditionalResult[written: " + put + "]",
                new ConditionalResult<>(Optional.of(put), Optional.empty()).toString());
        assertEquals(
                "ConditionalResult[not written, current: " + entry(KEY, VALUE) + "]",
                new ConditionalResult<PutResult>(Optional.empty(), Optional.of(entry(KEY, VALUE))).toString());
        assertEquals(
                "ConditionalResult[not written, no entry]",
                new ConditionalResult<PutResult>(Optional.empty(), Optional.empty()).toString());
    }

    @Test
    void configurations() {
        assertEquals(
                "StoreConfig[WalConfig['data/a.wal'], CheckpointPolicy[growth 1.0, at least 16777216 bytes]]",
                StoreConfig.durable("data/a.wal").toString());
        assertEquals(
                "StoreConfig[WalConfig[memory, history PINNED], CheckpointPolicy[manual]]",
                StoreConfig.memoryOnly().toString());
        assertEquals(
                "WalConfig['a', node n, provider file, no automatic flush, segments of 65536 bytes, recovery STRICT]",
                WalConfig.durable("a")
                        .withNodeId("n")
                        .withProvider("file")
                        .withAutoFlush(false)
                        .withSegmentBytes(65536)
                        .withRecovery(RecoveryMode.STRICT)
                        .toString());
    }

    @Test
    void storesAndSnapshots() {
        Path log = directory.resolve("a.wal");
        StoreEngine store =
                StoreEngine.open(StoreConfig.durable(log).withNodeId("n")).orElseThrow();
        store.put(KEY, VALUE).orElseThrow();
        store.put(Key.of("user:2"), LONG_VALUE).orElseThrow();
        Snapshot snapshot = store.snapshot();
        assertEquals("StoreEngine[" + log + ", node n, 2 entries, sequence 2]", store.toString());
        assertEquals("Snapshot[2 entries, last sequence 2]", snapshot.toString());
        store.close();
        assertEquals("StoreEngine[" + log + ", node n, closed]", store.toString());
        assertEquals("Snapshot[2 entries, last sequence 2]", snapshot.toString());
        try (StoreEngine memory =
                StoreEngine.open(StoreConfig.memoryOnly().withNodeId("n")).orElseThrow()) {
            assertEquals("StoreEngine[memory, node n, 0 entries, sequence 0]", memory.toString());
        }
    }

    @Test
    void nothingPrintsAWholeValue() {
        Operation operation = Operation.put(LONG_KEY, LONG_VALUE);
        Entry entry = entry(LONG_KEY, LONG_VALUE);
        List<Object> shown = List.of(
                operation,
                entry,
                new Batch().add(operation).add(operation).add(operation).add(operation),
                new ConditionalResult<PutResult>(Optional.empty(), Optional.of(entry)),
                KeyRange.between(LONG_KEY, LONG_KEY),
                Value.of(new byte[100_000]),
                new EntryChange(OperationType.PUT, LONG_KEY, Optional.of(LONG_VALUE), 1, 1, STAMP));
        for (Object object : shown) {
            String text = object.toString();
            assertTrue(text.length() < 700, text);
            assertFalse(text.contains("secret".repeat(20)), text);
        }
    }
}
