package softadastra.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.stream.Stream;

/** What figures were taken on; without it they say nothing. */
final class Machine {

    private static final Path CPU = Path.of("/proc/cpuinfo");

    private Machine() {}

    /** One line of text. */
    static String describe(Path directory) throws IOException {
        Runtime runtime = Runtime.getRuntime();
        FileStore disk = Files.getFileStore(directory);
        long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        return String.format(
                Locale.ROOT,
                "%s; %d processors (%s), %d GiB of memory, %d MiB of heap; %s; %s; %s %s",
                Instant.now().truncatedTo(ChronoUnit.MINUTES),
                runtime.availableProcessors(),
                processor(),
                memory >> 30,
                runtime.maxMemory() >> 20,
                System.getProperty("os.name"),
                disk.type(),
                System.getProperty("java.vm.name"),
                System.getProperty("java.vm.version"));
    }

    private static String processor() throws IOException {
        if (!Files.isReadable(CPU)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(CPU)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }
}
