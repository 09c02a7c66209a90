package softadastra.it.power;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalWriter;
import softadastra.wal.tck.kill.KillGroups;

/**
 * Appends to a log from several threads, with automatic flush, for ever; prints thread, group and last sequence of each group
 * that was acknowledged.
 */
final class CutChild {
    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);

    private CutChild() {}

    /** A line at once, whole: what the parent has read was acknowledged before the cut. */
    private synchronized void say(String line) {
        out.print(line + "\n");
        out.flush();
    }

    /** Log, seed, size of segments, and the first group of each thread. */
    public static void main(String[] args) {
        CutChild out = new CutChild();
        KillGroups groups = new KillGroups(Long.parseLong(args[1]));
        WalWriter writer = WalWriter.open(WalConfig.durable(args[0]).withSegmentBytes(Long.parseLong(args[2])))
                .orElseThrow();
        out.say("open");
        for (int i = 3; i < args.length; i++) {
            int thread = i - 3;
            long first = Long.parseLong(args[i]);
            new Thread(() -> append(writer, groups, thread, first, out)).start();
        }
    }

    private static void append(WalWriter writer, KillGroups groups, int thread, long first, CutChild out) {
        for (long group = first; ; group++) {
            long sequence = groups.size(thread, group) == 1
                    ? writer.append(KillGroups.typeCode(thread), groups.payload(thread, group, 0))
                            .orElseThrow()
                    : writer.appendBatch(groups.batch(thread, group)).orElseThrow();
            out.say(thread + " " + group + " " + sequence);
        }
    }
}
