package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The process that holds a log.
 *
 * @param pid its process id
 * @param host the machine it runs on
 * @param started when it started, {@link Instant#EPOCH} where the platform does not tell
 */
record LogOwner(long pid, String host, Instant started) {

    // The platform derives a start from the time since boot, and that moves a little when the clock is set.
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private static final Pattern TEXT = Pattern.compile("process (\\d{1,18}) on (\\S+) started (\\S+)");

    /** This process, which is asked of the platform once. */
    private static final class Current {
        static final LogOwner OWNER =
                new LogOwner(ProcessHandle.current().pid(), hostName(), started(ProcessHandle.current()));
    }

    static LogOwner current() {
        return Current.OWNER;
    }

    static Optional<LogOwner> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
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
