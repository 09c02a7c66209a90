package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;

/**
 * The disk runs full in the middle of a batch and of a checkpoint: readers go on, writers are told, and once there is room the
 * work goes on by itself, with nothing lost that was acknowledged.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StoreFullDiskTest {

    private static final int VALUE_BYTES = 10_000;

    @TempDir
    Path home;

    private final Map<Key, Value> acknowledged = new TreeMap<>();
    private long values;
    private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

    static Stream<Arguments> disks() {
        return Stream.of(SmallDisk.Kind.values())
                .flatMap(kind -> Stream.of(Arguments.of(kind, true), Arguments.of(kind, false)));
    }

    private StoreEngine open(SmallDisk disk, boolean autoFlush, CheckpointPolicy checkpoints) {
        StoreConfig config = StoreConfig.durable(disk.path().resolve("node.wal"))
                .withAutoFlush(autoFlush)
                .withCheckpoints(checkpoints);
        Wal wal = Wal.open(config.wal()).orElseThrow();
        return Opening.run(config, wal)
                .map(opening -> new StoreEngine(config, new HeldLog(wal, true), opening, warnings::add))
                .orElseThrow();
    }

    /** A value that no other is like. */
    private Value newValue() {
        byte[] bytes = new byte[VALUE_BYTES];
        Arrays.fill(bytes, (byte) ++values);
        ByteBuffer.wrap(bytes).putLong(values);
        return Value.of(bytes);
    }

    /** Puts values of some keys as one; they are kept in mind if that is acknowledged. */
    private Result<BatchResult> put(StoreEngine store, int from, int count) {
        Map<Key, Value> values = new TreeMap<>();
        Batch batch = new Batch();
        for (int i = from; i < from + count; i++) {
            Key key = Key.of("key:" + i);
            Value value = newValue();
            values.put(key, value);
            batch.put(key, value);
        }
        Result<BatchResult> written = store.write(batch);
        if (written.isOk()) {
            acknowledged.putAll(values);
        }
        return written;
    }

    private void remove(StoreEngine store, int i) {
        assertTrue(store.remove(Key.of("key:" + i)).orElseThrow().deleted());
        acknowledged.remove(Key.of("key:" + i));
    }

    private static void assertNoSpace(SoftadastraError error) {
        assertEquals(ErrorCode.NO_SPACE, error.code(), error::toString);
        assertTrue(error.message().endsWith("no space left on device"), error::toString);
    }

    private void assertReads(StoreEngine store) {
        Map<Key, Value> found = new TreeMap<>();
        store.entries().forEach(entry -> found.put(entry.key(), entry.value()));
        assertEquals(acknowledged.keySet(), found.keySet());
        assertEquals(acknowledged, found);
        acknowledged.forEach(
                (key, value) -> assertEquals(value, store.get(key).orElseThrow().value()));
    }

    /** Overwrites and adds until there is no room; how many batches that took. */
    private int fill(StoreEngine store, int keys) {
        for (int i = 0; ; i++) {
            Result<BatchResult> written = put(store, i * 5 % keys, 5);
            if (written.isErr()) {
                assertNoSpace(written.error());
                return i;
            }
        }
    }

    private void assertReopens(SmallDisk disk, boolean autoFlush) {
        try (StoreEngine store = open(disk, autoFlush, CheckpointPolicy.manual())) {
            assertReads(store);
            store.awaitLoaded().orElseThrow();
            assertReads(store);
        }
    }

    @ParameterizedTest
    @MethodSource("disks")
    void aBatchThatFindsNoRoomIsRefusedAsAWhole(SmallDisk.Kind kind, boolean autoFlush) throws IOException {
        try (SmallDisk disk = new SmallDisk(kind, home, 16)) {
            disk.takeAllBut(10);
            try (StoreEngine store = open(disk, autoFlush, CheckpointPolicy.manual())) {
                int batches = fill(store, Integer.MAX_VALUE);
                assertReads(store);
                for (int i = 0; i < 20; i++) {
                    assertNoSpace(put(store, 1_000_000, 5).error());
                }
                for (int i = 0; i < batches; i++) {
                    remove(store, 5 * i);
                }
                assertReads(store);
                disk.giveBack();
                for (int i = 0; i < 40; i++) {
                    put(store, 2_000_000 + 5 * i, 5).orElseThrow();
                }
                assertReads(store);
            }
            assertReopens(disk, autoFlush);
        }
        assertEquals(List.of(), warnings);
    }

    @ParameterizedTest
    @MethodSource("disks")
    void aCheckpointThatFindsNoRoomFailsAndAllElseGoesOn(SmallDisk.Kind kind, boolean autoFlush) throws IOException {
        try (SmallDisk disk = new SmallDisk(kind, home, 28)) {
            disk.takeAllBut(10);
            try (StoreEngine store = open(disk, autoFlush, CheckpointPolicy.manual())) {
                int batches = fill(store, Integer.MAX_VALUE);
                assertNoSpace(store.checkpoint().error());
                assertReads(store);
                assertNoSpace(put(store, 1_000_000, 5).error());
                for (int i = 0; i < batches; i += 10) {
                    remove(store, 5 * i);
                }
                assertNoSpace(store.checkpoint().error());
                disk.giveBack();
                put(store, 2_000_000, 5).orElseThrow();
                assertEquals(store.size(), store.checkpoint().orElseThrow().entries());
                put(store, 3_000_000, 5).orElseThrow();
                assertReads(store);
            }
            assertReopens(disk, autoFlush);
        }
        assertEquals(List.of(), warnings);
    }

    /** The disk has no room for what a checkpoint takes, until somebody gives some back. */
    @ParameterizedTest
    @MethodSource("disks")
    void automaticCheckpointsComeBackWithTheRoom(SmallDisk.Kind kind, boolean autoFlush) throws IOException {
        try (SmallDisk disk = new SmallDisk(kind, home, 128)) {
            CheckpointPolicy policy = CheckpointPolicy.whenGrown().withMinimumBytes(1 << 20);
            StoreEngine store = open(disk, autoFlush, policy);
            try {
                for (int i = 0; i < 300; i += 5) {
                    put(store, i, 5).orElseThrow();
                }
                // Less than what is live.
                disk.takeAllBut(2);
                fill(store, 100);
                assertReads(store);
                while (warnings.isEmpty()) {
                    Thread.onSpinWait();
                }
                assertTrue(warnings.get(0).contains("no space left on device"), warnings::toString);
                disk.giveBack();
                // Less than there is room for: whoever is faster than checkpoints could fill the disk again.
                if (!overwrite(store, 1_200, 300)) {
                    store = reopened(store, disk, autoFlush, policy);
                    assertTrue(overwrite(store, 1_200, 300));
                }
                assertReads(store);
                while (store.stats().wal().checkpointSequence() == 0) {
                    Thread.onSpinWait();
                }
            } finally {
                store.close();
            }
            assertReopens(disk, autoFlush);
        }
    }

    /**
     * Overwrites some keys in batches; one that finds no room is tried until there is some.
     *
     * @return false if the log has failed
     */
    private boolean overwrite(StoreEngine store, int batches, int keys) {
        for (int i = 0; i < batches; i++) {
            Result<BatchResult> written = put(store, i * 5 % keys, 5);
            while (written.isErr()) {
                assertNoSpace(written.error());
                if (written.error().context().contains("open it again")) {
                    return false;
                }
                Thread.onSpinWait();
                written = put(store, i * 5 % keys, 5);
            }
        }
        return true;
    }

    /**
     * A store again whose log has failed. That is what the log does with what it has accepted without automatic flush, and then
     * finds no room for; what was acknowledged since the last flush may be lost.
     */
    private StoreEngine reopened(StoreEngine failed, SmallDisk disk, boolean autoFlush, CheckpointPolicy policy) {
        assertFalse(autoFlush, "with automatic flush nothing is accepted that there is no room for");
        assertThrows(SoftadastraException.class, failed::close);
        StoreEngine store = open(disk, autoFlush, policy);
        acknowledged.clear();
        store.entries().forEach(entry -> acknowledged.put(entry.key(), entry.value()));
        return store;
    }

    /** The policy would let the log grow larger than the disk is. */
    @ParameterizedTest
    @MethodSource("disks")
    void aLogThatFillsTheDiskIsCheckpointedBeforeItsTime(SmallDisk.Kind kind, boolean autoFlush) throws IOException {
        try (SmallDisk disk = new SmallDisk(kind, home, 12)) {
            StoreEngine store = open(disk, autoFlush, CheckpointPolicy.whenGrown());
            try {
                if (!overwrite(store, 400, 20)) {
                    store = reopened(store, disk, autoFlush, CheckpointPolicy.whenGrown());
                    assertTrue(overwrite(store, 400, 20));
                }
                assertReads(store);
            } finally {
                store.close();
            }
            assertReopens(disk, autoFlush);
        }
    }
}
