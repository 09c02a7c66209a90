package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs the command in this JVM, on one log. */
final class Cli {
    private final Path wal;

    Cli(Path wal) {
        this.wal = wal;
    }

    /** What a run left behind. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares runs.
    record Run(int exit, byte[] bytes, String err) {

        String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        List<String> lines() {
            return out().lines().toList();
        }

        /** The one line of output as a JSON object. */
        Map<String, Object> json() {
            assertEquals(1, lines().size(), out());
            return Cli.json(lines().get(0));
        }

        /** Each line of output as a JSON object. */
        List<Map<String, Object>> ndjson() {
            return lines().stream().map(Cli::json).toList();
        }

        /** Fails unless the run ended so. */
        Run exits(int expected) {
            assertEquals(expected, exit, () -> "out: " + out() + " err: " + err);
            return this;
        }

        Run ok() {
            assertEquals("", err);
            return exits(ExitCode.OK);
        }
    }

    Path wal() {
        return wal;
    }

    Run run(String... args) {
        return runWith(new byte[0], args);
    }

    /** Runs with bytes on standard input. */
    Run runWith(byte[] in, String... args) {
        String[] all = Stream.concat(Stream.of("--wal", wal.toString()), Stream.of(args))
                .toArray(String[]::new);
        return plain(in, all);
    }

    /** Runs without naming a log. */
    static Run plain(byte[] in, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Main.run(args, out, err, new Pipe(in));
        return new Run(exit, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    /** Flips a bit in the middle of the frame of a record and answers where the frame starts in its file. */
    long damage(long sequence) throws IOException {
        Map<String, Object> record = run("wal", "dump", "--json").ok().ndjson().get((int) sequence - 1);
        long offset = number(record, "offset");
        flip(wal.resolve(text(record, "file")), offset + 50);
        return offset;
    }

    /** Flips a bit of a file: whatever the byte held, it holds another afterwards. */
    static void flip(Path file, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            assertEquals(1, channel.read(one, at));
            one.put(0, (byte) (one.get(0) ^ 0x10)).flip();
            assertEquals(1, channel.write(one, at));
        }
    }

    static Map<String, Object> json(String line) {
        try {
            return JsonReader.object(line);
        } catch (JsonReader.Malformed e) {
            return fail("no JSON: " + line, e);
        }
    }

    /** A member that is an object. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Map<String, Object> json, String name) {
        return (Map<String, Object>) json.getOrDefault(name, Map.of());
    }

    /** A member as text, whatever it is. */
    static String text(Map<String, Object> json, String name) {
        return String.valueOf(json.get(name));
    }

    /** A member that is a number. */
    static long number(Map<String, Object> json, String name) {
        return (long) Double.parseDouble(text(json, name));
    }

    /** Standard input as a pipe has it: it can be read, and knows no position. */
    private static final class Pipe extends FilterInputStream {

        Pipe(byte[] bytes) {
            super(new ByteArrayInputStream(bytes));
        }

        @Override
        public int available() throws IOException {
            throw new IOException("Illegal seek");
        }

        @Override
        public byte[] readNBytes(int length) throws IOException {
            throw new IOException("Illegal seek");
        }

        @Override
        public byte[] readAllBytes() throws IOException {
            throw new IOException("Illegal seek");
        }
    }
}
