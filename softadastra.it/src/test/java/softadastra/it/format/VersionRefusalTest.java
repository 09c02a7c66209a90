package softadastra.it.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** What a newer release wrote is refused by name, and not a byte of it is touched. */
class VersionRefusalTest {
    private static final int MAJOR = 8;
    private static final int MINOR = 10;
    private static final int COMPATIBLE = 12;
    private static final int REQUIRED = 16;
    private static final int CRC = 508;
    private static final int HEADER = 512;
    private static final int SALT = 56;
    private static final int CHAIN = 60;
    private static final int FIRST_FRAME = 4096;
    private static final int FRAME_HEADER = 40;
    private static final int FRAME_CHAIN = 28;
    private static final int FRAME_CRC = 36;
    private static final int CHECKPOINT_BYTES = 20_000;

    @TempDir
    Path directory;

    private Path log() {
        return directory.resolve("node.wal");
    }

    @BeforeEach
    void write() {
        WalConfig config = WalConfig.durable(log()).withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES);
        try (StoreEngine store = StoreEngine.open(StoreConfig.of(config)).orElseThrow()) {
            for (int i = 1; i <= 10; i++) {
                store.put(Key.of("user:" + i), Value.of(new byte[10_000])).orElseThrow();
            }
        }
        assertTrue(segments().size() >= 2);
    }

    @Test
    void aNewerFormatIsRefused() {
        edit(segments().get(0), header -> header.putShort(MAJOR, (short) 2));
        assertRefusedUntouched("format version 2.0");
    }

    @Test
    void aNewerFormatInTheLastSegmentIsRefused() {
        edit(segments().get(1), header -> header.putShort(MAJOR, (short) 7));
        assertRefusedUntouched("format version 7.0");
    }

    @Test
    void anUnknownRequiredFeatureIsRefused() {
        edit(segments().get(0), header -> header.putInt(REQUIRED, 1 << 5));
        assertRefusedUntouched("required features 0x20");
    }

    @Test
    void aCheckpointOfANewerFormatIsRefused() {
        Path checkpoint = checkpointed();
        edit(checkpoint, false, header -> header.putShort(MAJOR, (short) 3));
        assertRefusedUntouched("format version 3.0");
    }

    @Test
    void aCheckpointWithAnUnknownRequiredFeatureIsRefused() {
        Path checkpoint = checkpointed();
        edit(checkpoint, false, header -> header.putInt(REQUIRED, 1 << 9));
        assertRefusedUntouched("required features 0x200");
    }

    @Test
    void aCheckpointOfANewerMinorVersionAndWithOptionalFeaturesIsRead() {
        Path checkpoint = checkpointed();
        edit(checkpoint, false, header -> header.putShort(MINOR, (short) 3).putInt(COMPATIBLE, 0x8001));
        try (Wal wal = Wal.open(log()).orElseThrow()) {
            assertEquals(List.of(), wal.recovery().findings());
            assertEquals(CHECKPOINT_BYTES, wal.log().checkpoint().orElseThrow().length());
        }
    }

    /** Gives the log a checkpoint; its file. */
    private Path checkpointed() {
        try (Wal wal = Wal.open(log()).orElseThrow();
                WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
            writer.write(new byte[CHECKPOINT_BYTES], 0, CHECKPOINT_BYTES);
            assertEquals(10, writer.publish(10).endSequence());
        }
        return log().resolve("0000000001.checkpoint");
    }

    @Test
    void aNewerMarkerIsRefused() throws IOException {
        Path marker = log().resolve("softadastra-wal");
        String body = Files.readString(marker).replace("softadastra-wal 1\n", "softadastra-wal 2\n");
        body = body.substring(0, body.lastIndexOf("crc32c="));
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(UTF_8));
        Files.writeString(marker, body + "crc32c=" + "%08x".formatted(crc.getValue()) + "\n");
        assertRefusedUntouched("version 2");
    }

    @Test
    void aNewerMinorVersionAndOptionalFeaturesAreRead() {
        int before = 0;
        for (Path segment : segments()) {
            int chain = before;
            edit(
                    segment,
                    header -> header.putShort(MINOR, (short) 3)
                            .putInt(COMPATIBLE, 0x8001)
                            .putInt(CHAIN, chain));
            before = chainFrames(segment);
        }
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log())).orElseThrow()) {
            assertEquals(10, store.size());
            assertEquals(10, store.lastRecoveredSequence());
        }
    }

    @Test
    void aNewerOperationIsRefusedByItsSequence() {
        append(WalRecordType.PUT.code(), new byte[] {0x02, 1, 2, 3});
        Map<String, ByteBuffer> before = content();
        assertError(ErrorCode.UNSUPPORTED_VERSION, "sequence 11", StoreEngine.open(StoreConfig.durable(log())));
        assertKept(before);
    }

    @Test
    void aRecordThatMustBeUnderstoodIsRefusedByItsSequence() {
        append(WalRecordType.FIRST_SKIPPABLE_CODE - 1, new byte[] {1});
        Map<String, ByteBuffer> before = content();
        assertError(ErrorCode.UNSUPPORTED_OPERATION, "sequence 11", StoreEngine.open(StoreConfig.durable(log())));
        assertKept(before);
    }

    @Test
    void aRecordThatMayBeSkippedIsSkipped() {
        append(WalRecordType.FIRST_SKIPPABLE_CODE, new byte[] {1});
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log())).orElseThrow()) {
            assertEquals(10, store.size());
            assertEquals(1, store.recovery().skipped());
        }
    }

    private void append(int typeCode, byte[] payload) {
        try (WalWriter writer = WalWriter.open(log()).orElseThrow()) {
            writer.append(typeCode, payload).orElseThrow();
        }
    }

    private void assertRefusedUntouched(String reason) {
        Map<String, ByteBuffer> before = content();
        assertError(ErrorCode.UNSUPPORTED_VERSION, reason, Wal.open(log()));
        assertError(ErrorCode.UNSUPPORTED_VERSION, reason, StoreEngine.open(StoreConfig.durable(log())));
        assertError(ErrorCode.UNSUPPORTED_VERSION, reason, WalReader.open(log()).flatMap(reader -> {
            try (reader) {
                return reader.readAll();
            }
        }));
        assertError(
                ErrorCode.UNSUPPORTED_VERSION,
                reason,
                WalInspector.open(log()).flatMap(inspector -> inspector.verify(WalProgress.NONE)));
        assertEquals(before, content());
    }

    /** All that was written is as it was; the log, which knows no operations, may have made its next segment ahead of use. */
    private void assertKept(Map<String, ByteBuffer> before) {
        Map<String, ByteBuffer> after = content();
        before.values().removeIf(content -> content.get(0) == 0);
        after.keySet().retainAll(before.keySet());
        assertEquals(before, after);
    }

    private static void assertError(ErrorCode code, String reason, Result<?> answer) {
        SoftadastraError error = answer.error();
        assertEquals(code, error.code(), error::toString);
        assertTrue(error.toString().contains(reason), error::toString);
    }

    /** Changes the header of a segment, its checksum and its copy with it. */
    private static void edit(Path segment, Consumer<ByteBuffer> change) {
        edit(segment, true, change);
    }

    /** Changes the header of a file, its checksum with it, and its copy where it has one. */
    private static void edit(Path file, boolean hasCopy, Consumer<ByteBuffer> change) {
        try {
            byte[] all = Files.readAllBytes(file);
            ByteBuffer header = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
            change.accept(header);
            CRC32C crc = new CRC32C();
            crc.update(all, 0, CRC);
            header.putInt(CRC, (int) crc.getValue());
            if (hasCopy) {
                System.arraycopy(all, 0, all, HEADER, HEADER);
            }
            Files.write(file, all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Chains the first frame of a segment to the header that it has now, and each that follows to the one before; answers the last one's CRC. */
    private static int chainFrames(Path segment) {
        byte[] file = bytesOf(segment);
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int chain = bytes.getInt(CRC);
        for (int at = FIRST_FRAME; at + FRAME_HEADER <= file.length && bytes.get(at + 4) != 0; ) {
            bytes.putInt(at + FRAME_CHAIN, chain);
            CRC32C crc = new CRC32C();
            crc.update(file, at, FRAME_CRC);
            crc.update(ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(bytes.getInt(SALT))
                    .putLong(at)
                    .flip());
            chain = (int) crc.getValue();
            bytes.putInt(at + FRAME_CRC, chain);
            at += (FRAME_HEADER + bytes.getInt(at) + 7) & -8;
        }
        try {
            Files.write(segment, file);
            return chain;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The segments that were started, in order; one more may have been made ahead. */
    private List<Path> segments() {
        try (Stream<Path> files = Files.list(log())) {
            return files.filter(file -> file.toString().endsWith(".segment"))
                    .filter(file -> content(file).get(0) != 0)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything in the log's directory, but who holds it. */
    private Map<String, ByteBuffer> content() {
        Map<String, ByteBuffer> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(log())) {
            files.filter(file -> !file.endsWith("lock") && !file.endsWith("owner"))
                    .forEach(file -> found.put(file.toString(), content(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static ByteBuffer content(Path file) {
        return ByteBuffer.wrap(bytesOf(file));
    }

    private static byte[] bytesOf(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
