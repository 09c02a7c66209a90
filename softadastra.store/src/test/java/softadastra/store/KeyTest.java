package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyTest {

    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "user:1",
            "\u0000",
            "\u007f\u0080\u07ff\u0800\uffff",
            "\ud83d\ude00",
            "\ud800",
            "\udc00\ud800",
            "a\ud83db\ude00",
            "\ud83d\ude00\ud83d");

    @Test
    void anyTextMakesAKeyAndComesBack() {
        for (String text : TEXTS) {
            assertEquals(text, Key.of(text).asString());
            assertEquals(text, Key.of(text).toString());
        }
    }

    @Test
    void keysAreEqualAsTheirTextsAre() {
        for (String a : TEXTS) {
            for (String b : TEXTS) {
                assertEquals(a.equals(b), Key.of(a).equals(Key.of(b)));
                assertEquals(a.equals(b), Key.of(a).compareTo(Key.of(b)) == 0);
            }
            assertEquals(Key.of(a).hashCode(), Key.of(a).hashCode());
        }
        assertNotEquals(Key.of("\ud800"), Key.of("?"));
        assertNotEquals(Key.of("\ud800"), Key.of("\ufffd"));
    }

    @Test
    void orderIsThatOfUnsignedUtf8() {
        long seed = 20240501;
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            String a = text(random);
            String b = text(random);
            int expected = Integer.signum(
                    Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
            assertEquals(
                    expected, Integer.signum(Key.of(a).compareTo(Key.of(b))), "seed " + seed + ": " + a + " and " + b);
        }
    }

    private static String text(Random random) {
        int[] points = random.ints(random.nextInt(4), 0, 6)
                .map(kind -> switch (kind) {
                    case 0 -> random.nextInt(0x80);
                    case 1 -> 0x80 + random.nextInt(0x780);
                    case 2 -> 0x800 + random.nextInt(0xD000);
                    case 3 -> 0xE000 + random.nextInt(0x2000);
                    case 4 -> 0x10000 + random.nextInt(0x100000);
                    default -> 'a';
                })
                .toArray();
        return new String(points, 0, points.length);
    }

    @Test
    void keyTellsItsBytes() {
        assertArrayEquals(
                "\u00e9".getBytes(StandardCharsets.UTF_8), Key.of("\u00e9").utf8());
        assertEquals(2, Key.of("\u00e9").length());
        assertTrue(Key.of("").isEmpty());
        assertFalse(Key.of("a").isEmpty());
    }
}
