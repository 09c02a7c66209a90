package softadastra.it.scale;

import java.nio.file.Path;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.StoreCheckpoint;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.StoreRecovery;

/**
 * Puts ever new keys into a store and removes the oldest, so that as many are live all the time, and looks at heap and disk
 * meanwhile; then opens the store beside one that only ever held what is live in the end, and compares what had to be read.
 */
final class ChangingKeysChild {
    private static final int SAMPLES = 10;
    private static final long MEBI = 1 << 20;

    /** What a checkpoint and the log may each take of live data, with what the log holds in advance. */
    private static final int MOST_TIMES = 3;

    private static final long MOST_IN_ADVANCE = 32 * MEBI;
    private static final int OVERHEAD = 64;

    private final Path directory;
    private final int live;
    private final long liveBytes;
    private long puts;
    private long mostDisk;
    private long firstHeap;
    private final Figures figures = new Figures();

    private ChangingKeysChild(Path directory, int live) {
        this.directory = directory;
        this.live = live;
        this.liveBytes = live * (long) (StoreEntries.KEY_BYTES + StoreEntries.VALUE_BYTES + OVERHEAD);
    }

    /** A folder, how many keys are live, and how many operations to do. */
    public static void main(String[] args) {
        new ChangingKeysChild(Path.of(args[0]), Integer.parseInt(args[1])).run(Long.parseLong(args[2]));
    }

    private static StoreConfig config(Path log) {
        return StoreConfig.durable(log).withAutoFlush(false);
    }

    private void run(long operations) {
        StoreConfig changing = config(directory.resolve("changing.wal"));
        try (StoreEngine store = StoreEngine.open(changing).orElseThrow()) {
            change(store, operations);
        }
        long behind = open("changing keys, as left", changing).records();
        // What the policy leaves: a checkpoint, and as much log as that is worth in entries put and removed.
        Figures.require(behind <= MOST_TIMES * (long) live, behind + " records to read");
        Read checkpointed = checkpointed("changing keys", changing);
        StoreConfig still = config(directory.resolve("still.wal"));
        try (StoreEngine store = StoreEngine.open(still).orElseThrow()) {
            for (long i = puts - live; i < puts; i++) {
                store.put(StoreEntries.key(i), StoreEntries.value(i)).orElseThrow();
            }
        }
        Read expected = checkpointed("the same keys, never changed", still);
        Figures.require(checkpointed.records() == expected.records(), "not as many records are read");
        Figures.require(checkpointed.bytes() <= expected.bytes() * 1.1, "more bytes are read");
    }

    private void change(StoreEngine store, long operations) {
        long done = 0;
        for (int sample = 1; sample <= SAMPLES; sample++) {
            while (done < operations / SAMPLES * sample) {
                done += step(store);
            }
            look(store, done);
        }
    }

    private int step(StoreEngine store) {
        store.put(StoreEntries.key(puts), StoreEntries.value(puts)).orElseThrow();
        puts++;
        if (puts % 1_000 == 0) {
            mostDisk = Math.max(mostDisk, store.stats().wal().bytes());
        }
        if (puts <= live) {
            return 1;
        }
        Figures.require(
                store.remove(StoreEntries.key(puts - 1 - live)).orElseThrow().deleted(),
                "a key was gone before it was removed");
        return 2;
    }

    private void look(StoreEngine store, long done) {
        Figures.require(store.size() == Math.min(puts, live), store.size() + " entries");
        long heap = Figures.heap();
        figures.say(
                "%,d operations: heap %,d KiB, disk at most %,d KiB, checkpoint through %,d",
                done, heap >> 10, mostDisk >> 10, store.stats().wal().checkpointSequence());
        if (puts >= live) {
            firstHeap = firstHeap == 0 ? heap : firstHeap;
            Figures.require(heap <= firstHeap + firstHeap / 4 + 4 * MEBI, "the heap grows");
        }
        Figures.require(mostDisk <= MOST_TIMES * liveBytes + MOST_IN_ADVANCE, "the disk grows");
        mostDisk = 0;
    }

    /** What opening a store had to read: entries of its checkpoint and records of its log, and bytes of both. */
    private record Read(long records, long bytes) {}

    private Read checkpointed(String what, StoreConfig config) {
        StoreCheckpoint checkpoint;
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            checkpoint = store.checkpoint().orElseThrow();
        }
        Read read = open(what + ", behind a checkpoint", config);
        return new Read(read.records, read.bytes + checkpoint.bytes());
    }

    private Read open(String what, StoreConfig config) {
        Figures opening = new Figures();
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            store.awaitLoaded().orElseThrow();
            StoreRecovery recovery = store.recovery();
            long entries = recovery.checkpointSequence() == 0 ? 0 : live;
            opening.say(
                    "%s: all in memory, from %,d entries and %,d records of %,d bytes; disk %,d KiB",
                    what,
                    entries,
                    recovery.operations(),
                    recovery.log().bytes(),
                    store.stats().wal().bytes() >> 10);
            check(store);
            return new Read(entries + recovery.operations(), recovery.log().bytes());
        }
    }

    private void check(StoreEngine store) {
        Figures.require(store.size() == live, store.size() + " entries");
        long next = puts - live;
        for (Entry entry : (Iterable<Entry>) store.entries()::iterator) {
            Key key = StoreEntries.key(next);
            Figures.require(entry.key().equals(key), key + " is not there, but " + entry.key());
            Figures.require(entry.version() == 1 && entry.value().equals(StoreEntries.value(next)), "wrong: " + entry);
            next++;
        }
        Figures.require(next == puts, "keys missing from " + next);
    }
}
