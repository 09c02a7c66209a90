package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Standing;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;

/** A node whose log takes less at once than those of others, who therefore do not have to wait. */
@Timeout(300)
class OversizedTest {

    private static final int MOST = 2_000;

    @TempDir
    Path directory;

    private final InMemoryNetwork network = new InMemoryNetwork(7);

    private static StoreEngine open(String id, WalProvider provider) {
        return StoreEngine.open(StoreConfig.of(WalConfig.memory().withNodeId(id).withProvider(provider)))
                .orElseThrow();
    }

    private SyncEngine sync(String id, StoreEngine store) {
        return sync(id, store, SyncConfig.local(), network);
    }

    private static SyncEngine sync(String id, StoreEngine store, SyncConfig config, InMemoryNetwork network) {
        return SyncEngine.open(store, config, network.connect(NodeId.of(id).orElseThrow()))
                .orElseThrow();
    }

    private static WalProvider memory() {
        return SubmittedTo.provider("memory");
    }

    /** A provider whose logs refuse batches that are large. */
    private static WalProvider small(String name) {
        return SubmittedTo.of(name, batch -> {
            if (batch.bytes() > MOST) {
                throw new SoftadastraException(ErrorCode.RECORD_TOO_LARGE, "too much for a small log");
            }
        });
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
                StoreEngine b = open("b", small("memory"));
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
                StoreEngine b = open("b", small("memory"));
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
    void whatIsNotTakenAfterAllReplacesNothing() {
        try (StoreEngine a = open("a", memory());
                SyncEngine syncA = sync("a", a)) {
            WalConfig log = WalConfig.durable(directory.resolve("b.wal")).withNodeId("b");
            try (StoreEngine b = StoreEngine.open(StoreConfig.of(log.withProvider(small("file"))))
                            .orElseThrow();
                    SyncEngine syncB = sync("b", b)) {
                tick(syncA, syncB);
                put(b, "k", 1_400);
                put(a, "k", 2_100);
                put(a, "behind", 1);
                tick(syncA, syncB);
                assertEquals(1, length(b, "behind"));
                assertEquals(1_400, length(b, "k"));
                assertEquals(1, syncA.failed().orElseThrow().size());
                assertEquals(List.of(), lost(syncB));
            }
            try (StoreEngine b = StoreEngine.open(StoreConfig.of(log)).orElseThrow();
                    SyncEngine syncB = sync("b", b)) {
                assertEquals(List.of(), lost(syncB), "nor does the log say so");
            }
        }
    }

    @Test
    void whatStandsBesideEachOtherAndIsTooMuchTogetherIsTakenOneByOne() {
        SyncConfig manual = SyncConfig.local().withPolicy("", ConflictPolicy.MANUAL);
        SyncConfig longest = SyncConfig.local()
                .withPolicy(
                        "",
                        ConflictPolicy.merging(
                                (key, values) -> values.stream().max(Comparator.comparingInt(Value::length))));
        for (SyncConfig config : List.of(manual, longest)) {
            InMemoryNetwork near = new InMemoryNetwork(7);
            try (StoreEngine a = open("a", memory());
                    StoreEngine b = open("b", small("memory"))) {
                try (StoreEngine c = open("c", memory());
                        StoreEngine d = open("d", memory());
                        SyncEngine syncA = sync("a", a, config, near);
                        SyncEngine syncC = sync("c", c, config, near);
                        SyncEngine syncD = sync("d", d, config, near)) {
                    put(a, "k", 900);
                    put(c, "k", 901);
                    put(d, "k", 902);
                    put(a, "behind", 1);
                    tick(syncA, syncC, syncD);
                    put(d, "large", 1);
                    put(c, "large", 3_000);
                    tick(syncA, syncC, syncD);
                    assertEquals(3, syncA.standing(Key.of("k")).orElseThrow().size());
                }
                a.checkpoint().orElseThrow();
                try (SyncEngine syncA = sync("a", a, config, near);
                        SyncEngine syncB = sync("b", b, config, near)) {
                    tick(syncA, syncB);
                    assertEquals(1, length(b, "behind"));
                    assertEquals(length(a, "k"), length(b, "k"));
                    assertEquals(ids(syncA, "k"), ids(syncB, "k"));
                    assertEquals(1, length(b, "large"), "one that is too large keeps no other one away");
                    assertEquals(a.context(), b.context());
                }
            }
        }
    }

    private static Set<OperationId> ids(SyncEngine sync, String key) {
        return sync.standing(Key.of(key)).orElseThrow().stream()
                .map(Standing::id)
                .collect(Collectors.toSet());
    }

    @Test
    void soIsWhatComesBySnapshot() {
        try (StoreEngine a = open("a", memory());
                StoreEngine b = open("b", small("memory"))) {
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
