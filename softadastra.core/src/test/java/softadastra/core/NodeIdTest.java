package softadastra.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeIdTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "node-a", "Node_9.eu-west", "-", "_", "a..b", "0", "com", "com10", "console", "a.con"})
    void idsThatAreSafeFileNamesAreAccepted(String text) {
        NodeId id = NodeId.of(text).value();
        assertEquals(text, id.value());
        assertEquals(text, id.toString());
        assertEquals(new NodeId(text), id);
    }

    @ParameterizedTest
    @CsvSource({
        "'', node id is empty",
        "., begins with a dot",
        ".., begins with a dot",
        ".hidden, begins with a dot",
        "a/b, character at index 1 is none of A-Z a-z 0-9 . _ -",
        "a\\b, character at index 1 is none of A-Z a-z 0-9 . _ -",
        "'a ', character at index 1 is none of A-Z a-z 0-9 . _ -",
        "c:, character at index 1 is none of A-Z a-z 0-9 . _ -",
        "é, character at index 0 is none of A-Z a-z 0-9 . _ -",
        "con, reserved file name on Windows",
        "NUL.txt, reserved file name on Windows",
        "Com1, reserved file name on Windows",
        "lpt9.a.b, reserved file name on Windows",
    })
    void otherIdsAreRefusedSayingWhy(String text, String reason) {
        SoftadastraError error = NodeId.of(text).error();
        assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
        assertEquals("invalid node id: " + reason, error.message());
        SoftadastraException thrown = assertThrows(SoftadastraException.class, () -> new NodeId(text));
        assertEquals(error, thrown.error());
    }

    @Test
    void everyCharacterIsAllowedOrRefusedAsDocumented() {
        for (char c = 0; c < 0x200; c++) {
            boolean allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-".indexOf(c) >= 0;
            assertEquals(allowed, NodeId.of("a" + c).isOk(), "character " + (int) c);
        }
    }

    @Test
    void theLengthIsLimited() {
        assertTrue(NodeId.of("x".repeat(NodeId.MAX_LENGTH)).isOk());
        assertEquals(
                "invalid node id: longer than 128 characters",
                NodeId.of("x".repeat(NodeId.MAX_LENGTH + 1)).error().message());
    }

    @Test
    void aRandomIdIsMadeOfTheBitsItIsGiven() {
        assertEquals(NodeId.random(new SplittableRandom(1)), NodeId.random(new SplittableRandom(1)));
        assertNotEquals(NodeId.random(new SplittableRandom(1)), NodeId.random(new SplittableRandom(2)));
        assertEquals("node-00000000000000ff", NodeId.random(() -> 255).value());
        assertEquals("node-ffffffffffffffff", NodeId.random(() -> -1).value());
    }

    @Test
    void idsAreOrderedByTheirCharacters() {
        assertTrue(new NodeId("a").compareTo(new NodeId("b")) < 0);
        assertTrue(new NodeId("a").compareTo(new NodeId("aa")) < 0);
        assertTrue(new NodeId("B").compareTo(new NodeId("a")) < 0);
        assertEquals(0, new NodeId("a").compareTo(new NodeId("a")));
    }
}
