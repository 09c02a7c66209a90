package softadastra.bench;

import java.nio.file.Path;
import java.util.Locale;
import softadastra.store.CheckpointPolicy;

/** The process that {@link StoreLarge} starts: it fills a store and is gone without closing it, or opens it and reads all. */
final class LargeStore {

    /** Begins the lines that are meant for the parent: this, what was done, and the figure. */
    static final String MARK = "figure";

    /** What is done until the first get. */
    static final String FIRST_GET = "opened from the checkpoint, to the first get";

    private LargeStore() {}

    /** Arguments: {@code fill} or {@code open}, the folder, and how many records. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        int records = Integer.parseInt(arguments[2]);
        if (arguments[0].equals("fill")) {
            fill(folder, records);
            Runtime.getRuntime().halt(0);
        }
        // Once before with little, so that the code is there.
        Path little = folder.resolveSibling("little");
        try (SoftadastraStore store = new SoftadastraStore(little, false, CheckpointPolicy.manual())) {
            store.load(new RecordSource(0), 1_000);
            WrongResultException.require(
                    1_000, store.engine().checkpoint().value().entries(), "entries");
            store.reopen();
            WrongResultException.require(RecordSource.VALUE_BYTES, store.get(Probe.of("user:00000000001")), "length");
        }
        open(folder, records);
    }

    private static void fill(Path folder, int records) throws Exception {
        SoftadastraStore store = new SoftadastraStore(folder, false, CheckpointPolicy.manual());
        long start = System.nanoTime();
        store.load(new RecordSource(0), records);
        tell("put without flush", seconds(start));
        start = System.nanoTime();
        WrongResultException.require(
                records, store.engine().checkpoint().value().entries(), "entries");
        tell("checkpoint", seconds(start));
        tell("heap", String.format(Locale.ROOT, "%,d MiB", Heap.used() >> 20));
    }

    private static void open(Path folder, int records) throws Exception {
        Probe key = Probe.of("user:%011d".formatted(records / 2));
        long start = System.nanoTime();
        try (SoftadastraStore store = new SoftadastraStore(folder, false, CheckpointPolicy.manual())) {
            WrongResultException.require(RecordSource.VALUE_BYTES, store.get(key), "length of a value");
            tell(FIRST_GET, String.format(Locale.ROOT, "%,.0f ms", (System.nanoTime() - start) / 1e6));
            RecordCheck check = new RecordCheck(1);
            store.visit(check::accept);
            check.complete(records);
            tell("all of them read and compared, from the opening on", seconds(start));
            start = System.nanoTime();
            WrongResultException.require(
                    records, store.engine().checkpoint().value().entries(), "entries");
            tell("another checkpoint", seconds(start));
            tell("heap after that", String.format(Locale.ROOT, "%,d MiB", Heap.used() >> 20));
        }
    }

    private static String seconds(long start) {
        return String.format(Locale.ROOT, "%,.1f s", (System.nanoTime() - start) / 1e9);
    }

    @SuppressWarnings("SystemOut") // A process of its own, which has no other way to say it.
    private static void tell(String what, String figure) {
        System.out.println(MARK + "\t" + what + "\t" + figure);
    }
}
