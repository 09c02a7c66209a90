package softadastra.it.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.ChildJvm;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalWriter;

/**
 * The commands that look into logs, each in a JVM with 64 MiB of heap, on a log several times as large: whole, and with damage
 * in its middle. With {@code -Dsoftadastra.scale=full} it has 2 GB.
 */
class LargeLogCommandsTest {
    private static final int TYPE = 64;
    private static final int PAYLOAD_BYTES = 4096;
    private static final long LOG_BYTES =
            "full".equals(System.getProperty("softadastra.scale")) ? 2_000_000_000L : 200_000_000L;
    private static final long RECORDS = LOG_BYTES / PAYLOAD_BYTES + 1;

    private static final int OK = 0;
    private static final int FAILURE = 1;
    private static final int CORRUPTION = 4;

    @TempDir
    Path directory;

    private Path log;

    @BeforeEach
    void write() {
        log = directory.resolve("large.wal");
        byte[] payload = new byte[PAYLOAD_BYTES];
        try (WalWriter writer =
                WalWriter.open(WalConfig.durable(log).withAutoFlush(false)).orElseThrow()) {
            for (int i = 0; i < RECORDS; i++) {
                ByteBuffer.wrap(payload).putInt(i);
                long unused = writer.append(TYPE, payload).orElseThrow();
            }
        }
    }

    private List<String> lines(int exit, String... words) {
        List<String> command = new ArrayList<>(List.of(
                "-Xmx64m",
                "-p",
                System.getProperty("jdk.module.path"),
                "-m",
                "softadastra.cli/softadastra.cli.Main",
                "--wal",
                log.toString()));
        command.addAll(List.of(words));
        ChildJvm.Outcome outcome = ChildJvm.run(ChildJvm.java(), command);
        List<String> lines = outcome.output().lines().toList();
        assertEquals(exit, outcome.exit(), () -> String.join("\n", lines.subList(0, Math.min(20, lines.size()))));
        return lines;
    }

    /** Flips a bit in the middle of a segment in the middle of the log. */
    private void damage() throws IOException {
        List<Path> segments;
        try (Stream<Path> files = Files.list(log)) {
            segments = files.filter(file -> file.toString().endsWith(".segment"))
                    .sorted()
                    .toList();
        }
        Path segment = segments.get(segments.size() / 2);
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            long middle = channel.size() / 2;
            assertEquals(1, channel.read(one, middle));
            assertEquals(1, channel.write(one.put(0, (byte) (one.get(0) ^ 1)).flip(), middle));
        }
    }

    @Test
    void aWholeLogOfManyHeapsIsVerifiedDumpedAndTailed() {
        List<String> verified = lines(OK, "wal", "verify");
        assertTrue(verified.contains("records : " + RECORDS), verified::toString);
        assertEquals("result : ok", verified.get(verified.size() - 1));
        assertTrue(lines(OK, "wal", "info").contains("records : " + RECORDS));

        List<String> dumped = lines(OK, "wal", "dump");
        assertEquals(RECORDS, dumped.size());
        for (int i = 0; i < dumped.size(); i++) {
            String line = dumped.get(i);
            assertTrue(line.startsWith("seq=" + (i + 1) + " "), line);
        }
        assertEquals(RECORDS, lines(OK, "wal", "tail", "--from", "1").size());
        assertTrue(lines(OK, "wal", "tail", "--count", "1").get(0).startsWith("seq=" + RECORDS + " "));
    }

    @Test
    void aRecordThatIsLargerThanTheHeapIsSaidToBe() {
        log = directory.resolve("record.wal");
        try (WalWriter writer =
                WalWriter.open(WalConfig.durable(log).withAutoFlush(false)).orElseThrow()) {
            long unused = writer.append(TYPE, new byte[70_000_000]).orElseThrow();
        }
        List<String> refused = lines(FAILURE, "wal", "dump");
        assertTrue(refused.get(0).startsWith("error: out of memory: a heap of "), refused.get(0));
        assertEquals("hint: JLINK_VM_OPTIONS=-Xmx1g softadastra ...", refused.get(1));
    }

    @Test
    void ofADamagedOneEverythingElseIsTold() throws IOException {
        damage();
        List<String> verified = lines(CORRUPTION, "wal", "verify");
        assertTrue(verified.get(0).startsWith("error: corrupted WAL record at sequence "), verified.get(0));

        List<String> dumped = lines(CORRUPTION, "wal", "dump");
        List<String> records =
                dumped.stream().filter(line -> line.startsWith("seq=")).toList();
        assertTrue(records.size() > 1 && records.size() < RECORDS - 1, () -> records.size() + " records");
        assertTrue(
                dumped.stream()
                        .anyMatch(line -> line.startsWith(
                                "error: corrupted WAL record at sequence " + (records.size() + 1) + " ")),
                () -> dumped.get(dumped.size() - 1));
        assertTrue(lines(OK, "wal", "info")
                .get(0)
                .startsWith("warning: what follows is of the log up to its first damage"));
        // One frame is lost, whatever of the log's own stood beside it.
        assertEquals(
                RECORDS - 1,
                lines(CORRUPTION, "wal", "dump", "--recovery", "salvage").stream()
                        .filter(line -> line.startsWith("seq="))
                        .count());
    }
}
