package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalConfig;

/** Whoever only reads a log counts what its owner does. */
class SyncLogTest {

    private static final NodeId A = NodeId.of("node-a").orElseThrow();
    private static final NodeId B = NodeId.of("node-b").orElseThrow();

    @TempDir
    Path directory;

    private static void put(StoreEngine store, String key) {
        store.put(Key.of(key), Value.fromString("value")).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theOutboxIsThatOfTheOwner(boolean checkpoint) {
        InMemoryNetwork network = new InMemoryNetwork(5);
        WalConfig log = WalConfig.durable(directory.resolve("a.wal")).withNodeId(A.value());
        SyncConfig picky = SyncConfig.local()
                .withAdmission((node, operation) ->
                        operation.key().asString().startsWith("no/") ? Optional.of("not here") : Optional.empty());
        SyncState owners;
        try (StoreEngine a = StoreEngine.open(StoreConfig.of(log)).orElseThrow();
                StoreEngine b = StoreEngine.open(StoreConfig.memoryOnly().withNodeId(B.value()))
                        .orElseThrow()) {
            put(a, "before");
            assertEquals(new SyncState(1, 0, 0, 0, 0, 1, 0), read(log));
            try (SyncEngine there =
                            SyncEngine.open(b, picky, network.connect(B)).orElseThrow();
                    SyncEngine here = SyncEngine.open(a, SyncConfig.local(), network.connect(A))
                            .orElseThrow()) {
                put(a, "yes/1");
                put(a, "no/1");
                put(b, "theirs");
                for (int i = 0; i < 20; i++) {
                    here.tick().orElseThrow();
                    there.tick().orElseThrow();
                }
            }
            put(a, "later");
            if (checkpoint) {
                a.checkpoint().orElseThrow();
            }
        }
        try (StoreEngine a = StoreEngine.open(StoreConfig.of(log)).orElseThrow();
                SyncEngine here = SyncEngine.open(a, SyncConfig.local()).orElseThrow()) {
            owners = here.state().orElseThrow();
        }
        assertEquals(new SyncState(2, 0, 0, 2, 1, 1, 0), owners);
        assertEquals(owners, read(log));
    }

    private static SyncState read(WalConfig log) {
        try (SyncLog read = SyncLog.read(log).orElseThrow()) {
            assertTrue(read.snapshot().size() > 0);
            return read.state().orElseThrow();
        }
    }

    @Test
    void whatIsNoLogIsAnError() {
        assertEquals(
                ErrorCode.NOT_FOUND,
                SyncLog.read(WalConfig.durable(directory.resolve("none")))
                        .error()
                        .code());
    }
}
