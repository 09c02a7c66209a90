package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalBatch;

class StoreEngineTest {

    private StoreEngine store;

    @BeforeEach
    void open() {
        store = StoreEngine.open(StoreConfig.memoryOnly().withNodeId("a")).value();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Key key(String text) {
        return Key.of(text);
    }

    private static Value value(String text) {
        return Value.fromString(text);
    }

    @Test
    void firstPutCreatesAndLaterOnesUpdate() {
        assertEquals(
                new PutResult(true, false, 1, 1),
                store.put(key("k"), value("1")).value());
        assertEquals(
                new PutResult(false, true, 2, 2),
                store.put(key("k"), value("2")).value());
        Entry entry = store.get(key("k")).orElseThrow();
        assertEquals("2", entry.value().asString());
        assertEquals(2, entry.version());
        assertEquals(2, entry.sequence());
        assertEquals(1, store.size());
    }

    @Test
    void versionStartsAgainAfterRemoval() {
        store.put(key("k"), value("1")).orElseThrow();
        store.put(key("k"), value("2")).orElseThrow();
        assertEquals(new RemoveResult(true, key("k"), 2), store.remove(key("k")).value());
        assertEquals(Optional.empty(), store.get(key("k")));
        assertFalse(store.contains(key("k")));
        assertTrue(store.isEmpty());
        assertEquals(1, store.put(key("k"), value("3")).value().version());
    }

    @Test
    void removingWhatIsNotThereIsOkAndLogsNothing() {
        assertEquals(
                new RemoveResult(false, key("k"), 0), store.remove(key("k")).value());
        assertEquals(0, store.stats().lastSequence());
    }

    @Test
    void emptyKeyIsAnErrorWhereItIsWritten() {
        for (Result<?> result : List.of(store.put(key(""), value("v")), store.remove(key("")))) {
            assertEquals(ErrorCode.INVALID_ARGUMENT, result.error().code());
            assertEquals("invalid key: key is empty", result.error().message());
        }
        assertEquals(Optional.empty(), store.get(key("")));
        assertEquals(0, store.stats().lastSequence());
    }

    @Test
    void textWithoutUtf8IsRefused() {
        Result<PutResult> badKey = store.put(key("a\ud800b"), value("v"));
        assertEquals(ErrorCode.INVALID_ARGUMENT, badKey.error().code());
        assertEquals(
                "invalid key: key has no UTF-8: unpaired surrogate at index 1",
                badKey.error().message());
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                store.put(key("k"), value("\udc00")).error().code());
        assertEquals(Optional.empty(), store.get(key("a\ud800b")));
        assertEquals(0, store.stats().lastSequence());
    }

    @Test
    void keysAndValuesHaveALargestSize() {
        Key largest = key("k".repeat(Key.MAX_BYTES));
        assertTrue(store.put(largest, value("v")).isOk());
        assertEquals(
                ErrorCode.RECORD_TOO_LARGE,
                store.put(key("k".repeat(Key.MAX_BYTES + 1)), value("v"))
                        .error()
                        .code());
        Value tooLarge = Value.of(new byte[Value.MAX_BYTES + 1]);
        assertEquals(
                ErrorCode.RECORD_TOO_LARGE,
                store.put(key("k"), tooLarge).error().code());
        assertEquals(1, store.stats().lastSequence());
        assertEquals(1, store.size());
    }

    @Test
    void largestValueIsStoredWhole() {
        byte[] bytes = new byte[Value.MAX_BYTES];
        bytes[bytes.length - 1] = 7;
        assertTrue(store.put(key("k"), Value.of(bytes)).isOk());
        assertEquals(Value.of(bytes), store.get(key("k")).orElseThrow().value());
    }

    @Test
    void entriesComeInTheOrderOfTheirUtf8() {
        List<String> inOrder = List.of("a", "ab", "b", "z", "\u00e9", "\uffee", "\ud83d\ude00");
        for (String text : List.of("\ud83d\ude00", "b", "\uffee", "ab", "z", "a", "\u00e9")) {
            store.put(key(text), value("v")).orElseThrow();
        }
        assertEquals(inOrder, store.entries().map(e -> e.key().asString()).toList());
        assertEquals(
                List.of("a", "ab"),
                store.entries("a").map(e -> e.key().asString()).toList());
        assertEquals(List.of(), store.entries("c").toList());
        assertEquals(List.of(), store.entries("\ud83d").toList());
    }

    @Test
    void batchTakesEffectInOrder() {
        store.put(key("old"), value("v")).orElseThrow();
        BatchResult result = store.write(new Batch()
                        .put(key("new"), value("1"))
                        .put(key("new"), value("2"))
                        .remove(key("old"))
                        .remove(key("none"))
                        .put(key("gone"), value("v"))
                        .remove(key("gone"))
                        .put(key("old"), value("again")))
                .value();
        assertEquals(new BatchResult(3, 1, 2, 1, 2, 7), result);
        assertEquals(2, store.get(key("new")).orElseThrow().version());
        assertEquals(1, store.get(key("old")).orElseThrow().version());
        assertEquals(
                List.of("new=2", "old=again"),
                store.entries().map(e -> e.key() + "=" + e.value()).toList());
        assertEquals(2, store.size());
        assertEquals(14, store.stats().liveBytes() + 2);
    }

    @Test
    void batchWithOneBadOperationWritesNothing() {
        Result<BatchResult> result =
                store.write(new Batch().put(key("a"), value("1")).put(key(""), value("2")));
        assertEquals("invalid key: key is empty", result.error().message());
        assertTrue(store.isEmpty());
        assertEquals(0, store.stats().lastSequence());
    }

    @Test
    void emptyBatchIsOk() {
        assertEquals(new BatchResult(0, 0, 0, 0, 0, 0), store.write(new Batch()).value());
    }

    @Test
    void batchBeyondTheLargestIsRefused() {
        Batch batch = new Batch();
        Value large = Value.of(new byte[(int) (WalBatch.MAX_BYTES / 2)]);
        batch.put(key("a"), large).put(key("b"), large);
        assertEquals(ErrorCode.RECORD_TOO_LARGE, store.write(batch).error().code());
        assertTrue(store.isEmpty());
    }

    @Test
    void closedStoreSaysSo() {
        store.close();
        store.close();
        assertEquals(
                ErrorCode.INVALID_STATE, store.put(key("k"), value("v")).error().code());
        assertEquals(ErrorCode.INVALID_STATE, store.remove(key("k")).error().code());
        assertEquals(
                ErrorCode.INVALID_STATE,
                store.write(new Batch().remove(key("k"))).error().code());
        assertEquals(ErrorCode.INVALID_STATE, store.flush().error().code());
        assertEquals(
                ErrorCode.INVALID_STATE,
                store.operations(1, (sequence, operation) -> true).error().code());
        SoftadastraException thrown = assertThrows(SoftadastraException.class, () -> store.get(key("k")));
        assertEquals(ErrorCode.INVALID_STATE, thrown.code());
        assertThrows(SoftadastraException.class, () -> store.size());
        assertThrows(SoftadastraException.class, () -> store.entries());
        assertThrows(SoftadastraException.class, () -> store.stats());
    }
}
