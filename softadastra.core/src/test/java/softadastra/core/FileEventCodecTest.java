package softadastra.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileEventCodecTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final List<FileEventType> EVENT_TYPES = List.of(FileEventType.values());
    private static final List<FileType> FILE_TYPES = List.of(FileType.values());
    private static final long SEED = 42;
    private static final FileEvent CREATED = FileEvent.created(
            FileState.of(new FilePath("docs/file.txt"), FileMetadata.file(128, Instant.ofEpochSecond(300, 7))));
    /** What logs hold already: it must be read for ever. */
    private static final String CREATED_HEX =
            "01" + "00" + "01" + "00" + "0d646f63732f66696c652e747874" + "01" + "8001" + "d804" + "07" + "00";

    @Test
    void theEncodingStaysAsItIsOnDisk() {
        assertEquals(CREATED_HEX, HEX.formatHex(FileEventCodec.encode(CREATED)));
        assertEquals(Result.ok(CREATED), FileEventCodec.decode(HEX.parseHex(CREATED_HEX)));
        FileEvent moved = FileEvent.moved(
                FileState.of(
                        new FilePath("a"),
                        new FileMetadata(FileType.SYMBOLIC_LINK, 0, Instant.ofEpochSecond(-1, 999_999_999))),
                FileState.of(new FilePath("b"), new FileMetadata(FileType.OTHER, 1, Instant.EPOCH))
                        .withHash("x:1"));
        String hex = "01000401" + "0162" + "04" + "01" + "00" + "00" + "0103783a31" + "0161" + "03" + "00" + "01"
                + "ff93ebdc03" + "00";
        assertEquals(hex, HEX.formatHex(FileEventCodec.encode(moved)));
        assertEquals(Result.ok(moved), FileEventCodec.decode(HEX.parseHex(hex)));
    }

    @Test
    void everyEventRoundTrips() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 5_000; i++) {
            FileEvent event = randomEvent(random);
            assertEquals(Result.ok(event), FileEventCodec.decode(FileEventCodec.encode(event)), "seed " + SEED);
        }
    }

    @Test
    void theExtremesRoundTrip() {
        for (Instant modified : new Instant[] {Instant.MIN, Instant.EPOCH, Instant.MAX}) {
            FileEvent event = FileEvent.deleted(FileState.of(
                    new FilePath("x".repeat(FilePath.MAX_UTF8_BYTES)), FileMetadata.file(Long.MAX_VALUE, modified)));
            assertEquals(Result.ok(event), FileEventCodec.decode(FileEventCodec.encode(event)));
        }
    }

    @Test
    void everyTruncationIsRefused() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = FileEventCodec.encode(randomEvent(random));
            for (int length = 0; length < bytes.length; length++) {
                Result<FileEvent> result = FileEventCodec.decode(Arrays.copyOf(bytes, length));
                assertTrue(result.isErr(), "seed " + SEED + ", event " + i + " cut to " + length);
                assertEquals(ErrorCode.DECODE_FAILED, result.error().code());
            }
        }
    }

    @Test
    void bytesLeftOverAreRefused() {
        byte[] bytes = FileEventCodec.encode(CREATED);
        assertEquals(
                "failed to decode file event: 1 unexpected bytes at byte offset " + bytes.length,
                FileEventCodec.decode(Arrays.copyOf(bytes, bytes.length + 1))
                        .error()
                        .message());
    }

    @Test
    void everyFlippedBitIsRefusedOrIsTheOneEncodingOfAnotherEvent() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = FileEventCodec.encode(randomEvent(random));
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] flipped = bytes.clone();
                flipped[bit / 8] ^= (byte) (1 << (bit % 8));
                assertRefusedOrExact(flipped, "event " + i + ", bit " + bit);
            }
        }
    }

    @Test
    void arbitraryBytesAreRefusedOrExact() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(2, 40)];
            random.nextBytes(bytes);
            bytes[0] = 1;
            bytes[1] = 0;
            assertRefusedOrExact(bytes, "bytes " + i);
        }
    }

    private static void assertRefusedOrExact(byte[] bytes, String context) {
        Result<FileEvent> result = FileEventCodec.decode(bytes);
        if (result.isOk()) {
            assertArrayEquals(bytes, FileEventCodec.encode(result.value()), "seed " + SEED + ", " + context);
        } else {
            assertTrue(
                    Set.of(ErrorCode.DECODE_FAILED, ErrorCode.UNSUPPORTED_VERSION)
                            .contains(result.error().code()),
                    "seed " + SEED + ", " + context + ": " + result.error());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0200, version 2 with features 0",
        "0000, version 0 with features 0",
        "0180, version 1 with features 128"
    })
    void aNewerFormatIsRefusedAsSuch(String head, String named) {
        SoftadastraError error = FileEventCodec.decode(HEX.parseHex(head + CREATED_HEX.substring(4)))
                .error();
        assertEquals(ErrorCode.UNSUPPORTED_VERSION, error.code());
        assertEquals("failed to decode file event: " + named + " is not supported", error.message());
    }

    @ParameterizedTest
    @CsvSource({
        "00, 00, 0161 01 00 00 00 00, unknown event type 0 at byte offset 2",
        "05, 00, 0161 01 00 00 00 00, unknown event type 5 at byte offset 2",
        "01, 02, 0161 01 00 00 00 00, flag is neither 0 nor 1 at byte offset 3",
        "01, 00, 00 01 00 00 00 00, invalid file path: path is empty at byte offset 4",
        "01, 00, 03612f2f 01 00 00 00 00, invalid file path: path is not normalised at byte offset 4",
        "01, 00, 0161 05 00 00 00 00, unknown file type 5 at byte offset 6",
        "01, 00, 0161 01 80808080808080808001 00 00 00, number exceeds 9223372036854775807 at byte offset 7",
        "01, 00, 0161 01 00 feffffffffffffffff01 00 00, time out of range at byte offset 8",
        "01, 00, 0161 01 00 ffffffffffffffffff01 00 00, time out of range at byte offset 8",
        "01, 00, 0161 01 00 00 8094ebdc03 00, number exceeds 999999999 at byte offset 9",
        "01, 00, 0161 01 00 00 00 02, flag is neither 0 nor 1 at byte offset 10",
        "01, 00, 0161 01 00 00 00 01 00, invalid file state: hash is not 1 to 512 bytes of UTF-8 at byte offset 4",
        "04, 00, 0161 01 00 00 00 00, invalid file event: a moved file has no previous state at byte offset 2",
        "01, 00, 81800461 01, length exceeds the data at byte offset 4",
    })
    void whatIsWrongIsNamedWithItsOffset(String type, String hasPrevious, String state, String reason) {
        byte[] bytes = HEX.parseHex("0100" + type + hasPrevious + state.replace(" ", ""));
        SoftadastraError error = FileEventCodec.decode(bytes).error();
        assertEquals(ErrorCode.DECODE_FAILED, error.code());
        assertEquals("failed to decode file event: " + reason, error.message());
    }

    private static FileEvent randomEvent(SplittableRandom random) {
        FileEventType type = EVENT_TYPES.get(random.nextInt(EVENT_TYPES.size()));
        boolean withPrevious = type == FileEventType.MOVED || (type != FileEventType.CREATED && random.nextBoolean());
        return new FileEvent(
                type, randomState(random), withPrevious ? Optional.of(randomState(random)) : Optional.empty());
    }

    private static FileState randomState(SplittableRandom random) {
        FilePath path = FilePath.of("p" + RandomText.next(random, 12) + "/" + RandomText.next(random, 12))
                .value();
        FileType type = FILE_TYPES.get(random.nextInt(FILE_TYPES.size()));
        Instant modified = Instant.ofEpochSecond(
                random.nextLong(-100_000_000_000L, 100_000_000_000L), random.nextInt(1_000_000_000));
        FileState state =
                FileState.of(path, new FileMetadata(type, random.nextLong() >>> random.nextInt(1, 64), modified));
        return random.nextBoolean() ? state.withHash("h" + RandomText.next(random, 20)) : state;
    }
}
