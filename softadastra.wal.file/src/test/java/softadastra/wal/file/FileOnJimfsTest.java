package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalWriter;
import softadastra.wal.tck.WalProviderContract;

/** The contract once more on a file system that is not the default one, so over plain NIO channels; and a full disk. */
class FileOnJimfsTest extends WalProviderContract {

    private final FileSystem fileSystem = Jimfs.newFileSystem(Configuration.unix());

    @AfterEach
    void closeFileSystem() throws IOException {
        fileSystem.close();
    }

    @Override
    public WalProvider provider() {
        return new FileWalProvider();
    }

    @Override
    public Path directory() {
        return fileSystem.getPath("/work");
    }

    @Test
    void anEmptyPathOfAnotherFileSystemIsRefused() {
        Result<Wal> answer = Wal.open(durable(fileSystem.getPath("")));
        assertEquals(ErrorCode.INVALID_ARGUMENT, answer.error().code());
        assertEquals("invalid WAL path: path is empty", answer.error().message());
    }

    @Test
    void aRelativePathIsNamedAsItWasGiven() {
        Result<Wal> answer = Wal.open(durable(fileSystem.getPath("data/node-a.wal")));
        assertEquals(
                "failed to open WAL path data/node-a.wal: directory does not exist",
                answer.error().message());
        assertFalse(Files.exists(fileSystem.getPath("data")));
    }

    @Test
    void aFullDiskRefusesAndLosesNothing() throws IOException {
        Configuration small =
                // The log keeps a reserve of 256 KiB of it.
                Configuration.unix().toBuilder().setMaxSize(560_000).build();
        try (FileSystem full = Jimfs.newFileSystem(small)) {
            WalConfig config = durable(full.getPath("/work/node.wal")).withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES);
            long acknowledged = 0;
            try (WalWriter writer = WalWriter.open(config).orElseThrow()) {
                Result<Long> answer = writer.append(64, new byte[3_000]);
                while (answer.isOk()) {
                    acknowledged = answer.value();
                    answer = writer.append(64, new byte[3_000]);
                }
                assertEquals(ErrorCode.NO_SPACE, answer.error().code());
                assertEquals(
                        "failed to append WAL record: no space left on device",
                        answer.error().message());
            }
            assertTrue(acknowledged > 50, "acknowledged: " + acknowledged);
            try (WalReader reader = WalReader.open(config).orElseThrow()) {
                assertEquals(acknowledged, reader.readAll().value().size());
            }
            try (Wal wal = Wal.open(config).orElseThrow()) {
                assertEquals(acknowledged, wal.log().lastSequence());
            }
        }
    }

    @Test
    void aDiskTooSmallForALogRefusesTheOpen() throws IOException {
        Configuration tiny = Configuration.unix().toBuilder().setMaxSize(40_000).build();
        try (FileSystem full = Jimfs.newFileSystem(tiny)) {
            WalConfig config = durable(full.getPath("/work/node.wal"));
            for (int i = 0; i < 3; i++) {
                Result<Wal> answer = Wal.open(config);
                assertEquals(ErrorCode.NO_SPACE, answer.error().code());
                assertEquals(
                        "failed to open WAL path /work/node.wal: no space left on device",
                        answer.error().message());
            }
        }
    }
}
