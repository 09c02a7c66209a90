package softadastra.it.scale;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalInspector;

/** Puts that are not flushed, one by one, in a store that is then closed, opened again, and read to its last byte. */
final class MillionPutsChild {
    private static final int VALUE_BYTES = 100;

    private MillionPutsChild() {}

    /** Log, and how many puts. */
    public static void main(String[] args) {
        Path log = Path.of(args[0]);
        int count = Integer.parseInt(args[1]);
        StoreConfig config = StoreConfig.durable(log).withAutoFlush(false);
        long begin = System.nanoTime();
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            for (int i = 0; i < count; i++) {
                store.put(key(i), Value.of(value(i))).orElseThrow();
            }
            say("put", begin);
            begin = System.nanoTime();
        }
        say("closed", begin);
        begin = System.nanoTime();
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            say("opened again", begin);
            begin = System.nanoTime();
            check(store, count);
            say("checked", begin);
        }
        long used = WalInspector.open(log).flatMap(WalInspector::info).orElseThrow().files().stream()
                .mapToLong(WalInspector.FileInfo::usedBytes)
                .sum();
        System.out.println("bytes on disk: " + used);
    }

    private static void check(StoreEngine store, int count) {
        if (store.size() != count || store.lastRecoveredSequence() != count) {
            throw new AssertionError(store.size() + " entries at sequence " + store.lastRecoveredSequence());
        }
        for (int i = 0; i < count; i++) {
            Entry entry = store.get(key(i)).orElseThrow();
            if (entry.sequence() != i + 1L
                    || entry.version() != 1
                    || !Arrays.equals(value(i), entry.value().bytes())) {
                throw new AssertionError("put " + i + " came back as " + entry);
            }
        }
    }

    private static Key key(int i) {
        String digits = Integer.toString(i);
        return Key.of("user:" + "0".repeat(11 - digits.length()) + digits);
    }

    private static byte[] value(int i) {
        byte[] bytes = new byte[VALUE_BYTES];
        new SplittableRandom(i).nextBytes(bytes);
        return bytes;
    }

    private static void say(String what, long begin) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        System.out.println(String.format(Locale.ROOT, "%s in %d ms", what, millis));
    }
}
