package softadastra.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The indexes that are compared do the same: what a sorted map does. */
class OrderedIndexTest {

    private static final int SEEDS = 60;
    private static final int PUTS = 1_500;

    private final TreeMap<byte[], IndexEntry> model = new TreeMap<>(Arrays::compareUnsigned);

    static List<Named<Supplier<OrderedIndex>>> indexes() {
        return List.of(
                Named.of("radix", () -> new RadixIndex(false)),
                Named.of("radix, copied", () -> new RadixIndex(true)),
                Named.of("tree", () -> new TreeIndex(false)),
                Named.of("tree, copied", () -> new TreeIndex(true)),
                Named.of("hash and radix", () -> new HashIndex(new RadixIndex(false))),
                Named.of("hash and tree", () -> new HashIndex(new TreeIndex(false))),
                Named.of("skip list", SkipListOrder::new),
                Named.of("hash and skip list", HashAndSkipList::new));
    }

    @ParameterizedTest
    @MethodSource("indexes")
    void itHoldsWhatASortedMapHolds(Supplier<OrderedIndex> empty) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            OrderedIndex index = empty.get();
            OrderedIndex snapshot = index.snapshot();
            TreeMap<byte[], IndexEntry> then = new TreeMap<>(model);
            model.clear();
            then.clear();
            for (int i = 0; i < PUTS; i++) {
                byte[] key = key(random);
                IndexEntry entry = entry(key, i);
                index.put(key, entry);
                model.put(key, entry);
                if (random.nextInt(200) == 0) {
                    check(index, model, random, seed);
                    check(snapshot, then, random, seed);
                    snapshot = index.snapshot();
                    then = new TreeMap<>(model);
                }
            }
            check(index, model, random, seed);
            check(snapshot, then, random, seed);
        }
    }

    private static void check(OrderedIndex index, NavigableMap<byte[], IndexEntry> expected, Random random, int seed) {
        for (Map.Entry<byte[], IndexEntry> each : expected.entrySet()) {
            assertSame(each.getValue(), index.get(each.getKey()), () -> "seed " + seed);
        }
        for (int i = 0; i < 50; i++) {
            byte[] key = key(random);
            if (!expected.containsKey(key)) {
                assertNull(index.get(key), () -> "seed " + seed);
            }
            byte[] prefix = Arrays.copyOf(key, random.nextInt(key.length + 1));
            List<IndexEntry> scanned = new ArrayList<>();
            index.scan(prefix, entry -> {
                scanned.add(entry);
                return true;
            });
            List<IndexEntry> between = expected.tailMap(prefix, true).values().stream()
                    .takeWhile(entry -> entry.startsWith(prefix))
                    .toList();
            assertEquals(between, scanned, () -> "seed " + seed);
        }
    }

    /** A key of few letters, so that many begin alike, one with another; some with every byte that UTF-8 has. */
    private static byte[] key(Random random) {
        StringBuilder text = new StringBuilder();
        int length = 1 + random.nextInt(7);
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(
                    switch (random.nextInt(8)) {
                        case 0 -> random.nextInt(0x80);
                        case 1 -> 0x80 + random.nextInt(0x5000);
                        case 2 -> 0x10000 + random.nextInt(0x100000);
                        default -> 'a' + random.nextInt(3);
                    });
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static IndexEntry entry(byte[] key, int number) {
        return new IndexEntry(Arrays.copyOf(key, key.length + 8), key.length, number);
    }
}
