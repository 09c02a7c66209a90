package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;

class ValueTest {

    @Test
    void textComesBack() {
        assertEquals(
                "Gaspard \u00e9\ud83d\ude00",
                Value.fromString("Gaspard \u00e9\ud83d\ude00").asString());
        assertEquals("", Value.fromString("").asString());
        assertEquals("\ud800", Value.fromString("\ud800").asString());
    }

    @Test
    void bytesAreCopiedInAndOut() {
        byte[] bytes = {1, 2};
        Value value = Value.of(bytes);
        bytes[0] = 9;
        value.bytes()[1] = 9;
        assertArrayEquals(new byte[] {1, 2}, value.bytes());
        assertEquals(2, value.length());
    }

    @Test
    void bytesThatAreNoTextAreNotTakenForIt() {
        Value value = Value.of(new byte[] {(byte) 0xff});
        assertFalse(value.isText());
        assertTrue(Value.fromString("a").isText());
        assertEquals(
                ErrorCode.DECODE_FAILED,
                assertThrows(SoftadastraException.class, value::asString).code());
    }

    @Test
    void valuesAreEqualAsTheirBytesAre() {
        assertEquals(Value.of(new byte[] {'a'}), Value.fromString("a"));
        assertEquals(
                Value.of(new byte[] {'a'}).hashCode(), Value.fromString("a").hashCode());
        assertNotEquals(Value.fromString("a"), Value.fromString("b"));
        assertNotEquals(Value.of(Value.fromString("\ud800").bytes()), Value.fromString("\ud800"));
    }

    @Test
    void shortTextIsShownAndTheRestAbbreviated() {
        assertEquals("dark", Value.fromString("dark").toString());
        assertEquals("a".repeat(64), Value.fromString("a".repeat(64)).toString());
        assertEquals(
                "a".repeat(64) + "... (65 bytes)",
                Value.fromString("a".repeat(65)).toString());
        assertEquals(
                "a".repeat(63) + "... (65 bytes)",
                Value.fromString("a".repeat(63) + "\u00e9").toString());
        assertEquals("(2 bytes)", Value.of(new byte[] {(byte) 0xff, 0}).toString());
    }
}
