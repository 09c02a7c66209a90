package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class BoundedMapTest {

    private final BoundedMap<String, String> map = new BoundedMap<>(3, 10, String::length);

    @Test
    void theOldestGoBeyondTheCountAndAreCounted() {
        List<String> gone = new ArrayList<>();
        for (String each : List.of("a", "b", "c", "d", "e")) {
            assertTrue(map.putIfAbsent(each, each.toUpperCase(Locale.ROOT), gone::add));
        }
        assertEquals(List.of("A", "B"), gone);
        assertEquals(List.of("c", "d", "e"), List.copyOf(map.asMap().keySet()));
        assertEquals(2, map.dropped());
        assertNull(map.get("a"));
        assertTrue(map.putIfAbsent("a", "A"), "what has gone may come again");
        assertEquals(List.of("d", "e", "a"), List.copyOf(map.asMap().keySet()));
    }

    @Test
    void theOldestGoBeyondTheBytesButNeverTheNewest() {
        assertTrue(map.putIfAbsent("a", "1234"));
        assertTrue(map.putIfAbsent("b", "123456"));
        assertEquals(0, map.dropped());
        assertTrue(map.putIfAbsent("c", "1"));
        assertEquals(List.of("b", "c"), List.copyOf(map.asMap().keySet()));
        assertTrue(map.putIfAbsent("d", "much longer than ten"));
        assertEquals(List.of("d"), List.copyOf(map.asMap().keySet()));
        assertEquals(3, map.dropped());
    }

    @Test
    void whatIsRemovedTakesNoRoom() {
        assertTrue(map.putIfAbsent("a", "1234567890"));
        assertEquals("1234567890", map.remove("a"));
        assertNull(map.remove("a"));
        assertTrue(map.putIfAbsent("b", "12345"));
        assertTrue(map.putIfAbsent("c", "12345"));
        assertEquals(2, map.size());
        assertEquals(0, map.dropped());
    }

    @Test
    void aKeyThatIsThereKeepsItsValueAndItsPlaceUnlessItIsPutLast() {
        assertTrue(map.putIfAbsent("a", "1"));
        assertTrue(map.putIfAbsent("b", "2"));
        assertFalse(map.putIfAbsent("a", "123456789"));
        assertEquals("1", map.get("a"));
        map.putLast("a", "3");
        assertEquals(List.of("b", "a"), List.copyOf(map.asMap().keySet()));
        assertEquals("3", map.get("a"));
        map.putLast("c", "12345678");
        assertEquals(0, map.dropped(), "the value that was replaced takes no room");
    }

    @Test
    void whatWentBeforeIsCountedToo() {
        map.addDropped(5);
        assertEquals(5, map.dropped());
    }
}
