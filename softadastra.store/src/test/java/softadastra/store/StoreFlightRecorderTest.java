package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.wal.spi.Wal;

/** The flight recorder is told what a store does, in figures that are the store's. */
class StoreFlightRecorderTest {

    private static final Set<String> EVERYWHERE = Set.of("startTime", "duration", "eventThread", "stackTrace", "store");

    @TempDir
    Path directory;

    @Test
    void aRecordingHasTheStoresEvents() throws IOException {
        Path log = directory.resolve("a.wal");
        StoreStats stats;
        try (Recording recording = new Recording()) {
            recording.enable("softadastra.store.SlowCommit").withThreshold(Duration.ZERO);
            recording.enable("softadastra.store.Recovery");
            recording.enable("softadastra.store.Checkpoint");
            // At the end of each chunk, which stopping is.
            recording.enable("softadastra.store.Statistics").with("period", "everyChunk");
            recording.start();
            StoreCheckpoint checkpoint;
            try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow()) {
                for (int i = 0; i < 5; i++) {
                    store.put(Key.of("k" + i), Value.fromString("v")).orElseThrow();
                }
                checkpoint = store.checkpoint().orElseThrow();
                store.remove(Key.of("k0")).orElseThrow();
                store.write(new Batch().put(Key.of("k1"), Value.fromString("w")))
                        .orElseThrow();
                // Nothing is written for these.
                assertTrue(store.put(Key.of(""), Value.fromString("v")).isErr());
                assertTrue(store.contains(Key.of("k1")));
            }
            try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow();
                    Snapshot snapshot = store.snapshot()) {
                assertEquals(4, snapshot.size());
                store.awaitLoaded().orElseThrow();
                stats = store.stats();
                assertTrue(recording.stop());
            }
            Path file = directory.resolve("recording.jfr");
            recording.dump(file);
            List<RecordedEvent> events = RecordingFile.readAllEvents(file);
            assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L), longs(events, log, "SlowCommit", "sequence"));
            assertEquals(List.of(0L, 4L), longs(events, log, "Recovery", "entries"));
            assertEquals(List.of(0L, 2L), longs(events, log, "Recovery", "operations"));
            assertEquals(List.of(0L, 5L), longs(events, log, "Recovery", "checkpointSequence"));
            assertEquals(List.of(0L, 7L), longs(events, log, "Recovery", "lastSequence"));
            assertEquals(List.of(5L), longs(events, log, "Checkpoint", "entries"));
            assertEquals(List.of(5L), longs(events, log, "Checkpoint", "sequence"));
            assertEquals(List.of(checkpoint.bytes()), longs(events, log, "Checkpoint", "bytes"));
            RecordedEvent last =
                    of(events, log, "Statistics").stream().reduce((a, b) -> b).orElseThrow();
            assertEquals(4, last.getLong("entries"));
            assertEquals(stats.liveBytes(), last.getLong("liveBytes"));
            assertEquals(stats.totalBytes(), last.getLong("totalBytes"));
            assertEquals(7, last.getLong("lastSequence"));
            assertEquals(7, last.getLong("appliedSequence"));
            assertEquals(5, last.getLong("checkpointSequence"));
            assertEquals(1, last.getLong("snapshots"));
            assertEquals(0, last.getLong("watches"));
        }
    }

    /** Whatever is faster than the threshold is not recorded; the log decides here how long a commit takes. */
    @Test
    void onlySlowCommitsAreRecorded() throws IOException {
        try (Recording recording = new Recording();
                Wal wal = ScriptedLog.open()) {
            recording.enable("softadastra.store.SlowCommit").withThreshold(Duration.ofHours(1));
            recording.start();
            ScriptedLog log = (ScriptedLog) wal.log();
            try (StoreEngine store =
                    StoreEngine.open(StoreConfig.memoryOnly(), wal).orElseThrow()) {
                log.hold();
                CompletableFuture<Void> put = CompletableFuture.runAsync(() -> {
                    var unused = store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
                });
                log.awaitWaiting(1);
                log.release(1);
                put.join();
            }
            assertTrue(recording.stop());
            Path file = directory.resolve("recording.jfr");
            recording.dump(file);
            assertEquals(List.of(), of(RecordingFile.readAllEvents(file), Path.of("memory"), "SlowCommit"));
            assertEquals(
                    "20 ms",
                    EventType.getEventType(slowCommit()).getSettingDescriptors().stream()
                            .filter(setting -> setting.getName().equals("threshold"))
                            .findFirst()
                            .orElseThrow()
                            .getDefaultValue());
        }
    }

    private static Class<? extends Event> slowCommit() {
        return types().filter(type -> type.getSimpleName().equals("SlowCommit"))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Class<? extends Event>> types() {
        return Stream.of(StoreFlightRecorder.class.getDeclaredClasses())
                .filter(type -> type.isAnnotationPresent(Name.class))
                .map(type -> type.asSubclass(Event.class));
    }

    @Test
    void theGuideHasEveryEventWithItsFields() throws IOException {
        List<String> guide =
                Files.readAllLines(Path.of(System.getProperty("basedir", ""), "..", "docs", "guides", "store.md"));
        List<EventType> types = types().map(EventType::getEventType).toList();
        assertEquals(4, types.size());
        for (EventType type : types) {
            String row = guide.stream()
                    .filter(line -> line.startsWith("| `" + type.getName() + "` |"))
                    .findFirst()
                    .orElse("");
            List<String> fields = type.getFields().stream()
                    .map(ValueDescriptor::getName)
                    .filter(name -> !EVERYWHERE.contains(name))
                    .map(name -> "`" + name + "`")
                    .toList();
            assertEquals(
                    Set.copyOf(fields),
                    Set.of(row.substring(row.lastIndexOf("| `") + 2, row.length() - 2)
                            .split(", ")),
                    type.getName());
        }
    }

    private static List<RecordedEvent> of(List<RecordedEvent> events, Path log, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("softadastra.store." + name)
                        && event.getString("store").equals(log.toString()))
                .toList();
    }

    private static List<Long> longs(List<RecordedEvent> events, Path log, String name, String field) {
        return of(events, log, name).stream().map(event -> event.getLong(field)).toList();
    }
}
