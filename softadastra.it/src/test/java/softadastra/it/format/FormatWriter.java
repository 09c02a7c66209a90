package softadastra.it.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A writer of logs made from {@code docs/wal-format.md}, and from nothing else: it shares no code with the product. It keeps
 * one segment in memory, and knows nothing of forces, so its logs are those of a writer that was closed or that a crash met.
 */
final class FormatWriter {

    /** A record of a batch. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Part(int type, byte[] payload) {}

    private static final int HEADER_BLOCK = 4096;
    private static final int FRAME_HEADER = 40;

    private final Path directory;
    private final UUID log;
    private final long epoch;

    private ByteBuffer segment = ByteBuffer.allocate(0);
    private long ordinal;
    private int salt;
    private int at;
    private int chain;
    private long next = 1;
    private long durable;
    private long highest;
    /** Where the last frame starts. */
    private int lastFrame;

    FormatWriter(Path directory, UUID log, String node, long epoch) {
        this.directory = directory;
        this.log = log;
        this.epoch = epoch;
        String text = "softadastra-wal 1\nprovider=file\nlog=" + log + "\nnode=" + node + "\nprovisional=false\nepoch="
                + "%016x".formatted(epoch) + "\nstate=ready\n";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String sum = "crc32c=%08x\n".formatted(FormatReader.crc(bytes, 0, bytes.length));
        try {
            Files.createDirectory(directory);
            Files.writeString(directory.resolve("softadastra-wal"), text + sum);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the first segment, or the one behind a cut. */
    void startSegment(int bytes, int newSalt) {
        save();
        long end = at;
        ordinal++;
        salt = newSalt;
        segment = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        segment.put("SADWAL\r\n".getBytes(StandardCharsets.US_ASCII));
        segment.putShort(8, (short) 1);
        segment.putInt(20, HEADER_BLOCK);
        segment.putLong(24, log.getMostSignificantBits());
        segment.putLong(32, log.getLeastSignificantBits());
        segment.putLong(40, ordinal);
        segment.putLong(48, next);
        segment.putInt(56, salt);
        segment.putInt(60, chain);
        segment.putLong(64, ordinal - 1);
        segment.putLong(72, next - 1);
        segment.putLong(80, end);
        segment.putLong(88, bytes);
        segment.putLong(96, highest);
        segment.putLong(104, epoch);
        segment.put(112, (byte) 4);
        segment.put(113, "file".getBytes(StandardCharsets.US_ASCII));
        segment.putInt(508, FormatReader.crc(segment.array(), 0, 508));
        segment.put(512, segment.array(), 0, 512);
        chain = segment.getInt(508);
        at = HEADER_BLOCK;
        durable = next - 1;
    }

    /** Ends the segment in order, and starts the next. */
    void continueIn(int bytes, int newSalt) {
        frame(
                5,
                0,
                highest,
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(0, bytes)
                        .array(),
                0);
        startSegment(bytes, newSalt);
    }

    void single(int type, long timestamp, byte[] payload) {
        frame(1, type, timestamp, payload, 1);
    }

    void batch(long timestamp, List<Part> parts) {
        List<Byte> body = new ArrayList<>();
        varint(body, parts.size());
        for (Part part : parts) {
            varint(body, part.type());
            varint(body, part.payload().length);
            for (byte value : part.payload()) {
                body.add(value);
            }
        }
        byte[] bytes = new byte[body.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = body.get(i);
        }
        frame(2, 0, timestamp, bytes, parts.size());
    }

    /** From here on frames say that all before is durable. */
    void force() {
        durable = next - 1;
    }

    void watermark() {
        force();
        frame(3, 0, highest, new byte[0], 0);
    }

    void seal() {
        force();
        frame(4, 0, highest, new byte[0], 0);
    }

    private static void varint(List<Byte> to, int value) {
        int left = value;
        while (left >= 0x80) {
            to.add((byte) (left | 0x80));
            left >>>= 7;
        }
        to.add((byte) left);
    }

    private void frame(int kind, int type, long timestamp, byte[] body, int records) {
        int end = at + ((FRAME_HEADER + body.length + 7) & -8);
        segment.putInt(at, body.length);
        segment.put(at + 4, (byte) kind);
        segment.putShort(at + 6, (short) type);
        segment.putLong(at + 8, next);
        segment.putLong(at + 16, timestamp);
        segment.putInt(at + 24, (int) (next - 1 - durable));
        segment.putInt(at + 28, chain);
        segment.put(at + FRAME_HEADER, body);
        segment.putInt(at + 32, FormatReader.crc(segment.array(), at + FRAME_HEADER, end - at - FRAME_HEADER));
        ByteBuffer covered = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        covered.put(segment.array(), at, 36).putInt(salt).putLong(at);
        chain = FormatReader.crc(covered.array(), 0, 48);
        segment.putInt(at + 36, chain);
        next += records;
        highest = Long.compareUnsigned(timestamp, highest) > 0 ? timestamp : highest;
        lastFrame = at;
        at = end;
    }

    /** Clears a part of the file: what a crash kept from the disk, or damage. */
    void clear(int from, int to) {
        for (int i = from; i < to; i++) {
            segment.put(i, (byte) 0);
        }
    }

    /** Takes back the last frame, for the log's writer, as a recovery cuts it. */
    void cutLastFrame(int previousChain, long sequence) {
        at = lastFrame;
        chain = previousChain;
        next = sequence;
    }

    int at() {
        return at;
    }

    int chain() {
        return chain;
    }

    long next() {
        return next;
    }

    String segmentName() {
        return "%010d.segment".formatted(ordinal);
    }

    /** Writes the segment to its file. */
    void save() {
        if (ordinal > 0) {
            try {
                Files.write(directory.resolve(segmentName()), segment.array());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
