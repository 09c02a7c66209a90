package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalReader;

/** A backup is the store at one moment, whole, and a store is made of it that goes on in an epoch of its own. */
class StoreBackupTest {

    private static final long SEED = Long.getLong("softadastra.seed", 20261121L);

    @TempDir
    Path directory;

    private Path at(String name) {
        return directory.resolve(name);
    }

    private StoreConfig config(String name) {
        return StoreConfig.durable(at(name)).withAutoFlush(false).withCheckpoints(CheckpointPolicy.manual());
    }

    private StoreEngine open(String name) {
        return StoreEngine.open(config(name)).orElseThrow();
    }

    private static void fill(StoreEngine store, Random random, int operations) {
        for (int i = 0; i < operations; i++) {
            Key key = Key.of("key:" + random.nextInt(500));
            if (random.nextInt(4) == 0) {
                store.remove(key).orElseThrow();
            } else {
                byte[] value = new byte[random.nextInt(300)];
                random.nextBytes(value);
                store.put(key, Value.of(value)).orElseThrow();
            }
        }
    }

    /** What the store holds, all that a copy keeps. */
    private record Contents(List<Entry> entries, Map<Origin, Long> counters, long liveBytes) {
        static Contents of(StoreEngine store) {
            return new Contents(
                    store.entries().toList(),
                    Map.copyOf(store.context().counters()),
                    store.stats().liveBytes());
        }
    }

    private static ErrorCode failure(Result<?> result) {
        return result.error().code();
    }

    @Test
    void whatIsRestoredIsTheStoreThatWasBackedUp() {
        Contents then;
        StoreBackup backup;
        try (StoreEngine store =
                StoreEngine.open(config("a").withNodeId("laptop")).orElseThrow()) {
            fill(store, new Random(SEED), 3_000);
            then = Contents.of(store);
            backup = store.backup(at("backup")).orElseThrow();
            assertEquals(store.stats().lastSequence(), backup.sequence());
            assertEquals(then.entries().size(), backup.entries());
            assertEquals(at("backup").toString(), backup.location());
            fill(store, new Random(SEED + 1), 100);
            assertNotEquals(then, Contents.of(store));
        }
        Snapshot inBackup = SnapshotBuilderStore.build(at("backup")).orElseThrow();
        assertEquals(then.entries(), inBackup.all());
        assertEquals(backup.sequence(), inBackup.lastSequence());

        StoreBackup restored = StoreBackup.restore(at("backup"), config("b")).orElseThrow();
        assertEquals(backup.sequence(), restored.sequence());
        assertEquals(backup.entries(), restored.entries());
        try (StoreEngine store = open("b")) {
            assertEquals(then, Contents.of(store));
            assertEquals("laptop", store.identity().node().value());
            assertNotEquals(backup.identity().epoch(), store.identity().epoch());
            assertNotEquals(backup.identity().logId(), store.identity().logId());
            PutResult put = store.put(Key.of("new"), Value.fromString("1")).orElseThrow();
            assertEquals(new PutResult(true, false, 1, backup.sequence() + 1), put);
            // Its own operations begin anew, in their own epoch.
            assertEquals(
                    1L,
                    store.context()
                            .counters()
                            .get(new Origin(
                                    store.identity().node(), store.identity().epoch())));
        }
        assertClean("b");
        assertClean("backup");
        assertEquals(
                then.entries(),
                SnapshotBuilderStore.build(at("backup")).orElseThrow().all());
    }

    private void assertClean(String name) {
        WalInspector.Verification verification = WalInspector.open(at(name))
                .orElseThrow()
                .verify(WalProgress.NONE)
                .orElseThrow();
        assertEquals(List.of(), verification.findings());
    }

    @Test
    void anEmptyStoreIsBackedUpAndRestored() {
        try (StoreEngine store = open("a")) {
            assertEquals(0, store.backup(at("backup")).orElseThrow().entries());
        }
        assertEquals(
                0, StoreBackup.restore(at("backup"), config("b")).orElseThrow().sequence());
        try (StoreEngine store = open("b")) {
            assertTrue(store.isEmpty());
            assertEquals(
                    1,
                    store.put(Key.of("k"), Value.fromString("v")).orElseThrow().sequence());
        }
    }

    /** Batches that others write meanwhile are in it whole or not at all, and it is what the log says up to its sequence. */
    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void aBackupBesideWritersIsAPrefixOfTheLog() throws InterruptedException {
        try (StoreEngine store = StoreEngine.open(
                        StoreConfig.durable(at("a")).withAutoFlush(false).withCheckpoints(CheckpointPolicy.manual()))
                .orElseThrow()) {
            fill(store, new Random(SEED), 2_000);
            AtomicBoolean stop = new AtomicBoolean();
            Thread writer = new Thread(() -> {
                for (int i = 0; !stop.get(); i++) {
                    Batch batch = new Batch();
                    for (int key = 0; key < 5; key++) {
                        batch.put(Key.of("batch:" + key), Value.fromString("round " + i));
                    }
                    batch.remove(Key.of("key:" + i % 500)).put(Key.of("new:" + i), Value.fromString("v"));
                    store.write(batch).orElseThrow();
                }
            });
            writer.start();
            List<StoreBackup> backups = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                long before = store.stats().appliedSequence();
                backups.add(store.backup(at("backup" + i)).orElseThrow());
                assertTrue(backups.get(i).sequence() >= before, "what was acknowledged before is in it");
            }
            stop.set(true);
            writer.join();
            for (int i = 0; i < 4; i++) {
                StoreBackup.restore(at("backup" + i), config("restored" + i)).orElseThrow();
                try (StoreEngine restored = open("restored" + i)) {
                    List<Entry> entries = restored.entries().toList();
                    assertEquals(replayed(store, backups.get(i).sequence()), entries);
                    assertEquals(backups.get(i).entries(), entries.size());
                    assertTrue(
                            restored.entries("batch:")
                                            .map(Entry::value)
                                            .distinct()
                                            .count()
                                    <= 1,
                            "batches are whole");
                }
            }
        }
    }

    /** The entries that the operations of a log come to, up to a sequence. */
    private static List<Entry> replayed(StoreEngine store, long through) {
        Map<Key, Entry> state = new TreeMap<>();
        store.operations(1, (sequence, record) -> {
                    if (sequence > through) {
                        return false;
                    }
                    Operation operation = record.operation();
                    operation
                            .value()
                            .ifPresentOrElse(
                                    value -> state.put(
                                            operation.key(),
                                            new Entry(
                                                    operation.key(),
                                                    value,
                                                    record.version(),
                                                    sequence,
                                                    record.stamp())),
                                    () -> state.remove(operation.key()));
                    return true;
                })
                .orElseThrow();
        return List.copyOf(state.values());
    }

    /** By whatever way it is got to. */
    @Test
    void aBackupIntoTheLogItselfIsRefused() throws IOException {
        try (StoreEngine store = open("a")) {
            store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
            try {
                Files.createSymbolicLink(at("link"), at("a"));
            } catch (UnsupportedOperationException | IOException e) {
                assumeTrue(false, "no symbolic links here: " + e);
            }
            Map<Path, String> before = files();
            SoftadastraError error = store.backup(at("link").resolve("inside")).error();
            assertEquals(ErrorCode.INVALID_ARGUMENT, error.code(), error::message);
            assertTrue(error.message().contains("it is in the log"), error::message);
            assertEquals(before, files());
        }
    }

    @Test
    void nothingIsWrittenOver() throws IOException {
        try (StoreEngine store = open("a")) {
            store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
            Files.writeString(Files.createDirectory(at("full")).resolve("file"), "mine");
            Files.writeString(at("file"), "mine");
            for (Path taken : List.of(at("full"), at("file"), at("a"), at("a").resolve("inside"))) {
                Map<Path, String> before = files();
                SoftadastraError error = store.backup(taken).error();
                assertEquals(ErrorCode.INVALID_ARGUMENT, error.code(), error::message);
                assertTrue(error.message().contains(taken.toString()), error::message);
                assertEquals(before, files(), taken.toString());
            }
            assertEquals(
                    ErrorCode.DIRECTORY_MISSING, failure(store.backup(at("none").resolve("backup"))));
            assertEquals(ErrorCode.INVALID_ARGUMENT, failure(store.backup(WalConfig.memory())));
            Files.createDirectory(at("empty"));
            store.backup(at("empty")).orElseThrow();
            assertEquals(ErrorCode.INVALID_ARGUMENT, failure(store.backup(at("empty"))));
        }
        Map<Path, String> before = files();
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(StoreBackup.restore(at("empty"), config("a"))));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(StoreBackup.restore(at("empty"), config("full"))));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(StoreBackup.restore(at("empty"), config("empty/in"))));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(StoreBackup.restore(at("empty"), StoreConfig.memoryOnly())));
        assertEquals(ErrorCode.NOT_FOUND, failure(StoreBackup.restore(at("full"), config("b"))));
        assertEquals(ErrorCode.NOT_FOUND, failure(StoreBackup.restore(at("none"), config("b"))));
        assertEquals(ErrorCode.DIRECTORY_MISSING, failure(StoreBackup.restore(at("empty"), config("none/b"))));
        assertEquals(before, files());
    }

    /** All files, and what is in them but for the store's own. */
    private Map<Path, String> files() throws IOException {
        Map<Path, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.toList()) {
                boolean compared = Files.isRegularFile(path) && !path.startsWith(at("a"));
                files.put(path, compared ? Files.readString(path, StandardCharsets.ISO_8859_1) : "");
            }
        }
        return files;
    }

    @Test
    void theNodeIsTheSame() {
        try (StoreEngine store =
                        StoreEngine.open(config("named").withNodeId("a")).orElseThrow();
                StoreEngine provisional = open("provisional")) {
            store.backup(at("of-named")).orElseThrow();
            provisional.backup(at("of-provisional")).orElseThrow();
        }
        assertEquals(
                ErrorCode.WRONG_NODE,
                failure(StoreBackup.restore(at("of-named"), config("b").withNodeId("other"))));
        assertFalse(Files.exists(at("b")));
        StoreBackup.restore(at("of-named"), config("b").withNodeId("a")).orElseThrow();
        StoreBackup still =
                StoreBackup.restore(at("of-provisional"), config("c")).orElseThrow();
        assertTrue(still.identity().provisional());
        StoreBackup named = StoreBackup.restore(
                        at("of-provisional"), config("d").withNodeId("d"))
                .orElseThrow();
        assertEquals("d", named.identity().node().value());
        assertFalse(named.identity().provisional());
    }

    @Test
    void aStoreInMemoryIsBackedUpToTheDisk() {
        List<Entry> then;
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            fill(store, new Random(SEED), 500);
            then = store.entries().toList();
            store.backup(at("backup")).orElseThrow();
        }
        assertEquals(
                then, SnapshotBuilderStore.build(at("backup")).orElseThrow().all());
    }

    @Test
    void aStoreThatIsStillBeingLoadedIsBackedUp() {
        List<Entry> then;
        try (StoreEngine store = open("a")) {
            fill(store, new Random(SEED), 5_000);
            store.checkpoint().orElseThrow();
            fill(store, new Random(SEED + 1), 500);
            then = store.entries().toList();
        }
        try (StoreEngine store = open("a")) {
            store.backup(at("backup")).orElseThrow();
        }
        assertEquals(
                then, SnapshotBuilderStore.build(at("backup")).orElseThrow().all());
    }

    /** Whatever log holds a store can be restored: one without a checkpoint, and one with records behind it. */
    @Test
    void anyLogOfAStoreIsRestored() {
        Contents then;
        for (boolean checkpoint : new boolean[] {false, true}) {
            try (StoreEngine store = open("a" + checkpoint)) {
                fill(store, new Random(SEED), 2_000);
                if (checkpoint) {
                    store.checkpoint().orElseThrow();
                    fill(store, new Random(SEED + 1), 300);
                }
                then = Contents.of(store);
                // Beside its owner too, in this very process, as far as is durable.
                store.flush().orElseThrow();
                StoreBackup backup = StoreBackup.write(
                                WalConfig.durable(at("a" + checkpoint)), at("w" + checkpoint), WalProgress.NONE)
                        .orElseThrow();
                assertEquals(store.stats().lastSequence(), backup.sequence());
            }
            StoreBackup.restore(at("a" + checkpoint), config("b" + checkpoint)).orElseThrow();
            StoreBackup.restore(at("w" + checkpoint), config("c" + checkpoint)).orElseThrow();
            for (String restored : List.of("b", "c")) {
                try (StoreEngine store = open(restored + checkpoint)) {
                    Contents found = Contents.of(store);
                    assertEquals(then.counters(), found.counters(), restored);
                    assertEquals(then.liveBytes(), found.liveBytes(), restored);
                    assertEquals(then.entries(), found.entries(), restored);
                    store.put(Key.of("new"), Value.fromString("v")).orElseThrow();
                }
            }
        }
    }

    @Test
    void recordsThatTheStoreDoesNotKnowAreInIt() {
        try (Wal wal = Wal.open(at("a")).orElseThrow();
                StoreEngine store = StoreEngine.open(config("a"), wal).orElseThrow()) {
            wal.writer().append(77, new byte[] {1}).orElseThrow();
            store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
            store.checkpoint().orElseThrow();
            wal.writer().append(78, new byte[] {2}).orElseThrow();
            assertEquals(3, store.backup(at("backup")).orElseThrow().sequence());
            StoreBackup.write(WalConfig.durable(at("a")), at("written"), WalProgress.NONE)
                    .orElseThrow();
        }
        StoreBackup.restore(at("backup"), config("b")).orElseThrow();
        StoreBackup.restore(at("written"), config("c")).orElseThrow();
        for (String copy : List.of("backup", "written", "b", "c")) {
            assertEquals(List.of("77: 1 at 1", "78: 2 at 3"), carried(copy), copy);
        }
        try (StoreEngine store = open("b")) {
            // It carries them on.
            store.checkpoint().orElseThrow();
        }
        assertEquals(List.of("77: 1 at 1", "78: 2 at 3"), carried("b"));
    }

    private List<String> carried(String name) {
        List<String> carried = new ArrayList<>();
        try (WalReader reader = WalReader.open(at(name)).orElseThrow();
                Base base = Base.open(reader.checkpoint().orElseThrow().orElseThrow())) {
            base.carried((sequence, typeCode, status, timestamp, buffer, offset, length) ->
                    carried.add(typeCode + ": " + buffer[offset] + " at " + sequence));
        }
        return carried;
    }

    /** The moment when a backup is wanted most. */
    @Test
    void aStoreWhoseLogHasFailedIsBackedUp() {
        Wal wal = ScriptedLog.open();
        ScriptedLog log = (ScriptedLog) wal.log();
        StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly(), wal).orElseThrow();
        store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
        log.hold();
        CompletableFuture<Result<PutResult>> lost = store.putAsync(Key.of("lost"), Value.fromString("v"));
        SoftadastraError reason = SoftadastraError.of(ErrorCode.IO_ERROR, "the disk is gone");
        log.fail(reason, reason);
        assertTrue(lost.join().isErr());
        assertTrue(store.put(Key.of("refused"), Value.fromString("v")).isErr());
        StoreBackup backup = store.backup(at("backup")).orElseThrow();
        assertThrows(SoftadastraException.class, store::close);
        assertEquals(1, backup.sequence());
        assertEquals(
                List.of(Key.of("k")),
                SnapshotBuilderStore.build(at("backup")).orElseThrow().all().stream()
                        .map(Entry::key)
                        .toList());
    }

    /** Every byte of a backup that is changed is found, or is one that nobody uses; and nothing is restored then. */
    @Test
    void aDamagedBackupIsRefusedAndLeavesNothing() throws IOException {
        List<Entry> then;
        try (StoreEngine store = open("a")) {
            fill(store, new Random(SEED), 100);
            then = store.entries().toList();
            store.backup(at("backup")).orElseThrow();
        }
        Path file;
        try (Stream<Path> files = Files.list(at("backup"))) {
            file = files.filter(path -> path.toString().endsWith(".checkpoint"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(SEED);
        for (int i = 0; i < 40; i++) {
            // The content is behind the header's block, of which only the first sector is used.
            int place = random.nextInt(4) == 0 ? random.nextInt(512) : 4096 + random.nextInt(bytes.length - 4096);
            byte[] damaged = bytes.clone();
            damaged[place] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged, StandardOpenOption.TRUNCATE_EXISTING);
            SoftadastraError error =
                    StoreBackup.restore(at("backup"), config("b")).error();
            assertTrue(
                    error.code() == ErrorCode.CORRUPTION || error.code() == ErrorCode.UNSUPPORTED_VERSION,
                    "byte " + place + ": " + error + ", seed " + SEED);
            assertFalse(Files.exists(at("b")), "byte " + place);
        }
        Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
        StoreBackup.restore(at("backup"), config("b")).orElseThrow();
        assertEquals(then, SnapshotBuilderStore.build(at("b")).orElseThrow().all());
    }

    @Test
    void aClosedStoreIsNotBackedUp() {
        StoreEngine store = open("a");
        store.close();
        assertEquals(ErrorCode.INVALID_STATE, failure(store.backup(at("backup"))));
        assertFalse(Files.exists(at("backup")));
    }

    @Test
    void progressIsTold() {
        List<String> told = new ArrayList<>();
        StoreConfig telling =
                config("a").withProgress((task, done, total) -> told.add(task + " " + done + "/" + total));
        try (StoreEngine store = StoreEngine.open(telling).orElseThrow()) {
            for (int i = 0; i < 5_000; i++) {
                store.put(Key.of("k" + i), Value.fromString("v")).orElseThrow();
            }
            store.backup(at("backup")).orElseThrow();
        }
        assertTrue(told.containsAll(List.of("backup 4096/5000", "backup 5000/5000")), told::toString);
        told.clear();
        StoreBackup.restore(at("backup"), config("b").withProgress(telling.progress()))
                .orElseThrow();
        assertTrue(told.containsAll(List.of("copy 4096/5000", "copy 5000/5000")), told::toString);
    }
}
