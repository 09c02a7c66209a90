package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.NodeId;

class VersionsTest {

    private static final Origin SELF = new Origin(NodeId.of("a").value(), 7);

    private final Versions versions = new Versions(SELF);
    private long sequence;

    private void write(String key, @Nullable String value) {
        byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        Stored stored = new Stored(bytes, 1, 0, SELF, sequence + 1);
        stored.sequence = ++sequence;
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        versions.add(versions.find(name), name, stored);
    }

    private void publish() {
        versions.addedThrough(sequence);
        versions.publish(sequence);
    }

    private boolean prune() {
        boolean more = versions.prune();
        for (int i = 0; i < 1_000 && more; i++) {
            more = versions.prune();
        }
        return more;
    }

    private @Nullable Slot slot(String key) {
        return versions.slot(key.getBytes(StandardCharsets.UTF_8));
    }

    private @Nullable String visible(String key) {
        Slot slot = slot(key);
        Stored stored = slot == null ? null : versions.visible(slot);
        return text(stored);
    }

    private @Nullable String at(String key, long snapshot) {
        Slot slot = slot(key);
        return slot == null ? null : text(Versions.at(slot, snapshot));
    }

    private @Nullable String newest(String key) {
        Slot slot = versions.find(key.getBytes(StandardCharsets.UTF_8));
        return slot == null ? null : text(slot.newest());
    }

    private static @Nullable String text(@Nullable Stored stored) {
        return stored == null || stored.value == null ? null : new String(stored.value, StandardCharsets.UTF_8);
    }

    private int length(String key) {
        Slot slot = slot(key);
        int length = 0;
        for (Stored stored = slot == null ? null : slot.newest(); stored != null; stored = stored.before()) {
            length++;
        }
        return length;
    }

    @Test
    void whatIsAddedIsSeenOnceItIsPublished() {
        write("k", "1");
        assertNull(visible("k"));
        publish();
        assertEquals("1", visible("k"));
        write("k", "2");
        assertEquals("1", visible("k"));
        write("k", null);
        assertEquals("1", visible("k"));
        assertEquals(1, versions.reached().entries);
        publish();
        assertNull(visible("k"));
        assertEquals(0, versions.reached().entries);
    }

    /** An unfinished batch must not be seen because the log is faster than the one who adds. */
    @Test
    void nothingIsPublishedThatIsNotAddedAsAWhole() {
        write("a", "1");
        versions.publish(2);
        assertNull(visible("a"));
        write("b", "1");
        versions.addedThrough(2);
        versions.publish(2);
        assertEquals("1", visible("a"));
        assertEquals("1", visible("b"));
    }

    @Test
    void oldVersionsGoWhenTheNextIsVisible() {
        write("k", "1");
        publish();
        write("k", "2");
        assertEquals(false, prune());
        assertEquals(2, length("k"));
        publish();
        assertEquals(false, prune());
        assertEquals(1, length("k"));
        write("k", null);
        publish();
        assertEquals(false, prune());
        assertNull(slot("k"));
    }

    /** Nor does anything else keep them: nobody may ever have asked what is counted. */
    @Test
    void oldVersionsAreGarbage() {
        write("k", "1");
        publish();
        Slot slot = slot("k");
        WeakReference<Stored> first = new WeakReference<>(slot == null ? null : slot.newest());
        write("k", "2");
        publish();
        assertEquals(false, prune());
        write("other", "1");
        publish();
        assertEquals(false, prune());
        while (first.get() != null) {
            System.gc();
        }
        assertEquals("2", visible("k"));
    }

    /** Between the first and the last operation of a key in a batch there is nothing to be seen. */
    @Test
    void whatABatchOnlyPassesThroughIsNeverSeen() throws Exception {
        write("k", "kept");
        publish();
        AtomicBoolean done = new AtomicBoolean();
        FutureTask<String> reader = new FutureTask<>(() -> {
            String seen = "kept";
            while (!done.get() && "kept".equals(seen)) {
                seen = String.valueOf(visible("k"));
            }
            return seen;
        });
        Thread thread = new Thread(reader);
        thread.start();
        for (int i = 0; i < 500_000 && !reader.isDone(); i++) {
            write("k", "passing");
            write("k", null);
            write("k", "kept");
            publish();
            assertEquals(false, prune());
        }
        done.set(true);
        assertEquals("kept", reader.get());
    }

    /** A checkpoint may take long, and is not to keep every version that is written meanwhile. */
    @Test
    void whatIsHeldDoesNotKeepWhatComesBehind() {
        write("k", "1");
        publish();
        Versions.Held held = versions.hold();
        write("k", "2");
        publish();
        Slot slot = slot("k");
        WeakReference<Stored> second = new WeakReference<>(slot == null ? null : slot.newest());
        write("k", "3");
        publish();
        write("other", "1");
        publish();
        assertEquals(false, prune());
        while (second.get() != null) {
            System.gc();
        }
        assertEquals("1", at("k", held.sequence()));
        assertEquals(1, held.entries());
    }

    /** A walk goes ahead of those who take what it hands out. */
    @Test
    void aWalkSeesAKeyThatIsMadeAgainBeforeItGetsThere() {
        write("a", "1");
        write("b", "1");
        publish();
        write("b", null);
        publish();
        Iterator<Entry> walk = View.now(versions).entries(KeyRange.all()).iterator();
        assertEquals("a", walk.next().key().asString());
        assertEquals(false, prune());
        assertNull(slot("b"));
        write("b", "2");
        publish();
        assertEquals("2", walk.next().value().asString());
    }

    @Test
    void aSnapshotHoldsWhatItSeesAndNothingElse() {
        write("k", "1");
        write("gone", "1");
        publish();
        Versions.Held held = versions.hold();
        for (int i = 2; i < 1_000; i++) {
            write("k", "" + i);
            publish();
            assertEquals(false, prune());
        }
        write("gone", null);
        publish();
        assertEquals(false, prune());

        assertEquals(2, length("k"));
        assertEquals("1", at("k", held.sequence()));
        assertEquals("999", visible("k"));
        assertEquals("1", at("gone", held.sequence()));
        assertNull(visible("gone"));
        assertNotNull(slot("gone"));

        versions.views().close(held.sequence());
        assertEquals(false, prune());
        assertEquals(1, length("k"));
        assertNull(slot("gone"));
    }

    private record Seen(long sequence, Map<String, String> entries) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everySnapshotSeesItsMoment(long seed) {
        Random random = new Random(seed);
        TreeMap<String, String> newest = new TreeMap<>();
        List<Seen> snapshots = new ArrayList<>();
        TreeMap<String, String> published = new TreeMap<>();
        for (int step = 0; step < 3_000; step++) {
            String key = "k" + random.nextInt(8);
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> {
                    write(key, "v" + step);
                    newest.put(key, "v" + step);
                }
                case 4, 5 -> {
                    if (newest.remove(key) != null) {
                        write(key, null);
                    }
                }
                case 6, 7 -> {
                    publish();
                    published = new TreeMap<>(newest);
                }
                case 8 -> {
                    if (snapshots.size() < 4) {
                        snapshots.add(new Seen(versions.hold().sequence(), published));
                    }
                }
                case 9 -> {
                    if (!snapshots.isEmpty()) {
                        Seen closed = snapshots.remove(random.nextInt(snapshots.size()));
                        versions.views().close(closed.sequence);
                    }
                }
                default -> versions.prune();
            }
            check(seed, step, newest, published, snapshots);
        }
        snapshots.forEach(seen -> versions.views().close(seen.sequence));
        publish();
        assertEquals(false, prune());
        for (int k = 0; k < 8; k++) {
            assertEquals(newest.containsKey("k" + k) ? 1 : 0, length("k" + k), "seed " + seed);
        }
    }

    private void check(
            long seed, int step, Map<String, String> newest, Map<String, String> published, List<Seen> snapshots) {
        String where = "seed " + seed + " step " + step;
        for (int k = 0; k < 8; k++) {
            String key = "k" + k;
            assertEquals(published.get(key), visible(key), where);
            assertEquals(newest.get(key), newest(key), where);
            snapshots.forEach(seen -> assertEquals(seen.entries.get(key), at(key, seen.sequence), where));
        }
        assertEquals(published.size(), versions.reached().entries, where);
        assertTrue(versions.added() <= sequence, where);
    }
}
