package softadastra.wal.tck.kill;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;
import softadastra.wal.spi.WalWriter;

/**
 * The process that {@link KillRunner} kills: it appends to a log from several threads, with automatic flush, for ever, and says
 * on its standard output thread, group and last sequence of each group that was acknowledged.
 */
public final class KillChild {

    static final String OPEN = "open";

    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    private final KillGroups groups;

    private KillChild(KillGroups groups) {
        this.groups = groups;
    }

    /**
     * Runs until it is killed.
     *
     * @param args the class of the provider, the log, a seed, the size of segments, and the first group of each thread
     */
    public static void main(String[] args) {
        KillChild child = new KillChild(new KillGroups(Long.parseLong(args[2])));
        WalWriter writer = WalWriter.open(WalConfig.durable(args[1])
                        .withProvider(provider(args[0]))
                        .withSegmentBytes(Long.parseLong(args[3])))
                .orElseThrow();
        child.say(OPEN);
        for (int i = 4; i < args.length; i++) {
            int thread = i - 4;
            long first = Long.parseLong(args[i]);
            new Thread(() -> child.append(writer, thread, first)).start();
        }
    }

    private static WalProvider provider(String type) {
        return WalProviders.available().orElseThrow().stream()
                .filter(provider -> provider.getClass().getName().equals(type))
                .findFirst()
                .orElseGet(() -> construct(type));
    }

    private static WalProvider construct(String type) {
        try {
            return Class.forName(type)
                    .asSubclass(WalProvider.class)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("no provider of class " + type, e);
        }
    }

    private void append(WalWriter writer, int thread, long first) {
        for (long group = first; ; group++) {
            long sequence = groups.size(thread, group) == 1
                    ? writer.append(KillGroups.typeCode(thread), groups.payload(thread, group, 0))
                            .orElseThrow()
                    : writer.appendBatch(groups.batch(thread, group)).orElseThrow();
            say(thread + " " + group + " " + sequence);
        }
    }

    /** A line at once, whole, and with nothing of another between. */
    private synchronized void say(String line) {
        out.print(line + "\n");
        out.flush();
    }
}
