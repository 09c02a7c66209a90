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
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.tck.fault.MemoryStorage;

/**
 * The files of a log as bytes, to be damaged, and what was in it.
 *
 * @param kind which log it is
 * @param files the bytes of each file, by name
 * @param identity who the log was
 * @param records all the records it holds, every one of them acknowledged
 * @param checkpoint the content of its checkpoint, empty where it has none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LogImage(
        Kind kind, Map<String, byte[]> files, WalIdentity identity, List<WalRecord> records, byte[] checkpoint) {

    /** A log to take an image of. */
    enum Kind {
        /** One segment of small records, closed. */
        CLOSED(true, 12),
        /** The same, as its owner left it when it was killed. */
        KILLED(false, 12),
        /** Several segments behind a checkpoint, closed. */
        CHECKPOINTED(true, 40),
        /** The same, as its owner left it when it was killed. */
        CHECKPOINTED_AND_KILLED(false, 40),
        /** Records that fill more than a segment, closed. */
        OF_LARGE_RECORDS(true, 13_000);

        final boolean closed;
        final int length;

        Kind(boolean closed, int length) {
            this.closed = closed;
            this.length = length;
        }

        boolean checkpointed() {
            return this == CHECKPOINTED || this == CHECKPOINTED_AND_KILLED;
        }
    }

    // More than one of its blocks.
    private static final int CHECKPOINT_BYTES = 17_000;

    static WalConfig config(Storage storage) {
        return WalConfig.durable("damaged.wal")
                .withProvider(new FileWalProvider())
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                .withNodeId("laptop")
                .withStorage(path -> storage);
    }

    /** An image of a new log. */
    static LogImage of(Kind kind) {
        MemoryStorage storage = new MemoryStorage(Map.of());
        WalIdentity identity;
        List<WalRecord> records;
        byte[] checkpoint = new byte[0];
        Map<String, byte[]> files;
        try (Wal wal = Wal.open(config(storage)).orElseThrow()) {
            append(wal, 1, kind.length);
            if (kind.checkpointed()) {
                checkpoint = new byte[CHECKPOINT_BYTES];
                for (int i = 0; i < checkpoint.length; i += 61) {
                    checkpoint[i] = (byte) (i | 1);
                }
                checkpointOver(wal, checkpoint, kind.length);
                startSegment(wal);
                append(wal, 11, kind.length);
            }
            identity = wal.identity();
            records = wal.reader().readAll().orElseThrow();
            files = storage.content();
        }
        return new LogImage(kind, kind.closed ? storage.content() : files, identity, records, checkpoint);
    }

    private static void append(Wal wal, int first, int length) {
        for (int i = first; i < first + 5; i++) {
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
    }

    /** A checkpoint that ends behind where it begins, since appends go on meanwhile. */
    private static void checkpointOver(Wal wal, byte[] content, int length) {
        try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
            writer.write(content, 0, content.length);
            append(wal, 6, length);
            long end = wal.log().lastSequence();
            assertEquals(end, writer.publish(end).endSequence());
        }
    }

    /** A checkpoint begins with a segment of its own, also one that is given up. */
    private static void startSegment(Wal wal) {
        wal.log().beginCheckpoint().close();
    }

    /** Whether its owner closed it. */
    boolean closed() {
        return kind.closed;
    }

    /** The bytes of a file. */
    byte[] bytes(String name) {
        return files.getOrDefault(name, new byte[0]);
    }

    /** How far into a file there is anything but zeros, and a little further. */
    int used(String name) {
        byte[] bytes = bytes(name);
        int used = bytes.length;
        while (used > 0 && bytes[used - 1] == 0) {
            used--;
        }
        return Math.min(bytes.length, used == 0 ? 0 : used + Frame.HEADER_BYTES);
    }

    /**
     * Whether nothing that a file has from an offset on belongs to the log, by the format and not by what the log says: who
     * holds it, the reserve, a spare, and what lies behind the end of a segment as the next one's header has it.
     */
    boolean meansNothing(String name, int at) {
        if (name.equals(LogLock.LOCK_FILE) || name.equals(LogLock.OWNER_FILE) || name.equals(DiskReserve.FILE)) {
            return true;
        }
        if (SegmentFile.ordinal(name).isEmpty()) {
            return false;
        }
        if (used(name) == 0) {
            return true;
        }
        byte[] next = bytes(SegmentFile.name(SegmentFile.ordinal(name).orElseThrow() + 1));
        int predecessorLength = 80;
        return next.length > 0 && next[0] != 0 && at >= LittleEndian.getLong(next, predecessorLength);
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

    /** Lays files out in a directory of their own, one of them with other bytes. */
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
