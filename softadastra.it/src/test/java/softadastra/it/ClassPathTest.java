package softadastra.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;

/** Users without modules: providers are found through {@code META-INF/services}. */
@Tag("class-path")
class ClassPathTest {

    @TempDir
    Path directory;

    @Test
    void nothingHereIsInANamedModule() {
        assertFalse(StoreEngine.class.getModule().isNamed());
        assertFalse(getClass().getModule().isNamed());
    }

    @Test
    void eachProviderIsFoundOnce() {
        List<WalProvider> providers = WalProviders.available().orElseThrow();
        assertEquals(
                List.of("file", "memory"),
                providers.stream().map(WalProvider::name).sorted().toList());
        for (WalProvider provider : providers) {
            assertTrue(WalProviders.origin(provider).contains("(class path, file:"), WalProviders.origin(provider));
        }
    }

    @Test
    void aStoreInMemoryForgets() {
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            store.put(Key.of("session:1"), Value.fromString("temporary-value")).orElseThrow();
            assertEquals(1, store.size());
        }
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            assertTrue(store.isEmpty());
        }
    }

    @Test
    void aDurableStoreKeeps() {
        StoreConfig config = StoreConfig.durable(directory.resolve("node.wal"));
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            store.put(Key.of("user:1"), Value.fromString("Gaspard")).orElseThrow();
        }
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            assertEquals(
                    "Gaspard", store.get(Key.of("user:1")).orElseThrow().value().asString());
        }
    }
}
