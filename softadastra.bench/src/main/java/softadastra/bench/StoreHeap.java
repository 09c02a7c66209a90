package softadastra.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import softadastra.store.CheckpointPolicy;

/** What the entries of a store take: on the heap beside a bare map with the same data, and on the disk. */
final class StoreHeap implements Work {

    @Override
    public String name() {
        return "store-heap";
    }

    @Override
    public String table() {
        return "store";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        int records = sizes.records();
        Path folder = directory.resolve("store");
        // Opened again, the store has its entries from the log, as it will have them most of the time.
        try (StorePuts store = new StorePuts(new SoftadastraStore(folder, false, CheckpointPolicy.manual()), 1)) {
            store.run(records);
        }
        double bytes = (double) Folders.bytes(folder) / records - RecordSource.BYTES;
        long before = Heap.used();
        long heap;
        try (SoftadastraStore store = new SoftadastraStore(folder, false, CheckpointPolicy.manual())) {
            heap = Heap.used() - before;
            WrongResultException.require(records, store.engine().size(), "entries of the store");
        }
        before = Heap.used();
        long bareHeap;
        try (StorePuts map = new StorePuts(BareStore.hash(), 1)) {
            map.run(records);
            bareHeap = Heap.used() - before;
            map.verify();
        }
        return List.of(
                new Row(
                        "heap for each entry, opened from its log",
                        number((double) heap / records),
                        "`ConcurrentHashMap<String, byte[]>` " + number((double) bareHeap / records),
                        Row.ratio((double) heap / bareHeap),
                        "<= 1.20"),
                new Row("bytes on disk over key + value, each", number(bytes), "", "", "<= 64"));
    }

    private static String number(double bytes) {
        return String.format(Locale.ROOT, "%.1f B", bytes);
    }
}
