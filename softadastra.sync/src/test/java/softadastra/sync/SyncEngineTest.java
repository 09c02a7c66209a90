package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.FileEvent;
import softadastra.core.FileMetadata;
import softadastra.core.FilePath;
import softadastra.core.FileState;
import softadastra.store.Batch;
import softadastra.store.Key;
import softadastra.store.OperationType;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** What the outbox holds, while a store is open. */
class SyncEngineTest {

    private static StoreEngine store() {
        return StoreEngine.open(StoreConfig.memoryOnly().withNodeId("node-a")).orElseThrow();
    }

    private static SyncEngine sync(StoreEngine store) {
        return SyncEngine.open(store, SyncConfig.local()).orElseThrow();
    }

    private static void put(StoreEngine store, String key, String value) {
        store.put(Key.of(key), Value.fromString(value)).orElseThrow();
    }

    private static List<SyncOperation> outbox(SyncEngine sync) {
        List<SyncOperation> operations = new ArrayList<>();
        assertEquals(sync.outbox(operations::add).orElseThrow(), operations.size());
        return operations;
    }

    @Test
    void aNewStoreOwesNobodyAnything() {
        try (StoreEngine store = store()) {
            assertEquals(new SyncState(0, 0, 0, 0, 0, 0, 0), sync(store).state().orElseThrow());
            assertEquals(List.of(), outbox(sync(store)));
        }
    }

    @Test
    void onePutIsPending() {
        try (StoreEngine store = store()) {
            put(store, "settings/theme", "dark");
            assertEquals(new SyncState(1, 0, 0, 0, 0, 1, 0), sync(store).state().orElseThrow());
        }
    }

    @Test
    void everyOperationCountsAndNothingElse() {
        try (StoreEngine store = store()) {
            put(store, "a", "1");
            put(store, "a", "2");
            store.remove(Key.of("a")).orElseThrow();
            store.remove(Key.of("missing")).orElseThrow();
            store.write(new Batch().put(Key.of("b"), Value.fromString("1")).put(Key.of("c"), Value.fromString("1")))
                    .orElseThrow();
            FileState file =
                    FileState.of(FilePath.of("docs/file.txt").orElseThrow(), FileMetadata.file(128, Instant.EPOCH));
            store.appendEvent(FileEvent.created(file)).orElseThrow();

            assertEquals(5, sync(store).state().orElseThrow().outboxSize());
        }
    }

    @Test
    void theOutboxHasWhatWasWrittenInOrder() {
        try (StoreEngine store = store()) {
            put(store, "a", "1");
            put(store, "a", "2");
            store.remove(Key.of("a")).orElseThrow();

            List<SyncOperation> outbox = outbox(sync(store));

            assertEquals(
                    List.of(OperationType.PUT, OperationType.UPDATE, OperationType.DELETE),
                    outbox.stream().map(each -> each.operation().type()).toList());
            assertEquals(
                    List.of(1L, 2L, 3L),
                    outbox.stream().map(SyncOperation::sequence).toList());
            assertEquals(
                    List.of(1L, 2L, 3L),
                    outbox.stream().map(each -> each.id().counter()).toList());
            assertEquals(
                    List.of(1L, 2L, 2L),
                    outbox.stream().map(SyncOperation::version).toList());
            for (SyncOperation each : outbox) {
                assertEquals("node-a", each.id().node().value());
                assertEquals(store.identity().epoch(), each.id().epoch());
                assertEquals(SyncStatus.PENDING, each.status());
            }
            assertTrue(outbox.get(1).stamp().isAfter(outbox.get(0).stamp()));
            assertTrue(outbox.get(2).stamp().isAfter(outbox.get(1).stamp()));
        }
    }

    @Test
    void aStepWithoutPeersHasNothingToDoAndSaysSo() {
        try (StoreEngine store = store()) {
            put(store, "a", "1");

            TickResult result = sync(store).tick().orElseThrow();

            assertTrue(result.isIdle());
            assertEquals(new TickResult(0, 0, 1), result);
            assertEquals("nothing to do: no peer is known, 1 operation waits", result.summary());
            assertEquals(1, sync(store).state().orElseThrow().outboxSize());
        }
    }

    @Test
    void whatThisReleaseDoesNotHaveIsRefusedByName() {
        try (StoreEngine store = store()) {
            var transport = SyncEngine.open(store, SyncConfig.local().withTransport(true));
            assertEquals(ErrorCode.PROVIDER_MISSING, transport.error().code());
            assertTrue(transport.error().message().startsWith("no sync transport: add the jar"), transport::toString);

            var discovery = SyncEngine.open(store, SyncConfig.local().withDiscovery(true));
            assertEquals(ErrorCode.PROVIDER_MISSING, discovery.error().code());
            assertTrue(discovery.error().message().startsWith("no peer discovery: add the jar"), discovery::toString);
        }
    }

    @Test
    void theConsumersExceptionPassesThrough() {
        try (StoreEngine store = store()) {
            put(store, "a", "1");
            SyncEngine sync = sync(store);
            IllegalStateException thrown = new IllegalStateException("enough");
            assertSame(
                    thrown,
                    assertThrows(
                            IllegalStateException.class,
                            () -> sync.outbox(each -> {
                                throw thrown;
                            })));
        }
    }

    @Test
    void itEndsWithItsStore() {
        StoreEngine store = store();
        SyncEngine sync = sync(store);
        put(store, "a", "1");
        store.close();

        assertEquals(ErrorCode.INVALID_STATE, sync.state().error().code());
        assertEquals(ErrorCode.INVALID_STATE, sync.tick().error().code());
        assertEquals(ErrorCode.INVALID_STATE, sync.outbox(each -> {}).error().code());
    }

    @Test
    void summariesReadAsSentences() {
        assertEquals("nothing to do: 0 operations wait", new TickResult(1, 0, 0).summary());
        assertEquals("1 operation moved, 2 operations wait", new TickResult(1, 1, 2).summary());
        assertEquals("2 operations moved, 1 operation waits", new TickResult(1, 2, 1).summary());
    }
}
