package softadastra.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteCodecTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    void fixedNumbersAreLittleEndian() {
        ByteWriter out = new ByteWriter();
        out.writeByte(0x1FE);
        out.writeShort(0x1FACE);
        out.writeInt(0x89ABCDEF);
        out.writeLong(0x8899AABBCCDDEEFFL);
        assertEquals("fe" + "cefa" + "efcdab89" + "ffeeddccbbaa9988", HEX.formatHex(out.toByteArray()));
        ByteReader in = new ByteReader(out.toByteArray());
        assertEquals(0xFE, in.readByte());
        assertEquals(0xFACE, in.readShort());
        assertEquals(0x89ABCDEF, in.readInt());
        assertEquals(0x8899AABBCCDDEEFFL, in.readLong());
        in.expectEnd();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "1, 01",
        "127, 7f",
        "128, 8001",
        "300, ac02",
        "16383, ff7f",
        "16384, 808001",
        "9223372036854775807, ffffffffffffffff7f",
        "-9223372036854775808, 80808080808080808001",
        "-1, ffffffffffffffffff01",
    })
    void varintsAreTheShortestUnsignedLeb128(long value, String hex) {
        ByteWriter out = new ByteWriter();
        out.writeVarint(value);
        assertEquals(hex, HEX.formatHex(out.toByteArray()));
        ByteReader in = reader(hex);
        assertEquals(value, in.readVarint());
        in.expectEnd();
    }

    @ParameterizedTest
    @CsvSource({"0, 00", "-1, 01", "1, 02", "-64, 7f", "64, 8001", "9223372036854775807, feffffffffffffffff01"})
    void zigzagKeepsNumbersNearZeroShort(long value, String hex) {
        ByteWriter out = new ByteWriter();
        out.writeZigZag(value);
        assertEquals(hex, HEX.formatHex(out.toByteArray()));
        assertEquals(value, reader(hex).readZigZag());
    }

    @ParameterizedTest
    @ValueSource(strings = {"8000", "ff00", "808000", "80808080808080808000"})
    void aVarintThatIsLongerThanNeededIsRefused(String hex) {
        assertRefused("varint is not minimal", 0, hex, ByteReader::readVarint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffffffffffffffffff02", "8080808080808080807f", "8080808080808080808001"})
    void aVarintOfMoreThan64BitsIsRefused(String hex) {
        assertRefused("varint exceeds 64 bits", 0, hex, ByteReader::readVarint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "80", "ffffffffffffffffff"})
    void aVarintThatBreaksOffIsRefused(String hex) {
        assertRefused("unexpected end of data", hex.length() / 2, hex, ByteReader::readVarint);
    }

    @Test
    void everyNumberRoundTripsThroughVarintAndZigzag() {
        long seed = 3;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            long value = random.nextLong() >>> random.nextInt(64);
            long signed = random.nextLong() >> random.nextInt(64);
            ByteWriter out = new ByteWriter(1);
            out.writeVarint(value);
            out.writeZigZag(signed);
            ByteReader in = new ByteReader(out.array(), 0, out.length());
            assertEquals(value, in.readVarint(), "seed " + seed);
            assertEquals(signed, in.readZigZag(), "seed " + seed);
            in.expectEnd();
        }
    }

    @Test
    void aNumberAboveItsLimitIsRefused() {
        assertEquals(300, reader("ac02").readVarint(300));
        assertRefused("number exceeds 299", 0, "ac02", in -> in.readVarint(299));
        assertRefused(
                "number exceeds 9223372036854775807", 0, "ffffffffffffffffff01", in -> in.readVarint(Long.MAX_VALUE));
    }

    @Test
    void aLengthIsComparedWithWhatIsThereBeforeAnythingIsAllocated() {
        assertEquals(2, reader("020000").readCount());
        assertRefused("length exceeds the data", 0, "0300", ByteReader::readCount);
        assertRefused("length exceeds the data", 0, "ffffffff07", in -> in.readPrefixedBytes(Integer.MAX_VALUE));
        assertRefused("length exceeds the data", 0, "ffffffffffffffffff01", in -> in.readUtf8(Integer.MAX_VALUE));
        assertRefused("length exceeds the data", 0, "8080808010", in -> in.readPrefixedBytes(Integer.MAX_VALUE));
    }

    @Test
    void aLengthAboveItsLimitIsRefused() {
        assertArrayEquals(new byte[] {7, 8}, reader("020708").readPrefixedBytes(2));
        assertRefused("length 2 exceeds 1", 0, "020708", in -> in.readPrefixedBytes(1));
        assertRefused("length 2 exceeds 1", 0, "026162", in -> in.readUtf8(1));
    }

    @Test
    void bytesAndTextFollowTheirLength() {
        ByteWriter out = new ByteWriter(0);
        out.writePrefixedBytes(new byte[] {1, 2, 3});
        out.writePrefixedBytes(new byte[] {9, 8, 7, 6}, 1, 2);
        out.writeUtf8("é!");
        out.writeBytes(new byte[] {5, 5});
        out.writeBytes(new byte[] {1, 4, 4}, 1, 2);
        assertEquals("03010203" + "020807" + "03c3a921" + "0505" + "0404", HEX.formatHex(out.toByteArray()));
        ByteReader in = new ByteReader(out.toByteArray());
        assertArrayEquals(new byte[] {1, 2, 3}, in.readPrefixedBytes(10));
        assertArrayEquals(new byte[] {8, 7}, in.readPrefixedBytes(10));
        assertEquals("é!", in.readUtf8(10));
        assertArrayEquals(new byte[] {5, 5}, in.readBytes(2));
        in.skip(2);
        in.expectEnd();
    }

    @Test
    void malformedTextIsRefusedAtItsFirstBadByte() {
        assertRefused("malformed UTF-8", 2, "0261ff", in -> in.readUtf8(10));
        ByteReader in = new ByteReader(HEX.parseHex("aaaaaa0261ff"), 3, 3);
        MalformedDataException thrown = assertThrows(MalformedDataException.class, () -> in.readUtf8(10));
        assertEquals(2, thrown.offset(), "counted from the beginning of the data, not of the array");
    }

    @Test
    void textWithoutUtf8IsNotWritten() {
        ByteWriter out = new ByteWriter();
        out.writeByte(1);
        SoftadastraException thrown = assertThrows(SoftadastraException.class, () -> out.writeUtf8("a\uD800"));
        assertEquals(ErrorCode.ENCODE_FAILED, thrown.code());
        assertEquals(1, out.length());
    }

    @Test
    void nothingIsReadBeyondTheEndOfThePart() {
        byte[] array = new byte[32];
        List<Function<ByteReader, Object>> reads = List.of(
                ByteReader::readByte,
                ByteReader::readShort,
                ByteReader::readInt,
                ByteReader::readLong,
                ByteReader::readVarint,
                in -> in.readBytes(8),
                ByteReader::readZigZag);
        int[] sizes = {1, 2, 4, 8, 1, 8, 1};
        for (int i = 0; i < sizes.length; i++) {
            Function<ByteReader, Object> read = reads.get(i);
            ByteReader exact = new ByteReader(array, 3, sizes[i]);
            assertNotNull(read.apply(exact));
            assertEquals(sizes[i], exact.position());
            assertEquals(3 + sizes[i], exact.arrayIndex());
            assertEquals(0, exact.remaining());
            ByteReader tooShort = new ByteReader(array, 3, sizes[i] - 1);
            MalformedDataException thrown =
                    assertThrows(MalformedDataException.class, () -> read.apply(tooShort), "read " + i);
            assertEquals("unexpected end of data", thrown.reason());
            assertEquals(sizes[i] - 1, thrown.offset());
        }
    }

    @Test
    void skippingDoesNotPassTheEndEither() {
        ByteReader in = new ByteReader(new byte[32], 3, 8);
        in.skip(5);
        assertEquals(5, in.position());
        assertEquals(
                "unexpected end of data",
                assertThrows(MalformedDataException.class, () -> in.skip(4)).reason());
    }

    @Test
    void bytesThatAreLeftOverAreRefused() {
        ByteReader in = reader("010203");
        in.skip(1);
        MalformedDataException thrown = assertThrows(MalformedDataException.class, in::expectEnd);
        assertEquals("2 unexpected bytes", thrown.reason());
        assertEquals(1, thrown.offset());
    }

    @Test
    void aMistakenCountIsTheCallersBug() {
        assertThrows(IllegalArgumentException.class, () -> reader("0102").skip(-1));
        assertThrows(IllegalArgumentException.class, () -> reader("0102").readBytes(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> new ByteReader(new byte[4], 2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> reader("01").reset(new byte[4], 2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> new ByteWriter().writeBytes(new byte[4], 2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> new ByteWriter().writePrefixedBytes(new byte[4], 2, 3));
    }

    @Test
    void aReaderServesManyRecords() {
        byte[] array = {1, 2, 3, 4};
        ByteReader in = new ByteReader(array);
        in.skip(4);
        in.reset(array, 2, 1);
        assertEquals(0, in.position());
        assertSame(array, in.array());
        assertEquals(3, in.readByte());
        in.expectEnd();
    }

    @Test
    void aWriterServesManyRecords() {
        ByteWriter out = new ByteWriter();
        out.writeLong(-1);
        byte[] buffer = out.array();
        out.reset();
        assertEquals(0, out.length());
        out.writeShort(0x0201);
        assertSame(buffer, out.array());
        assertArrayEquals(new byte[] {1, 2}, out.toByteArray());
        out.truncate(1);
        assertArrayEquals(new byte[] {1}, out.toByteArray());
        assertThrows(IndexOutOfBoundsException.class, () -> out.truncate(2));
    }

    @Test
    void numbersKnownAfterwardsAreWrittenOverTheirPlaces() {
        ByteWriter out = new ByteWriter();
        out.writeInt(0);
        out.writeLong(0);
        out.setInt(0, 0x04030201);
        out.setLong(4, 0x0807060504030201L);
        assertEquals("01020304" + "0102030405060708", HEX.formatHex(out.toByteArray()));
        assertThrows(IndexOutOfBoundsException.class, () -> out.setInt(9, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> out.setLong(5, 1));
    }

    @Test
    void whatIsWrittenInAnyOrderAndSizeIsReadBack() {
        long seed = 5;
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            ByteWriter out = new ByteWriter(random.nextInt(4));
            List<Consumer<ByteReader>> checks = new ArrayList<>();
            for (int i = random.nextInt(40); i > 0; i--) {
                checks.add(writeSomething(random, out));
            }
            ByteReader in = new ByteReader(out.toByteArray());
            checks.forEach(check -> check.accept(in));
            assertEquals(0, in.remaining(), "seed " + seed + ", round " + round);
        }
    }

    private static Consumer<ByteReader> writeSomething(SplittableRandom random, ByteWriter out) {
        long number = random.nextLong() >> random.nextInt(64);
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        String text = RandomText.next(random, 40);
        return switch (random.nextInt(6)) {
            case 0 -> {
                out.writeByte((int) number);
                yield in -> assertEquals(number & 0xFF, in.readByte());
            }
            case 1 -> {
                out.writeInt((int) number);
                yield in -> assertEquals((int) number, in.readInt());
            }
            case 2 -> {
                out.writeLong(number);
                yield in -> assertEquals(number, in.readLong());
            }
            case 3 -> {
                out.writeVarint(number);
                yield in -> assertEquals(number, in.readVarint());
            }
            case 4 -> {
                out.writePrefixedBytes(bytes);
                yield in -> assertArrayEquals(bytes, in.readPrefixedBytes(300));
            }
            default -> {
                out.writeUtf8(text);
                yield in -> assertEquals(text, in.readUtf8(1000));
            }
        };
    }

    @Test
    void arbitraryBytesAreReadOrRefusedAndNothingElse() {
        long seed = 6;
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(24)];
            random.nextBytes(bytes);
            ByteReader in = new ByteReader(bytes);
            try {
                while (in.remaining() > 0) {
                    assertNotNull(readSomething(random, in));
                }
            } catch (MalformedDataException e) {
                assertEquals(Math.min(Math.max(e.offset(), 0), bytes.length), e.offset(), "seed " + seed + ": " + e);
            }
        }
    }

    private static Object readSomething(SplittableRandom random, ByteReader in) {
        return switch (random.nextInt(6)) {
            case 0 -> in.readShort();
            case 1 -> in.readInt();
            case 2 -> in.readZigZag();
            case 3 -> in.readPrefixedBytes(1 << 20);
            case 4 -> in.readUtf8(1 << 20);
            default -> in.readLong();
        };
    }

    @Test
    void aRefusalBecomesAnErrorThatNamesReasonAndOffset() {
        SoftadastraError error = new MalformedDataException("unknown type 9", 17).toError("failed to decode batch");
        assertEquals(ErrorCode.DECODE_FAILED, error.code());
        assertEquals("failed to decode batch: unknown type 9 at byte offset 17", error.message());
        MalformedDataException own = reader("00").malformed("unknown flag", 1);
        assertEquals("unknown flag", own.reason());
        assertEquals(1, own.offset());
    }

    private static ByteReader reader(String hex) {
        return new ByteReader(HEX.parseHex(hex));
    }

    private static void assertRefused(String reason, int offset, String hex, Function<ByteReader, Object> read) {
        MalformedDataException thrown = assertThrows(MalformedDataException.class, () -> read.apply(reader(hex)), hex);
        assertEquals(reason, thrown.reason());
        assertEquals(offset, thrown.offset());
    }
}
