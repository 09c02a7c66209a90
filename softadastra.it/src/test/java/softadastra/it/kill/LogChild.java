package softadastra.it.kill;

import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalWriter;

/**
 * Appends to a log from several threads, with automatic flush, for ever; prints thread, group and last sequence of each group
 * that was acknowledged.
 */
final class LogChild {
    private LogChild() {}

    /** Log, seed, size of segments, and the first group of each thread. */
    public static void main(String[] args) {
        Acknowledgements out = new Acknowledgements();
        LogGroups groups = new LogGroups(Long.parseLong(args[1]));
        WalWriter writer = WalWriter.open(WalConfig.durable(args[0]).withSegmentBytes(Long.parseLong(args[2])))
                .orElseThrow();
        out.say("open");
        for (int i = 3; i < args.length; i++) {
            int thread = i - 3;
            long first = Long.parseLong(args[i]);
            new Thread(() -> append(writer, groups, thread, first, out)).start();
        }
    }

    private static void append(WalWriter writer, LogGroups groups, int thread, long first, Acknowledgements out) {
        for (long group = first; ; group++) {
            long sequence = groups.size(thread, group) == 1
                    ? writer.append(LogGroups.typeCode(thread), groups.payload(thread, group, 0))
                            .orElseThrow()
                    : writer.appendBatch(groups.batch(thread, group)).orElseThrow();
            out.say(thread + " " + group + " " + sequence);
        }
    }
}
