package softadastra.it.scale;

import java.nio.file.Path;
import java.util.Optional;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.StoreRecovery;

/**
 * Fills a store, checkpoints it, replaces and removes some of it, and writes on until it is killed; or opens what that has left,
 * and compares every entry.
 */
final class LargeStoreChild {
    /** Said when everything but what is written on is durable. */
    static final String FLUSHED = "flushed";

    /** Behind the checkpoint every one of so many entries is replaced, and the one behind it removed. */
    private static final int CHANGED = 100;

    private final StoreConfig config;
    private final long entries;
    private final Figures figures = new Figures();

    private LargeStoreChild(Path log, long entries) {
        this.config = StoreConfig.durable(log).withAutoFlush(false);
        this.entries = entries;
    }

    /** Log, how many entries, and {@code fill} or {@code recover}. */
    public static void main(String[] args) {
        LargeStoreChild child = new LargeStoreChild(Path.of(args[0]), Long.parseLong(args[1]));
        if (args[2].equals("fill")) {
            child.fill();
        } else {
            child.recover();
        }
    }

    private void fill() {
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            for (long i = 0; i < entries; i++) {
                put(store, i, i);
            }
            figures.say("%,d entries put", entries);
            Figures.require(store.checkpoint().orElseThrow().entries() == entries, "entries are missing");
            figures.say("checkpoint written");
            for (long i = 0; i + 1 < entries; i += CHANGED) {
                put(store, i, -i);
                Figures.require(
                        store.remove(StoreEntries.key(i + 1)).orElseThrow().deleted(), "an entry was not there");
            }
            store.flush().orElseThrow();
            figures.say("%,d entries replaced, as many removed", entries / CHANGED);
            figures.say(
                    "heap %,d MiB, disk %,d MiB",
                    Figures.heap() >> 20, store.stats().wal().bytes() >> 20);
            System.out.println(FLUSHED);
            for (long i = entries; ; i++) {
                put(store, i, i);
            }
        }
    }

    private static void put(StoreEngine store, long key, long value) {
        var unused = store.put(StoreEntries.key(key), StoreEntries.value(value)).orElseThrow();
    }

    private void recover() {
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            Optional<Entry> first = store.get(StoreEntries.key(entries / 2 + 3));
            Figures.require(first.isPresent(), "an entry is missing");
            figures.say("opened, and an entry read");
            store.awaitLoaded().orElseThrow();
            StoreRecovery recovery = store.recovery();
            figures.say(
                    "all in memory, from a checkpoint and %,d records of %,d bytes",
                    recovery.operations(), recovery.log().bytes());
            Figures.require(recovery.operations() >= 2 * (entries / CHANGED), "records are missing");
            check(store);
            figures.say("%,d entries compared", store.size());
            figures.say(
                    "heap %,d MiB, disk %,d MiB",
                    Figures.heap() >> 20, store.stats().wal().bytes() >> 20);
            Figures.require(store.checkpoint().orElseThrow().entries() == store.size(), "entries are missing");
            figures.say("another checkpoint written");
        }
    }

    /** What was flushed is all there; of what was written on, a beginning. */
    private void check(StoreEngine store) {
        long next = 0;
        for (Entry entry : (Iterable<Entry>) store.entries()::iterator) {
            if (next < entries && next % CHANGED == 1) {
                next++;
            }
            boolean replaced = next < entries && next % CHANGED == 0;
            Key key = StoreEntries.key(next);
            Figures.require(entry.key().equals(key), key + " is not there, but " + entry.key());
            Figures.require(
                    entry.value().equals(StoreEntries.value(replaced ? -next : next))
                            && entry.version() == (replaced ? 2 : 1),
                    "wrong: " + entry);
            next++;
        }
        Figures.require(next >= entries, "entries missing from " + next);
        Figures.require(store.size() == next - (entries + CHANGED - 2) / CHANGED, store.size() + " entries");
    }
}
