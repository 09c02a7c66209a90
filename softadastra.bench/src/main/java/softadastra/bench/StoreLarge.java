package softadastra.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Ten times as many entries, in processes of their own with a heap of 4 GiB: filled, checkpointed, killed, opened, verified. */
final class StoreLarge implements Work {

    private static final int TIMES = 10;

    @Override
    public String name() {
        return "store-large";
    }

    @Override
    public String table() {
        return "large";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        int records = TIMES * sizes.records();
        List<Row> rows = new ArrayList<>();
        for (String part : List.of("fill", "open")) {
            for (String line : child(part, directory.resolve("store"), records)) {
                String[] fields = line.split("\t", -1);
                if (fields.length == 3 && fields[0].equals(LargeStore.MARK)) {
                    rows.add(new Row(
                            String.format(Locale.ROOT, "%,d entries in 4 GiB: ", records) + fields[1],
                            fields[2],
                            "",
                            "",
                            fields[1].equals(LargeStore.FIRST_GET) ? "<= 100 ms" : ""));
                }
            }
        }
        return rows;
    }

    private static List<String> child(String part, Path folder, int records) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx4g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeStore.class.getName(),
                        part,
                        folder.toString(),
                        Integer.toString(records))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new WrongResultException("the process that was to " + part + " the store failed: " + said);
        }
        return said.lines().toList();
    }
}
