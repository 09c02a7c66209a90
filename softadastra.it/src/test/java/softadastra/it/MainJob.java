package softadastra.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The main job, done with the linked image alone, as a person would do it: import the class files of {@code java.base} into a
 * durable store, kill the process with SIGKILL in the middle, look at what recovery finds, finish, and compare every byte.
 *
 * <p>Arguments: the image, a directory to work in (emptied first), and optionally the seed that decides when to kill. A plain
 * program of the JDK: it needs none of our classes. It ends with 0 and {@code main job: ok}, or with 1 and what went wrong.
 */
public final class MainJob {
    private static final boolean WINDOWS =
            System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    private static final PrintStream OUT = System.out;
    private static final String SOURCE = "jrt:/java.base";
    private static final String WAL = "data/main-job.wal";
    private static final int BATCH_BYTES = 256 << 10;
    private static final int SIGKILL_EXIT = 128 + 9;
    private static final Pattern ACKNOWLEDGED =
            Pattern.compile("acknowledged (\\d+) entries, (\\d+) bytes, sequence (\\d+)");

    private final Path launcher;
    private final Path work;
    private final Random random;
    private final Path source;

    /** The files of the source as keys, in the order in which an import takes them. */
    private final List<String> keys = new ArrayList<>();

    private long sourceBytes;

    private MainJob(Path launcher, Path work, Random random, Path source) {
        this.launcher = launcher;
        this.work = work;
        this.random = random;
        this.source = source;
    }

    /** Something is not as it must be. */
    private static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        Failed(String message) {
            super(message);
        }
    }

    /** What an import acknowledged before it was killed. */
    private record Acknowledged(long batches, long entries, long bytes, long sequence) {}

    /**
     * Runs the job.
     *
     * @param args the image, the directory to work in, and optionally a seed
     */
    public static void main(String[] args) throws Exception {
        Path image = Path.of(args[0]).toRealPath();
        Path work = Path.of(args[1]).toAbsolutePath();
        long seed = args.length > 2 ? Long.parseLong(args[2]) : new Random().nextLong();
        OUT.println("main job: seed " + seed);
        // The image's own classes, read by the image's own reader.
        try (FileSystem runtime =
                FileSystems.newFileSystem(URI.create("jrt:/"), Map.of("java.home", image.toString()))) {
            new MainJob(
                            image.resolve(WINDOWS ? "bin/softadastra.bat" : "bin/softadastra"),
                            work,
                            new Random(seed),
                            runtime.getPath("/modules/java.base"))
                    .run();
            OUT.println("main job: ok");
        } catch (Failed e) {
            OUT.println("main job: FAILED (seed " + seed + "): " + e.getMessage());
            System.exit(1);
        }
    }

    private void run() throws IOException, InterruptedException, Failed {
        delete(work);
        Files.createDirectories(work.resolve("data"));
        collect(source);
        OUT.printf(
                Locale.ROOT,
                "%nThe source: %,d files, %,d bytes, in %s of the image%n",
                keys.size(),
                sourceBytes,
                SOURCE);

        OUT.printf("%n1. Import, killed in the middle%n");
        Acknowledged acknowledged = importUntilKilled();

        OUT.printf("%n2. What was recovered%n");
        requireContains(run("status"), "path : " + WAL);
        requireContains(run("wal", "verify"), "result : ok");
        long recovered = number(run("store", "stats", "--json"), "entries");
        requireAcknowledgedIsThere(acknowledged, recovered);

        OUT.printf("%n3. Import again, to the end%n");
        String total = run(importCommand("--resume"));
        requireContains(total, "imported " + (keys.size() - recovered) + " entries");
        requireContains(total, recovered + " unchanged, 0 left out");

        OUT.printf("%n4. Everything compared%n");
        require(number(run("store", "stats", "--json"), "entries") == keys.size(), "the store has not every file");
        run("store", "export", "all");
        requireExactly(work.resolve("all"), keys.size());
        OUT.printf(Locale.ROOT, "%,d files, %,d bytes: equal byte for byte%n", keys.size(), sourceBytes);
        run("status");
    }

    private Acknowledged importUntilKilled() throws IOException, InterruptedException, Failed {
        long batches = sourceBytes / BATCH_BYTES;
        long killAfter = batches / 3 + random.nextInt((int) (batches / 3));
        long killDelayNanos = random.nextInt(3_000_000);
        Process process = start(importCommand());
        Acknowledged last = new Acknowledged(0, 0, 0, 0);
        boolean killed = false;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            // What stands in the pipe after the kill was acknowledged before it, and counts; half a line does not.
            for (String line = completeLine(lines); line != null; line = completeLine(lines)) {
                last = acknowledged(line, last);
                if (last.batches() < 3) {
                    OUT.println(line);
                } else if (last.batches() == 3) {
                    OUT.println("...");
                }
                if (last.batches() == killAfter) {
                    spin(killDelayNanos);
                    kill(process);
                    killed = true;
                }
            }
        }
        int exit = process.waitFor();
        OUT.println(
                "acknowledged " + last.entries() + " entries, " + last.bytes() + " bytes, sequence " + last.sequence());
        require(killed, "the import ended with " + exit + " before it was killed");
        require(last.entries() < keys.size(), "the import was done before it was killed");
        require(WINDOWS || exit == SIGKILL_EXIT, "the import ended with " + exit + ", not by SIGKILL");
        OUT.println("SIGKILL after " + last.batches() + " acknowledged batches; exit code " + exit);
        return last;
    }

    private static Acknowledged acknowledged(String line, Acknowledged before) throws Failed {
        Matcher matcher = ACKNOWLEDGED.matcher(line);
        require(matcher.matches(), "no acknowledgement: " + line);
        return new Acknowledged(
                before.batches() + 1,
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                Long.parseLong(matcher.group(3)));
    }

    /**
     * Kills the process, and the JVM that is its child where the launcher stays in between. Through handles: {@link
     * Process#destroyForcibly} would close the stream that the last acknowledgements are still in.
     */
    private static void kill(Process process) {
        List<ProcessHandle> handles = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        handles.forEach(ProcessHandle::destroyForcibly);
        handles.forEach(handle -> handle.onExit().join());
    }

    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    /** What is there is a beginning of what was imported, and at least what was acknowledged. */
    private void requireAcknowledgedIsThere(Acknowledged acknowledged, long recovered)
            throws IOException, InterruptedException, Failed {
        require(
                recovered >= acknowledged.entries(),
                "recovered " + recovered + " entries, but " + acknowledged.entries() + " were acknowledged");
        run("store", "export", "recovered");
        requireExactly(work.resolve("recovered"), recovered);
        OUT.printf(
                Locale.ROOT,
                "%,d entries recovered: the %,d acknowledged ones and %,d of a batch that was on its way; all equal byte for"
                        + " byte, and nothing else%n",
                recovered,
                acknowledged.entries(),
                recovered - acknowledged.entries());
    }

    /** A directory has exactly the first files of the source, byte for byte. */
    private void requireExactly(Path directory, long count) throws IOException, Failed {
        for (String key : keys.subList(0, (int) count)) {
            Path file = directory.resolve(key);
            require(Files.isRegularFile(file), key + " is missing");
            require(
                    Arrays.equals(Files.readAllBytes(file), Files.readAllBytes(source.resolve(key))),
                    key + " has other bytes");
        }
        try (Stream<Path> files = Files.walk(directory)) {
            long found = files.filter(Files::isRegularFile).count();
            require(found == count, directory + " has " + found + " files, not " + count);
        }
    }

    private void collect(Path directory) throws IOException {
        List<Path> children;
        try (Stream<Path> list = Files.list(directory)) {
            children = list.sorted(Comparator.comparing(child -> String.valueOf(child.getFileName())))
                    .toList();
        }
        for (Path child : children) {
            if (Files.isDirectory(child)) {
                collect(child);
            } else {
                keys.add(source.relativize(child).toString());
                sourceBytes += Files.size(child);
            }
        }
    }

    private static String[] importCommand(String... more) {
        return Stream.concat(
                        Stream.of("store", "import", SOURCE, "--batch-bytes", Integer.toString(BATCH_BYTES)),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    /** Runs a command to its end, which must be a good one, and shows what it prints. */
    private String run(String... arguments) throws IOException, InterruptedException, Failed {
        long start = System.nanoTime();
        Process process = start(arguments);
        String output;
        try (InputStream in = process.getInputStream()) {
            output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        int exit = process.waitFor();
        List<String> lines = output.lines().toList();
        if (lines.size() > 30) {
            lines.subList(0, 2).forEach(OUT::println);
            OUT.println("...");
            lines.subList(lines.size() - 2, lines.size()).forEach(OUT::println);
        } else {
            lines.forEach(OUT::println);
        }
        OUT.printf(Locale.ROOT, "(%.1f s)%n", (System.nanoTime() - start) / 1e9);
        require(exit == 0, String.join(" ", arguments) + " ended with " + exit);
        return output;
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString(), "--wal", WAL));
        command.addAll(List.of(arguments));
        OUT.println("$ softadastra " + String.join(" ", command.subList(1, command.size())));
        OUT.flush();
        Process process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectError(Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        return process;
    }

    /** A line with its end; null where there is no more, or only a beginning of one. */
    private static @Nullable String completeLine(BufferedReader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = reader.read(); c >= 0; c = reader.read()) {
            if (c == '\n') {
                return line.toString();
            }
            line.append((char) c);
        }
        return null;
    }

    private static long number(String json, String name) throws Failed {
        Matcher matcher = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
        require(matcher.find(), "no \"" + name + "\" in " + json);
        return Long.parseLong(matcher.group(1));
    }

    private static void requireContains(String text, String part) throws Failed {
        require(text.contains(part), "'" + part + "' is missing in what was printed");
    }

    private static void require(boolean condition, String otherwise) throws Failed {
        if (!condition) {
            throw new Failed(otherwise);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.sorted(Comparator.reverseOrder()).forEach(MainJob::deleteOne);
        }
    }

    private static void deleteOne(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
