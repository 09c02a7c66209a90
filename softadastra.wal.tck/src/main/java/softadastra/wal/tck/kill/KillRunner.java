package softadastra.wal.tck.kill;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;

/**
 * Kills processes that append to a log, with SIGKILL, at any moment, and checks after each that the log has every group of
 * records that was acknowledged on the process's standard output: at the sequence that it told, each thread's in order, whole,
 * and nothing that was not sent to it. A reader that looks before anybody recovers the log must see the same.
 *
 * <pre>{@code
 * KillRunner.of(new MyWalProvider(), directory.resolve("killed.wal")).run(100);
 * }</pre>
 *
 * <p>The child processes find a provider of the same class on {@code path}: as users do, by {@code ServiceLoader}, or else by
 * its public constructor.
 *
 * @param provider whose log it is
 * @param log where the log goes; its parent exists. Each round goes on with the log of the round before
 * @param seed what is appended, and when the kills come, is drawn from it
 * @param threads how many threads of each process append
 * @param mostAcknowledged a process is killed once it has acknowledged so many groups at most
 * @param path options of the JVM that name the module path or class path with {@code softadastra.wal.tck} and the provider on
 *     it, the main class left out
 * @param options further options of the JVM
 */
public record KillRunner(
        WalProvider provider,
        Path log,
        long seed,
        int threads,
        int mostAcknowledged,
        List<String> path,
        List<String> options) {

    private static final int THREADS = 4;
    private static final int MOST_ACKNOWLEDGED = 400;

    /**
     * What was done.
     *
     * @param kills how many processes were killed
     * @param acknowledged how many groups they had acknowledged
     * @param records how many records the log has at the end
     */
    public record Report(int kills, long acknowledged, long records) {}

    /** A runner with immutable lists. */
    public KillRunner {
        path = List.copyOf(path);
        options = List.copyOf(options);
    }

    /** A runner whose processes find what this one finds, with seed 1, 4 threads, and a kill after 400 groups at most. */
    public static KillRunner of(WalProvider provider, Path log) {
        return new KillRunner(
                provider,
                log,
                1,
                THREADS,
                MOST_ACKNOWLEDGED,
                samePath(),
                List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    }

    private static List<String> samePath() {
        return KillChild.class.getModule().isNamed()
                ? List.of("-p", System.getProperty("jdk.module.path"))
                : List.of("-cp", System.getProperty("java.class.path"));
    }

    /** With {@link #seed} set. */
    public KillRunner withSeed(long value) {
        return new KillRunner(provider, log, value, threads, mostAcknowledged, path, options);
    }

    /** With {@link #threads} set. */
    public KillRunner withThreads(int value) {
        return new KillRunner(provider, log, seed, value, mostAcknowledged, path, options);
    }

    /** With {@link #mostAcknowledged} set. */
    public KillRunner withMostAcknowledged(int value) {
        return new KillRunner(provider, log, seed, threads, value, path, options);
    }

    /** With {@link #path} set: {@code -p} or {@code -cp}, and what follows it. */
    public KillRunner withPath(List<String> value) {
        return new KillRunner(provider, log, seed, threads, mostAcknowledged, value, options);
    }

    /** With {@link #options} set. */
    public KillRunner withOptions(List<String> value) {
        return new KillRunner(provider, log, seed, threads, mostAcknowledged, path, value);
    }

    /**
     * Starts, kills and checks. Blocks until that is done.
     *
     * @param rounds how many processes to kill
     * @throws AssertionError if the log lacks what was acknowledged or has what was not sent, naming seed and round
     */
    public Report run(int rounds) {
        KillLedger ledger = new KillLedger(new KillGroups(seed), threads);
        SplittableRandom random = new SplittableRandom(seed);
        long records = 0;
        for (int round = 1; round <= rounds; round++) {
            long segmentBytes = WalConfig.MIN_SEGMENT_BYTES << random.nextInt(3);
            writeUntilKilled(ledger, segmentBytes, random.nextInt(mostAcknowledged));
            String name = "seed " + seed + ", round " + round;
            List<WalRecord> seen = read();
            try (Wal wal = Wal.open(config()).orElseThrow()) {
                List<WalRecord> recovered = wal.reader().readAll().orElseThrow();
                KillLedger.assertSame(seen, recovered, name);
                ledger.check(recovered, name);
                records = recovered.size();
            }
        }
        return new Report(rounds, ledger.acknowledged(), records);
    }

    private WalConfig config() {
        return WalConfig.durable(log).withProvider(provider);
    }

    private List<WalRecord> read() {
        try (WalReader reader = WalReader.open(config()).orElseThrow()) {
            return reader.readAll().orElseThrow();
        }
    }

    private void writeUntilKilled(KillLedger ledger, long segmentBytes, int until) {
        Process process = start(ledger, segmentBytes);
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String first = line(output);
            if (!first.equals(KillChild.OPEN)) {
                throw new AssertionError("the process did not open the log: " + first + "\n" + rest(output));
            }
            for (int i = 0; i < until; i++) {
                ledger.acknowledge(line(output));
            }
            // Through its handle, since Process.destroyForcibly would close the pipe, and lose what it has said
            // already.
            process.toHandle().destroyForcibly();
            for (String line = line(output); !line.isEmpty(); line = line(output)) {
                ledger.acknowledge(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    private Process start(KillLedger ledger, long segmentBytes) {
        String java = File.separatorChar == '\\' ? "java.exe" : "java";
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", java).toString());
        command.addAll(options);
        command.addAll(path);
        String main = KillChild.class.getName();
        if (path.contains("-p") || path.contains("--module-path")) {
            command.addAll(List.of("-m", KillRunner.class.getPackageName().replace(".kill", "") + "/" + main));
        } else {
            command.add(main);
        }
        command.addAll(List.of(
                provider.getClass().getName(), log.toString(), Long.toString(seed), Long.toString(segmentBytes)));
        command.addAll(ledger.firstGroups());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Each would have the JVM print a line that is not the program's.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next whole line; empty at the end. One that was cut short is none. */
    private static String line(BufferedReader output) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = output.read(); next != -1; next = output.read()) {
            if (next == '\n') {
                return line.toString().strip();
            }
            line.append((char) next);
        }
        return "";
    }

    private static String rest(BufferedReader output) {
        return String.join("\n", output.lines().toList());
    }
}
