package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.core.NodeId;

class IndexTest {

    private static final long SEED = Long.getLong("softadastra.seed", 20261121L);

    private static final Stored FIRST =
            new Stored(null, 0, 0, new Origin(NodeId.of("a").value(), 1), 0);

    /** Kinds of keys that shape the index in different ways. */
    enum Keys {
        /** Few and short, many of them the beginning of others. */
        NESTED,
        /** Numbers behind a common beginning. */
        NUMBERED,
        /** Any characters, of one to four bytes. */
        TEXT,
        /** Long ones that differ at the end. */
        LONG;

        byte[] next(Random random) {
            return bytes(
                    switch (this) {
                        case NESTED -> "ab".repeat(random.nextInt(12)) + "xyz".substring(0, 1 + random.nextInt(3));
                        case NUMBERED -> String.format("user:%011d", random.nextInt(3_000));
                        case TEXT -> text(random);
                        case LONG -> "p".repeat(300) + random.nextInt(500);
                    });
        }

        private static String text(Random random) {
            return random.ints(1 + random.nextInt(6), 1, 0x10FFFF)
                    .filter(c -> c < 0xD800 || c > 0xDFFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .append('k')
                    .toString();
        }
    }

    @ParameterizedTest
    @EnumSource
    void findsAndWalksLikeASortedMap(Keys keys) {
        Random random = new Random(SEED + keys.name().length());
        Index index = new Index(random.nextLong());
        TreeMap<Key, Slot> model = new TreeMap<>();
        for (int step = 0; step < 20_000; step++) {
            byte[] key = keys.next(random);
            // It grows, shrinks to nothing, and grows again.
            boolean growing = step % 8_000 < 4_000;
            if (random.nextInt(10) < (growing ? 7 : 2)) {
                Slot slot = getOrAdd(index, key);
                Slot before = model.putIfAbsent(Key.wrap(key), slot);
                assertSame(before == null ? slot : before, slot, () -> "seed " + SEED);
            } else if (!model.isEmpty()) {
                Map.Entry<Key, Slot> found = model.ceilingEntry(Key.wrap(key));
                Map.Entry<Key, Slot> gone = found == null ? model.firstEntry() : found;
                model.remove(gone.getKey());
                index.remove(gone.getValue());
                assertNull(index.get(gone.getKey().bytes()));
            }
            assertSame(model.get(Key.wrap(key)), index.get(key), () -> "seed " + SEED);
            if (step % 97 == 0) {
                byte[] from = random.nextBoolean() ? key : Arrays.copyOf(key, random.nextInt(key.length + 1));
                assertWalk(model.tailMap(Key.wrap(from), true).values().iterator(), index.from(from));
            }
        }
        assertWalk(model.values().iterator(), index.from(new byte[0]));
    }

    /** Without this everything works, and walks are slow. */
    @ParameterizedTest
    @EnumSource
    void eachSlotLeadsToTheNext(Keys keys) {
        Random random = new Random(SEED + keys.name().length());
        Index index = new Index(random.nextLong());
        TreeMap<Key, Slot> model = new TreeMap<>();
        for (int step = 0; step < 3_000; step++) {
            byte[] key = keys.next(random);
            if (random.nextInt(10) < (step % 2_000 < 1_000 ? 7 : 2)) {
                model.put(Key.wrap(key), getOrAdd(index, key));
            } else if (!model.isEmpty()) {
                Map.Entry<Key, Slot> gone = random.nextInt(4) == 0 ? model.pollLastEntry() : model.pollFirstEntry();
                index.remove(gone.getValue());
                assertNull(gone.getValue().next);
            }
            if (step % 13 == 0) {
                Slot before = null;
                for (Slot slot : model.values()) {
                    assertSame(slot, before == null ? slot : before.next, () -> "seed " + SEED);
                    before = slot;
                }
                assertNull(before == null ? null : before.next);
            }
        }
    }

    private static void assertWalk(Iterator<Slot> expected, OrderedIndex.Cursor walk) {
        while (expected.hasNext()) {
            assertSame(expected.next(), walk.next(), () -> "seed " + SEED);
        }
        assertNull(walk.next());
        assertNull(walk.next(), "stays at the end");
    }

    @Test
    void anEmptyIndexHasNothing() {
        Index index = new Index(1);

        assertNull(index.get(new byte[] {'a'}));
        assertNull(index.from(new byte[0]).next());
    }

    @Test
    void keysMayNestAsDeepAsTheyAreLong() {
        Index index = new Index(1);
        List<byte[]> keys = new ArrayList<>();
        for (int length = 1; length <= 5_000; length++) {
            byte[] key = new byte[length];
            Arrays.fill(key, (byte) 'k');
            keys.add(key);
            Slot unused = getOrAdd(index, key);
        }

        OrderedIndex.Cursor walk = index.from(keys.get(10));
        for (byte[] key : keys.subList(10, keys.size())) {
            Slot slot = walk.next();
            assertNotNull(slot);
            assertArrayEquals(key, slot.key);
        }
        assertNull(walk.next());
        for (byte[] key : keys) {
            Slot slot = index.get(key);
            assertNotNull(slot);
            index.remove(slot);
        }
        assertNull(index.from(new byte[0]).next());
    }

    /** All in one bucket, which splits cannot help. */
    @Test
    void slotsWhoseHashesCollideAreFound() {
        HashIndex index = new HashIndex();
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            Slot slot = new Slot(bytes(Integer.toString(i)), FIRST);
            slots.add(slot);
            index.add(slot, collidingHash(i));
        }
        for (int i = 0; i < slots.size(); i += 2) {
            index.remove(slots.get(i), collidingHash(i));
        }
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get(i);
            assertSame(i % 2 == 0 ? null : slot, index.get(slot.key, collidingHash(i)));
        }
    }

    private static int collidingHash(int i) {
        return 42 + (i % 3 == 0 ? 1 << 30 : 0);
    }

    @Test
    void readersFindWhateverStaysWhileOthersComeAndGo() throws Exception {
        Index index = new Index(SEED);
        Set<String> staying = new HashSet<>();
        for (int i = 0; i < 2_000; i += 3) {
            staying.add(String.format("user:%05d", i));
            getOrAdd(index, bytes(String.format("user:%05d", i)));
        }
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Future<Long> byKey = pool.submit(reader(over, () -> {
                for (String key : staying) {
                    if (index.get(bytes(key)) == null) {
                        fail("not found: " + key);
                    }
                }
            }));
            Future<Long> inOrder = pool.submit(reader(over, () -> {
                Set<String> seen = new HashSet<>();
                byte[] last = new byte[0];
                OrderedIndex.Cursor walk = index.from(new byte[0]);
                for (Slot slot = walk.next(); slot != null; slot = walk.next()) {
                    if (Arrays.compareUnsigned(last, slot.key) >= 0) {
                        fail("not in order: " + slot);
                    }
                    last = slot.key;
                    seen.add(slot.toString());
                }
                if (!seen.containsAll(staying)) {
                    fail("a walk left some out");
                }
            }));
            Random random = new Random(SEED);
            for (int step = 0; step < 200_000; step++) {
                int number = random.nextInt(2_000);
                byte[] key = bytes(String.format("user:%05d", number));
                Slot slot = index.get(key);
                if (slot == null) {
                    getOrAdd(index, key);
                } else if (number % 3 != 0) {
                    index.remove(slot);
                }
            }
            over.set(true);
            assertEquals(true, byKey.get() > 0 && inOrder.get() > 0);
        } finally {
            over.set(true);
            pool.shutdownNow();
        }
    }

    private static Callable<Long> reader(AtomicBoolean over, Runnable pass) {
        return () -> {
            long passes = 0;
            while (!over.get() || passes == 0) {
                pass.run();
                passes++;
            }
            return passes;
        };
    }

    private static Slot getOrAdd(Index index, byte[] key) {
        Slot slot = index.get(key);
        return slot == null ? index.add(key, FIRST) : slot;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
