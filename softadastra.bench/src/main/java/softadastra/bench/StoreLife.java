package softadastra.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;

/** Very many puts without flush into an empty store, its close, and opening it again, beside bare maps with the same data. */
final class StoreLife implements Work {

    private static final String LIMIT_PUT = "`ConcurrentSkipListMap`, ";
    private static final String LIMIT_HEAP = "`ConcurrentHashMap<String, byte[]>`, ";

    @Override
    public String name() {
        return "store";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        int records = sizes.records();
        // Once before, so that all of it is compiled: a store that small is over before the compiler starts.
        fill(StoreConfig.durable(directory.resolve("warmup")).withAutoFlush(false), records);
        fillMap(new ConcurrentSkipListMap<>(), records);

        StoreConfig config = StoreConfig.durable(directory.resolve("store")).withAutoFlush(false);
        Times times = fill(config, records);
        double bare = seconds(fillMap(new ConcurrentSkipListMap<>(), records));
        double bytes = (double) Folders.bytes(directory.resolve("store")) / records - RecordSource.BYTES;

        long before = usedHeap();
        long start = System.nanoTime();
        double opened;
        long heap;
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            opened = seconds(System.nanoTime() - start);
            heap = usedHeap() - before;
            OurStore.verify(store, records);
        }
        Map<String, byte[]> map = new ConcurrentHashMap<>();
        before = usedHeap();
        fillMap(map, records);
        long bareHeap = usedHeap() - before;
        WrongResultException.require(records, map.size(), "entries of the map");

        String work = String.format(Locale.ROOT, "%,d puts without flush", records);
        return List.of(
                new Row(
                        work,
                        Row.perSecond(records / times.put()),
                        LIMIT_PUT + Row.perSecond(records / bare),
                        Row.ratio(bare / times.put()),
                        ">= 0.50"),
                new Row("their close", time(times.close()), "", "", ""),
                new Row("opening them again", time(opened) + ", " + Row.perSecond(records / opened), "", "", ""),
                new Row(
                        "heap after that, each",
                        number((double) heap / records),
                        LIMIT_HEAP + number((double) bareHeap / records),
                        Row.ratio((double) heap / bareHeap),
                        "<= 1.20"),
                new Row("bytes on disk over key + value, each", number(bytes), "", "", "<= 64"));
    }

    private record Times(double put, double close) {}

    private static Times fill(StoreConfig config, int records) {
        StoreEngine store = StoreEngine.open(config).orElseThrow();
        long start = System.nanoTime();
        long end;
        try (store) {
            RecordSource source = new RecordSource(0);
            for (int i = 0; i < records; i++) {
                OurStore.put(store, source);
            }
            end = System.nanoTime();
        }
        return new Times(seconds(end - start), seconds(System.nanoTime() - end));
    }

    private static long fillMap(Map<String, byte[]> map, int records) {
        long start = System.nanoTime();
        RecordSource source = new RecordSource(0);
        for (int i = 0; i < records; i++) {
            map.put(source.nextKey(), source.value().clone());
        }
        return System.nanoTime() - start;
    }

    private static long usedHeap() {
        // Twice: what the first collection finds unreachable may hold on to more.
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    private static String time(double seconds) {
        return String.format(Locale.ROOT, "%,.0f ms", seconds * 1_000);
    }

    private static String number(double bytes) {
        return String.format(Locale.ROOT, "%.1f B", bytes);
    }
}
