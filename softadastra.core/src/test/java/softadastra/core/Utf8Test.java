package softadastra.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8Test {
    private final CharsetDecoder reference = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);

    @Test
    void everyCodePointGoesThereAndBack() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
                String text = Character.toString(codePoint);
                byte[] bytes = Utf8.encode(text);
                if (!Utf8.decode(bytes).equals(text)) {
                    throw new AssertionError("code point " + Integer.toHexString(codePoint));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"D800, 0", "0061 DC00, 1", "0061 D800 0062, 1", "DC00 D800, 0", "D83D DE00 D83D, 2"})
    void textWithAnUnpairedSurrogateHasNoEncoding(String units, int index) {
        StringBuilder built = new StringBuilder();
        for (String unit : units.split(" ", -1)) {
            built.append((char) HexFormat.fromHexDigits(unit));
        }
        String text = built.toString();
        assertEquals(index, Utf8.indexOfUnpairedSurrogate(text));
        assertFalse(Utf8.isWellFormed(text));
        SoftadastraException thrown = assertThrows(SoftadastraException.class, () -> Utf8.encode(text));
        assertEquals(ErrorCode.ENCODE_FAILED, thrown.code());
        assertEquals("failed to encode text: unpaired surrogate at index " + index, thrown.getMessage());
    }

    @Test
    void sequencesAreJudgedAsTheStandardDecoderDoes() {
        for (int a = 0; a < 256; a++) {
            assertJudgedAlike(a);
            for (int b = 0; b < 256; b++) {
                assertJudgedAlike(a, b);
            }
        }
        for (int a = 0xC0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                for (int c : new int[] {0, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF}) {
                    assertJudgedAlike(a, b, c);
                    for (int d : a < 0xF0 ? new int[0] : new int[] {0x7F, 0x80, 0xBF, 0xC0}) {
                        assertJudgedAlike(a, b, c, d);
                    }
                }
            }
        }
    }

    @Test
    void damagedTextIsJudgedAsTheStandardDecoderDoes() {
        long seed = 11;
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = Utf8.encode(RandomText.next(random, 24));
            for (int damage = random.nextInt(3); damage > 0 && bytes.length > 0; damage--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            assertJudgedAlike(bytes);
        }
    }

    @Test
    void theOffsetOfMalformedBytesIsThatInTheArray() {
        byte[] bytes = Utf8.encode("xxabcdefghijklmé!");
        int lead = bytes.length - 3;
        assertEquals("abcdefghijklmé", Utf8.decode(bytes, 2, bytes.length - 3));
        bytes[lead + 1] = 'x';
        MalformedDataException thrown =
                assertThrows(MalformedDataException.class, () -> Utf8.decode(bytes, 2, bytes.length - 2));
        assertEquals(lead, thrown.offset());
        assertEquals("malformed UTF-8", thrown.reason());
        assertThrows(IndexOutOfBoundsException.class, () -> Utf8.decode(bytes, 2, bytes.length));
    }

    @Test
    void aSequenceThatPassesTheEndOfItsPartIsMalformed() {
        byte[] bytes = Utf8.encode("é€😀");
        assertTrue(Utf8.isWellFormed(bytes));
        for (int length : new int[] {1, 3, 4, 6, 7, 8}) {
            assertThrows(MalformedDataException.class, () -> Utf8.decode(bytes, 0, length), "length " + length);
        }
    }

    private void assertJudgedAlike(int... bytes) {
        byte[] sequence = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            sequence[i] = (byte) bytes[i];
        }
        assertJudgedAlike(sequence);
    }

    private void assertJudgedAlike(byte[] bytes) {
        String expected;
        try {
            expected = reference.decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            assertFalse(Utf8.isWellFormed(bytes), () -> "accepted " + Arrays.toString(bytes));
            return;
        }
        assertTrue(Utf8.isWellFormed(bytes), () -> "refused " + Arrays.toString(bytes));
        assertEquals(expected, Utf8.decode(bytes));
        assertArrayEquals(bytes, Utf8.encode(expected));
    }
}
