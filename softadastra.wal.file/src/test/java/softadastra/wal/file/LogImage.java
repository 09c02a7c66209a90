package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalRecord;

/**
 * The files of a log as bytes, to be damaged and laid out again, and what was in it.
 *
 * @param files the bytes of each file, by name
 * @param identity who the log was
 * @param records all its records, every one of them acknowledged
 * @param closed whether it was closed when the image was taken
 */
record LogImage(Map<String, byte[]> files, WalIdentity identity, List<WalRecord> records, boolean closed) {

    static WalConfig config(Path path) {
        return WalConfig.durable(path)
                .withProvider(new FileWalProvider())
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                .withNodeId("laptop");
    }

    /** An image of a new log with a few records of the given length. */
    static LogImage of(Path directory, boolean closed, int length) {
        WalIdentity identity;
        List<WalRecord> records;
        Map<String, byte[]> files;
        try (Wal wal = Wal.open(config(directory)).orElseThrow()) {
            for (int i = 1; i <= 5; i++) {
                byte[] payload = new byte[length + i];
                for (int j = 0; j < payload.length; j++) {
                    payload[j] = (byte) (i * 31 + j * 7 + 1);
                }
                WalBatch batch = new WalBatch().add(63 + i, payload);
                if (i % 3 == 0) {
                    batch.add(i, new byte[0]).add(i, payload);
                }
                long last = wal.log().submit(batch);
                wal.log().awaitDurable(last);
            }
            identity = wal.identity();
            records = wal.reader().readAll().orElseThrow();
            files = bytes(directory);
        }
        return new LogImage(closed ? bytes(directory) : files, identity, records, closed);
    }

    static Map<String, byte[]> bytes(Path directory) {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                files.put(String.valueOf(path.getFileName()), Files.readAllBytes(path));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** Lays the files out in a directory of their own, one of them with other bytes. */
    void layOut(Path directory, String changed, byte[] bytes) {
        layOut(directory, files, changed, bytes);
    }

    static void layOut(Path directory, Map<String, byte[]> files, String changed, byte[] bytes) {
        try {
            clear(directory);
            Files.createDirectory(directory);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(directory.resolve(file.getKey()), file.getKey().equals(changed) ? bytes : file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes one byte of a file that is laid out. */
    static void change(Path file, int at, byte value) {
        try (SeekableByteChannel channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.position(at);
            assertEquals(1, channel.write(ByteBuffer.wrap(new byte[] {value})));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void clear(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> paths = Files.list(directory)) {
            paths.forEach(found::add);
        } catch (NoSuchFileException e) {
            return;
        }
        for (Path path : found) {
            Files.delete(path);
        }
        Files.delete(directory);
    }
}
