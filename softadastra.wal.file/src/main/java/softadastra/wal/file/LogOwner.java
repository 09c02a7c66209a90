package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The process that holds a log.
 *
 * <p>In its file the first line names it, in words. Whoever reads the file passes over other lines, and over words that follow on
 * the first: a later release may have written them.
 *
 * @param pid its process id
 * @param host the machine it runs on
 * @param started when it started, {@link Instant#EPOCH} where the platform does not tell
 */
record LogOwner(long pid, String host, Instant started) {

    // The platform derives a start from the time since boot, and that moves a little when the clock is set.
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private static final Pattern TEXT = Pattern.compile("process (\\d{1,18}) on (\\S+) started (\\S+)( .*)?");

    /** This process, which is asked of the platform once. */
    private static final class Current {
        static final LogOwner OWNER =
                new LogOwner(ProcessHandle.current().pid(), hostName(), started(ProcessHandle.current()));
    }

    static LogOwner current() {
        return Current.OWNER;
    }

    /** The owner that a file names; empty if it names none. */
    static Optional<LogOwner> parse(String file) {
        List<String> lines = file.lines().toList();
        Matcher matcher = TEXT.matcher(lines.isEmpty() ? "" : lines.get(0));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new LogOwner(Long.parseLong(matcher.group(1)), matcher.group(2), Instant.parse(matcher.group(3))));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Its name, for people, and what its file says. */
    String text() {
        return "process " + pid + " on " + host + " started " + started;
    }

    /** False only if the process was on this machine and is known to be gone; process ids are used again, so both must fit. */
    boolean mayBeAlive() {
        if (!host.equals(hostName())) {
            return true;
        }
        return ProcessHandle.of(pid)
                .map(process -> process.isAlive()
                        && Duration.between(started, started(process)).abs().compareTo(TOLERANCE) <= 0)
                .orElse(false);
    }

    private static Instant started(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }

    // Not InetAddress.getLocalHost(), which may wait for a name server.
    private static String hostName() {
        try {
            String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
            if (!name.isEmpty()) {
                return name;
            }
        } catch (IOException e) {
            // Not Linux; the environment says it elsewhere.
        }
        Map<String, String> environment = System.getenv();
        String name = environment.getOrDefault("COMPUTERNAME", environment.getOrDefault("HOSTNAME", "localhost"));
        return name.isBlank() ? "localhost" : name.replaceAll("\\s", "-");
    }
}
