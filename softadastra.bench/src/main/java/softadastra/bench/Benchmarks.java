package softadastra.bench;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Measures the log and the store against the raw disk, bare maps, and other logs and stores, and prints a table in Markdown.
 *
 * <p>Arguments: {@code --directory PATH} (where to write; the disk that is measured), {@code --tiny} (a trial, seconds long, whose
 * figures mean nothing), and names of works or of whole tables, by default {@code wal store sync}. {@code jmh ARGUMENT...} runs the
 * JMH benchmarks instead.
 *
 * <p>Every result is checked; a wrong one ends the run.
 */
public final class Benchmarks {

    private static final List<Work> WORKS = List.of(
            new DurableWrites(),
            new BufferedAppends(),
            new Replay(),
            new DiskBytes(),
            new Allocation(),
            new StoreDurable(),
            new StoreSpeed(),
            new StoreOpen(),
            new StoreHeap(),
            new StoreStall(),
            new StoreLarge(),
            new SyncSpeed(),
            new SyncUnused(),
            new IndexComparison());

    private static final List<String> ALL = List.of("wal", "store", "sync");

    private Benchmarks() {}

    /** Runs what the arguments say. */
    public static void main(String[] arguments) throws Exception {
        List<String> rest = new ArrayList<>(Arrays.asList(arguments));
        if (!rest.isEmpty() && rest.get(0).equals("jmh")) {
            org.openjdk.jmh.Main.main(rest.subList(1, rest.size()).toArray(String[]::new));
            return;
        }
        Path directory = Path.of("target", "benchmarks");
        int at = rest.indexOf("--directory");
        if (at >= 0) {
            rest.remove(at);
            directory = Path.of(rest.remove(at));
        }
        Sizes sizes = rest.remove("--tiny") ? Sizes.TINY : Sizes.FULL;
        run(directory, sizes, rest, System.out);
    }

    /** Runs works by name, all if none is named, and prints the table. */
    static List<Row> run(Path directory, Sizes sizes, List<String> names, PrintStream out) throws Exception {
        Set<String> known = new TreeSet<>();
        WORKS.forEach(work -> Collections.addAll(known, work.name(), work.table()));
        if (!known.containsAll(names)) {
            throw new IllegalArgumentException("works are " + known + ", not " + names);
        }
        List<String> asked = names.isEmpty() ? ALL : names;
        List<Row> rows = new ArrayList<>();
        for (Work work : WORKS) {
            if (asked.contains(work.name()) || asked.contains(work.table())) {
                Path folder = directory.resolve(work.name());
                Folders.delete(folder);
                Files.createDirectories(folder);
                try {
                    rows.addAll(work.measure(folder, sizes));
                } finally {
                    Folders.delete(folder);
                }
            }
        }
        out.println(Machine.describe(directory));
        out.println();
        out.print(Table.markdown(rows));
        return rows;
    }
}
