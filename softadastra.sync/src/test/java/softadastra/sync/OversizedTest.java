package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;

/** A node whose log takes less at once than those of others, who therefore do not have to wait. */
@Timeout(60)
class OversizedTest {

    private static final int MOST = 2_000;

    private final InMemoryNetwork network = new InMemoryNetwork(7);

    private static StoreEngine open(String id, WalProvider provider) {
        return StoreEngine.open(StoreConfig.of(WalConfig.memory().withNodeId(id).withProvider(provider)))
                .orElseThrow();
    }

    private SyncEngine sync(String id, StoreEngine store) {
        return SyncEngine.open(
                        store, SyncConfig.local(), network.connect(NodeId.of(id).orElseThrow()))
                .orElseThrow();
    }

    private static WalProvider memory() {
        return WalProviders.available().value().stream()
                .filter(each -> each.name().equals("memory"))
                .findFirst()
                .orElseThrow();
    }

    /** The provider in memory, whose logs refuse batches that are large. */
    private static WalProvider small() {
        WalProvider real = memory();
        return proxy(WalProvider.class, (proxy, method, args) -> {
            Object answer = call(() -> method.invoke(real, args));
            return method.getName().equals("open") ? ((Result<?>) answer).map(log -> small((WalLog) log)) : answer;
        });
    }

    private static WalLog small(WalLog real) {
        return proxy(WalLog.class, (proxy, method, args) -> {
            if (method.getName().equals("submit") && ((WalBatch) args[0]).bytes() > MOST) {
                throw new SoftadastraException(ErrorCode.RECORD_TOO_LARGE, "too much for a small log");
            }
            return call(() -> method.invoke(real, args));
        });
    }

    private interface Call {
        Object invoke() throws ReflectiveOperationException;
    }

    private static Object call(Call call) throws Throwable {
        try {
            return call.invoke();
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static void put(StoreEngine store, String key, int bytes) {
        store.put(Key.of(key), Value.of(new byte[bytes])).orElseThrow();
    }

    private static int length(StoreEngine store, String key) {
        return store.get(Key.of(key)).map(entry -> entry.value().length()).orElse(-1);
    }

    private static void tick(SyncEngine... nodes) {
        for (int i = 1; i <= 30; i++) {
            for (SyncEngine node : nodes) {
                node.tick(i * 1_000_000_000L).orElseThrow();
            }
        }
    }

    private static List<Optional<Integer>> lost(SyncEngine sync) {
        return sync.conflicts().orElseThrow().stream()
                .map(conflict -> conflict.lost().map(Value::length))
                .toList();
    }

    @Test
    void whatIsReportedGoesBeforeWhatItIsAboutIfBothAreTooMuch() {
        try (StoreEngine a = open("a", memory());
                StoreEngine b = open("b", small());
                SyncEngine syncA = sync("a", a);
                SyncEngine syncB = sync("b", b)) {
            tick(syncA, syncB);
            put(b, "k", 1_400);
            put(a, "k", 1_500);
            put(a, "behind", 1);
            tick(syncA, syncB);
            assertEquals(1, length(b, "behind"));
            assertEquals(length(a, "k"), length(b, "k"));
            assertEquals(lost(syncA), lost(syncB));
            assertEquals(1, lost(syncB).size());
            assertEquals(List.of(), syncA.failed().orElseThrow());
        }
    }

    @Test
    void whatIsTooMuchByItselfIsHeldAndItsWriterKnows() {
        try (StoreEngine a = open("a", memory());
                StoreEngine b = open("b", small());
                SyncEngine syncA = sync("a", a);
                SyncEngine syncB = sync("b", b)) {
            tick(syncA, syncB);
            put(a, "k", 5_000);
            put(a, "behind", 1);
            tick(syncA, syncB);
            assertEquals(-1, length(b, "k"));
            assertEquals(1, length(b, "behind"));
            assertEquals(
                    RejectionCode.TOO_LARGE, syncA.failed().orElseThrow().get(0).code());
            assertEquals(1, syncA.state().orElseThrow().outboxSize());
            put(b, "l", 1);
            put(a, "k", 1);
            tick(syncA, syncB);
            assertEquals(1, length(a, "l"));
            assertEquals(1, length(b, "k"));
            assertEquals(a.context(), b.context());
        }
    }

    @Test
    void soIsWhatComesBySnapshot() {
        try (StoreEngine a = open("a", memory());
                StoreEngine b = open("b", small())) {
            put(a, "j", 1);
            put(a, "k", 5_000);
            put(a, "l", 1);
            put(a, "m", 1_400);
            put(b, "m", 1_500);
            a.checkpoint().orElseThrow();
            try (SyncEngine syncA = sync("a", a);
                    SyncEngine syncB = sync("b", b)) {
                tick(syncA, syncB);
                assertEquals(-1, length(b, "k"));
                assertEquals(2, length(b, "j") + length(b, "l"));
                assertEquals(length(a, "m"), length(b, "m"));
                assertEquals(1, lost(syncB).size());
                assertEquals("k", syncA.failed().orElseThrow().get(0).key().asString());
                assertEquals(a.context(), b.context());
            }
        }
    }
}
