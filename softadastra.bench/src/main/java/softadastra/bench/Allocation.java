package softadastra.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a write leaves for the garbage collector, on the thread that writes, once all is compiled. */
final class Allocation implements Work {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final int WARMUP = 8;
    private static final int BLOCKS = 5;

    @Override
    public String name() {
        return "allocation";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        try (OurLog buffered = OurLog.single(directory.resolve("append"), false);
                OurLog durable = OurLog.single(directory.resolve("append-durable"), true);
                OurLog sequences = OurLog.sequences(directory.resolve("submit"), false);
                OurLog durableSequences = OurLog.sequences(directory.resolve("submit-durable"), true);
                OurStore put = new OurStore(directory.resolve("put"), false)) {
            int few = sizes.block() * 10;
            return List.of(
                    row("allocated by an append without flush", buffered, sizes.records() / 4, "<= 48 B"),
                    row("allocated by a durable append", durable, few, "<= 48 B"),
                    row("allocated by `submit` without flush", sequences, sizes.records() / 4, "0 B"),
                    row("allocated by `submit` and `awaitDurable`", durableSequences, few, "0 B"),
                    row("allocated by a put, entry, key and value included", put, sizes.records() / 4, ""));
        }
    }

    private static Row row(String work, Contender contender, int operations, String target) throws Exception {
        for (int i = 0; i < WARMUP; i++) {
            contender.run(operations);
        }
        double[] each = new double[BLOCKS];
        for (int i = 0; i < BLOCKS; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            contender.run(operations);
            each[i] = (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / operations;
        }
        contender.verify();
        // The median: a block in which the compiler starts over says nothing of the others.
        Arrays.sort(each);
        return new Row(work, String.format(Locale.ROOT, "%.1f B", each[BLOCKS / 2]), "", "", target);
    }
}
