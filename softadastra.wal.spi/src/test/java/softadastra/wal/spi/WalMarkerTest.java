package softadastra.wal.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.wal.spi.storage.FileStorage;
import softadastra.wal.spi.storage.Storage;

/** The marker says exactly what was written, or that it does not verify. */
class WalMarkerTest {

    private static final WalMarker MARKER = new WalMarker(
            "file", new WalIdentity(new UUID(-1, 7), new NodeId("laptop"), true, 0x9C1F0E3F5A7B2D46L), false);

    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix());
    private final Path directory = files.getPath("/log");
    private final Path file = directory.resolve(WalMarker.FILE);
    private final Storage storage = FileStorage.at(directory);

    @BeforeEach
    void makeDirectory() throws IOException {
        Files.createDirectory(directory);
    }

    @AfterEach
    void closeFiles() throws IOException {
        files.close();
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        MARKER.write(storage);
        assertEquals(Optional.of(MARKER), WalMarker.read(storage).value());
        WalMarker ready = new WalMarker(MARKER.provider(), MARKER.identity(), true);
        ready.write(storage);
        assertEquals(Optional.of(ready), WalMarker.read(storage).value());
    }

    @Test
    void aDirectoryWithoutOneAndAMissingDirectoryHaveNone() throws IOException {
        assertEquals(Optional.empty(), WalMarker.read(storage).value());
        assertEquals(
                Optional.empty(),
                WalMarker.read(FileStorage.at(files.getPath("/nowhere"))).value());
    }

    @Test
    void theRestOfAnInterruptedWriteMeansNothing() throws IOException {
        Files.writeString(directory.resolve(WalMarker.TEMPORARY_FILE), "softadas");
        assertEquals(Optional.empty(), WalMarker.read(storage).value());
        MARKER.write(storage);
        assertEquals(Optional.of(MARKER), WalMarker.read(storage).value());
    }

    @Test
    void everyFlippedBitAndEveryTruncationIsNoticed() throws IOException {
        MARKER.write(storage);
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < whole.length * Byte.SIZE; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
            Files.write(file, flipped);
            assertEquals(ErrorCode.CORRUPTION, read().error().code(), "bit " + bit);
        }
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertEquals(ErrorCode.CORRUPTION, read().error().code(), "length " + length);
        }
    }

    @Test
    void aNewerVersionIsNamedAsSuch() throws IOException {
        String body = "softadastra-wal 2\nprovider=file\nsomething=new\n";
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        Files.writeString(file, body + String.format(Locale.ROOT, "crc32c=%08x\n", crc.getValue()));
        assertEquals(ErrorCode.UNSUPPORTED_VERSION, read().error().code());
        assertTrue(
                read().error().message().contains("version 2"), read().error().message());
    }

    private Result<Optional<WalMarker>> read() {
        return WalMarker.read(storage);
    }
}
