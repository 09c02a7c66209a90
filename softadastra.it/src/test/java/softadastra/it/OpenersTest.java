package softadastra.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;

/** One log has one owner: a second opener is told who holds it, however it comes by. */
class OpenersTest {
    private static final String THIS_PROCESS =
            "process " + ProcessHandle.current().pid() + " ";

    @TempDir
    Path directory;

    private Path log() {
        return directory.resolve("node.wal");
    }

    private static StoreEngine open(Path path) {
        return StoreEngine.open(StoreConfig.durable(path)).orElseThrow();
    }

    private static void assertLocked(Path path, String holder) {
        Result<StoreEngine> second = StoreEngine.open(StoreConfig.durable(path));
        second.ifOk(StoreEngine::close);
        assertEquals(ErrorCode.LOCKED, second.error().code());
        assertTrue(second.error().message().contains(holder), second.error()::message);
    }

    /** The owner is as it was, and whoever comes after it finds all it wrote. */
    private void assertUnharmed(StoreEngine owner) {
        owner.put(Key.of("still"), Value.fromString("mine")).orElseThrow();
        owner.close();
        try (StoreEngine next = open(log())) {
            assertTrue(next.contains(Key.of("still")));
        }
    }

    @Test
    void aSecondOpenerInThisJvmIsToldWhoHoldsTheLog() {
        try (StoreEngine owner = open(log())) {
            assertLocked(log(), THIS_PROCESS);
            assertLocked(log(), THIS_PROCESS);
            assertUnharmed(owner);
        }
    }

    @Test
    void aSymbolicLinkIsNoWayAround() throws IOException {
        Path linkedParent = directory.resolve("parent");
        Path linkedLog = directory.resolve("link.wal");
        try {
            Files.createSymbolicLink(linkedParent, directory);
            Files.createSymbolicLink(linkedLog, log());
        } catch (UnsupportedOperationException | IOException e) {
            assumeTrue(false, "no symbolic links here: " + e);
        }
        try (StoreEngine owner = open(log())) {
            assertLocked(linkedParent.resolve("node.wal"), THIS_PROCESS);
            assertLocked(linkedLog, THIS_PROCESS);
            assertUnharmed(owner);
        }
        try (StoreEngine owner = open(linkedLog)) {
            assertLocked(log(), THIS_PROCESS);
            assertUnharmed(owner);
        }
    }

    /** Each class loader has statics of its own, and the operating system's lock is held by the process as a whole. */
    @Test
    void anotherClassLoaderIsNoWayAround() throws Exception {
        Class<?> fileProvider = WalProviders.available().orElseThrow().stream()
                .filter(provider -> provider.name().equals("file"))
                .findFirst()
                .orElseThrow()
                .getClass();
        URL[] jars = {place(Result.class), place(WalProvider.class), place(fileProvider), place(StoreEngine.class)};
        try (URLClassLoader loader = new URLClassLoader(jars, ClassLoader.getPlatformClassLoader())) {
            try (StoreEngine owner = open(log())) {
                String refused = openIn(loader).toString();
                assertTrue(refused.contains("LOCKED") && refused.contains(THIS_PROCESS), refused);
                assertLocked(log(), THIS_PROCESS);
                try (ChildJvm child = child()) {
                    assertTrue(child.line().orElseThrow().startsWith("LOCKED "), "the process has lost its lock");
                }
                assertUnharmed(owner);
            }
            Object opened = openIn(loader);
            try (AutoCloseable owner = (AutoCloseable) call(loader, "softadastra.core.Result", "value", opened)) {
                assertEquals("StoreEngine", owner.getClass().getSimpleName());
                assertLocked(log(), THIS_PROCESS);
            }
            open(log()).close();
        }
    }

    private Object openIn(ClassLoader loader) throws ReflectiveOperationException {
        Class<?> config = loader.loadClass("softadastra.store.StoreConfig");
        Object durable = config.getMethod("durable", String.class).invoke(null, log().toString());
        return loader.loadClass("softadastra.store.StoreEngine")
                .getMethod("open", config)
                .invoke(null, durable);
    }

    private static Object call(ClassLoader loader, String type, String method, Object target)
            throws ReflectiveOperationException {
        return loader.loadClass(type).getMethod(method).invoke(target);
    }

    private static URL place(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    @Test
    void anotherProcessIsToldWhoHoldsTheLog() {
        try (StoreEngine owner = open(log())) {
            for (int i = 0; i < 2; i++) {
                try (ChildJvm child = child()) {
                    String refused = child.line().orElseThrow();
                    assertTrue(refused.startsWith("LOCKED ") && refused.contains(THIS_PROCESS), refused);
                }
            }
            assertUnharmed(owner);
        }
    }

    @Test
    void aLogThatAnotherProcessHoldsIsLockedUntilItEnds() {
        try (ChildJvm child = child()) {
            assertEquals(Optional.of("open at sequence 0"), child.line());
            assertLocked(log(), "process " + child.pid() + " ");
            assertEquals(0, child.toEnd().exit());
        }
        open(log()).close();
    }

    @Test
    void aKilledProcessHoldsNoLog() {
        try (ChildJvm child = child()) {
            assertEquals(Optional.of("open at sequence 0"), child.line());
            assertLocked(log(), "process " + child.pid() + " ");
            child.kill();
            child.toEnd();
        }
        open(log()).close();
    }

    private ChildJvm child() {
        return ChildJvm.ofTests(List.of("-XX:TieredStopAtLevel=1"), OpenerChild.class, log().toString());
    }
}
