package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
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
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;

/** The flight recorder is told what a log does, in figures that are the log's. */
class FlightRecorderTest {

    private static final Set<String> EVERYWHERE = Set.of("startTime", "duration", "eventThread", "stackTrace", "log");

    @TempDir
    Path directory = Path.of("");

    @Test
    void aRecordingHasTheLogsEvents() throws IOException {
        Path path = directory.resolve("a.wal");
        Path file = directory.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("softadastra.wal.Commit").withThreshold(Duration.ZERO);
            recording.enable("softadastra.wal.Recovery");
            recording.enable("softadastra.wal.Rotation");
            recording.enable("softadastra.wal.Checkpoint");
            recording.enable("softadastra.wal.Failure");
            // At the end of each chunk, which stopping is.
            recording.enable("softadastra.wal.Statistics").with("period", "everyChunk");
            recording.start();
            WalConfig config = WalConfig.durable(path).withProvider(new FileWalProvider());
            try (Wal wal = Wal.open(config).orElseThrow()) {
                for (int i = 0; i < 5; i++) {
                    wal.log().awaitDurable(wal.log().submit(64, new byte[100]));
                }
                try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
                    writer.write(new byte[10], 0, 10);
                    assertEquals(5, writer.publish(5).endSequence());
                }
                fail();
                assertTrue(recording.stop());
            }
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertEquals(
                List.of(true),
                of(events, Path.of("simulated disk"), "Failure").stream()
                        .map(event -> event.getString("reason").contains("failed to flush WAL: input/output error"))
                        .toList());
        assertEquals(0, of(events, path, "Failure").size());
        assertEquals(5, sum(events, path, "Commit", "records") + sum(events, path, "Rotation", "records"));
        assertEquals(1, of(events, path, "Recovery").size());
        assertEquals(0, of(events, path, "Recovery").get(0).getLong("records"));
        assertEquals(List.of(5L), longs(events, path, "Checkpoint", "records"));
        assertTrue(
                of(events, path, "Rotation").size() == 1,
                () -> of(events, path, "Rotation").toString());
    }

    @Test
    void theGuideHasEveryEventWithItsFields() throws IOException {
        List<String> guide =
                Files.readAllLines(Path.of(System.getProperty("basedir", ""), "..", "docs", "guides", "wal.md"));
        List<EventType> types = Stream.of(FlightRecorderEvents.class.getDeclaredClasses())
                .filter(type -> type.isAnnotationPresent(Name.class))
                .map(type -> EventType.getEventType(type.asSubclass(Event.class)))
                .toList();
        assertEquals(6, types.size());
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

    /** A log, on another disk, whose force fails. */
    private static void fail() {
        FailingStorage disk = new FailingStorage();
        Wal wal = Wal.open(WalConfig.durable("simulated.wal")
                        .withProvider(new FileWalProvider())
                        .withStorage(path -> disk))
                .orElseThrow();
        disk.failForces(true);
        assertEquals(
                ErrorCode.INDETERMINATE,
                wal.writer().append(64, new byte[100]).error().code());
        assertThrows(SoftadastraException.class, wal::close);
    }

    private static List<RecordedEvent> of(List<RecordedEvent> events, Path log, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("softadastra.wal." + name)
                        && event.getString("log").equals(log.toString()))
                .toList();
    }

    private static List<Long> longs(List<RecordedEvent> events, Path log, String name, String field) {
        return of(events, log, name).stream().map(event -> event.getLong(field)).toList();
    }

    private static long sum(List<RecordedEvent> events, Path log, String name, String field) {
        return longs(events, log, name, field).stream()
                .mapToLong(Long::longValue)
                .sum();
    }
}
