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
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A reader of logs made from {@code docs/wal-format.md}, and from nothing else: it shares no code with the product. A log as a
 * whole is in memory here.
 */
final class FormatReader {

    /** A record. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by its text.
    record Item(long sequence, int type, long timestamp, byte[] payload, boolean proven) {}

    /** Acknowledged records are damaged. */
    static final class Corrupted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Corrupted(String message) {
            super(message);
        }
    }

    private static final int HEADER_BLOCK = 4096;
    private static final int SECTOR = 512;
    private static final int FRAME_HEADER = 40;
    private static final int MAX_BODY = 80 << 20;
    private static final long SEGMENT_MAGIC = 0x0A0D_4C41_5744_4153L;
    private static final long CHECKPOINT_MAGIC = 0x0A0D_504B_4344_4153L;

    private enum Invalid {
        NONE,
        SHORT,
        HEADER,
        BODY,
        OTHER
    }

    private final Map<String, byte[]> files;
    private final List<Item> items = new ArrayList<>();
    private UUID log = new UUID(0, 0);
    private String node = "";
    private long proven;
    private long checkpointEnd;
    private boolean torn;
    private boolean sealed;

    // The segment that is being read.
    private String name = "";
    private ByteBuffer segment = ByteBuffer.allocate(0);
    private int salt;
    private int limit;
    private int at;
    private int chain;
    private long next;
    private int kind;
    private long nextFileBytes;

    private FormatReader(Map<String, byte[]> files) {
        this.files = files;
    }

    /** Reads a log that nobody has open. */
    static FormatReader read(Path directory) {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : paths.toList()) {
                files.put(String.valueOf(path.getFileName()), Files.readAllBytes(path));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        FormatReader reader = new FormatReader(files);
        reader.readMarker();
        reader.readLog();
        return reader;
    }

    /** The records, proven or not. */
    List<Item> items() {
        return items.stream()
                .map(item -> new Item(
                        item.sequence(), item.type(), item.timestamp(), item.payload(), item.sequence() <= proven))
                .toList();
    }

    String node() {
        return node;
    }

    UUID log() {
        return log;
    }

    boolean torn() {
        return torn;
    }

    boolean sealed() {
        return sealed;
    }

    static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    private byte[] file(String wanted) {
        byte[] bytes = files.get(wanted);
        if (bytes == null) {
            throw new Corrupted(wanted + " is missing");
        }
        return bytes;
    }

    private void readMarker() {
        byte[] bytes = file("softadastra-wal");
        String text = new String(bytes, StandardCharsets.UTF_8);
        int last = text.lastIndexOf("crc32c=");
        String body = text.substring(0, Math.max(last, 0));
        String sum = "%08x".formatted(crc(bytes, 0, body.getBytes(StandardCharsets.UTF_8).length));
        if (!text.equals(body + "crc32c=" + sum + "\n") || !text.startsWith("softadastra-wal 1\n")) {
            throw new Corrupted("the marker does not verify");
        }
        Map<String, String> values = new TreeMap<>();
        body.lines().skip(1).forEach(line -> values.put(line.split("=", 2)[0], line.split("=", 2)[1]));
        if (!"file".equals(values.get("provider"))) {
            throw new IllegalArgumentException("not a file log");
        }
        log = UUID.fromString(values.getOrDefault("log", ""));
        node = values.getOrDefault("node", "");
    }

    private void readLog() {
        long ordinal = 1;
        next = 1;
        String checkpoint = files.keySet().stream()
                .filter(file -> file.matches("\\d{10}\\.checkpoint"))
                .max(String::compareTo)
                .orElse("");
        if (!checkpoint.isEmpty()) {
            ByteBuffer header = readCheckpoint(checkpoint);
            ordinal = header.getLong(72);
            next = header.getLong(48);
            checkpointEnd = header.getLong(56);
            proven = checkpointEnd;
        }
        chain = 0;
        long ended = 0;
        boolean first = true;
        while (true) {
            ByteBuffer header = header(ordinal);
            boolean fits = header.getLong(40) == ordinal
                    && header.getLong(48) == next
                    && header.getLong(64) == ordinal - 1
                    && header.getLong(72) == next - 1
                    && header.getLong(88) <= header.capacity()
                    && (first || (header.getInt(60) == chain && header.getLong(80) == ended));
            if (!fits) {
                throw new Corrupted(name + " does not follow");
            }
            proven = Math.max(proven, header.getLong(72));
            boolean isLast = !isStarted(ordinal + 1);
            readSegment(isLast ? header.capacity() : (int) started(ordinal + 1).getLong(80), isLast, ordinal);
            ended = at;
            if (isLast) {
                break;
            }
            first = false;
            ordinal++;
        }
        long highest = ordinal;
        boolean gap = files.keySet().stream()
                .filter(file -> file.matches("\\d{10}\\.segment"))
                .anyMatch(file -> Long.parseLong(file.substring(0, 10)) > highest + 1);
        if (gap || next <= checkpointEnd) {
            throw new Corrupted("the log ends too early");
        }
    }

    private ByteBuffer readCheckpoint(String checkpoint) {
        byte[] bytes = file(checkpoint);
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < HEADER_BLOCK
                || header.getInt(508) != crc(bytes, 0, 508)
                || header.getLong(0) != CHECKPOINT_MAGIC
                || header.getShort(8) != 1
                || header.getInt(16) != 0
                || !new UUID(header.getLong(24), header.getLong(32)).equals(log)) {
            throw new Corrupted(checkpoint + " does not verify");
        }
        int block = header.getInt(100) - 4;
        long left = header.getLong(64);
        int position = HEADER_BLOCK;
        for (long number = 0; left > 0; number++) {
            int length = (int) Math.min(block, left);
            ByteBuffer covered = ByteBuffer.allocate(12 + length).order(ByteOrder.LITTLE_ENDIAN);
            covered.putInt(header.getInt(96)).putLong(number).put(bytes, position, length);
            if (crc(covered.array(), 0, covered.capacity()) != header.getInt(position + length)) {
                throw new Corrupted("block " + number + " of " + checkpoint + " does not verify");
            }
            position += length + 4;
            left -= length;
        }
        if (position != bytes.length) {
            throw new Corrupted(checkpoint + " does not end where it should");
        }
        return header;
    }

    private static String segmentName(long ordinal) {
        return "%010d.segment".formatted(ordinal);
    }

    /** Whether a segment is there and was started; a spare was not. */
    private boolean isStarted(long ordinal) {
        byte[] bytes = files.get(segmentName(ordinal));
        if (bytes == null) {
            return false;
        }
        int stored = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(508);
        int sum = crc(bytes, 0, 508);
        boolean cutShort =
                stored == 0 || stored == (sum & 0xFF) || stored == (sum & 0xFFFF) || stored == (sum & 0xFFFFFF);
        return stored == sum || !cutShort;
    }

    private ByteBuffer started(long ordinal) {
        byte[] bytes = file(segmentName(ordinal));
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < HEADER_BLOCK
                || header.getInt(508) != crc(bytes, 0, 508)
                || header.getLong(0) != SEGMENT_MAGIC
                || header.getShort(8) != 1
                || header.getInt(16) != 0
                || header.getInt(20) != HEADER_BLOCK
                || !new UUID(header.getLong(24), header.getLong(32)).equals(log)) {
            throw new Corrupted("the header of " + segmentName(ordinal) + " does not verify");
        }
        return header;
    }

    private ByteBuffer header(long ordinal) {
        ByteBuffer header = started(ordinal);
        name = segmentName(ordinal);
        segment = header;
        salt = header.getInt(56);
        return header;
    }

    private void readSegment(int segmentLimit, boolean isLast, long ordinal) {
        limit = segmentLimit;
        at = HEADER_BLOCK;
        chain = segment.getInt(508);
        kind = 0;
        Invalid invalid = Invalid.NONE;
        while (at != limit && invalid == Invalid.NONE) {
            invalid = readFrame();
        }
        if (isLast) {
            judge(invalid);
            if (kind == 5) {
                requireSpare(ordinal + 1);
            }
            sealed = kind == 4 && !torn;
        } else if (invalid != Invalid.NONE) {
            throw corrupted("the frame does not verify");
        }
    }

    private Invalid readFrame() {
        if (limit - at < FRAME_HEADER) {
            return Invalid.SHORT;
        }
        if (!headerVerifies(at)) {
            return Invalid.HEADER;
        }
        int body = segment.getInt(at);
        int found = segment.get(at + 4);
        long end = at + ((FRAME_HEADER + Integer.toUnsignedLong(body) + 7) & -8L);
        boolean fits = found >= 1
                && found <= 5
                && segment.get(at + 5) == 0
                && body >= 0
                && body <= MAX_BODY
                && end <= limit
                && segment.getLong(at + 8) == next
                && segment.getInt(at + 28) == chain;
        if (!fits) {
            return Invalid.OTHER;
        }
        if (segment.getInt(at + 32) != crc(segment.array(), at + FRAME_HEADER, (int) end - at - FRAME_HEADER)) {
            return Invalid.BODY;
        }
        int lag = segment.getInt(at + 24);
        if (lag != -1) {
            proven = Math.max(proven, next - 1 - Integer.toUnsignedLong(lag));
        }
        if (!takeRecords(found, at + FRAME_HEADER, body)) {
            return Invalid.OTHER;
        }
        kind = found;
        nextFileBytes = found == 5 ? segment.getLong(at + FRAME_HEADER) : 0;
        chain = segment.getInt(at + 36);
        at = (int) end;
        return Invalid.NONE;
    }

    private boolean headerVerifies(int offset) {
        ByteBuffer covered = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        covered.put(segment.array(), offset, 36).putInt(salt).putLong(offset);
        return segment.getInt(offset + 36) == crc(covered.array(), 0, 48);
    }

    private boolean takeRecords(int found, int offset, int length) {
        long timestamp = segment.getLong(at + 16);
        if (found == 1) {
            add(segment.getShort(at + 6), timestamp, offset, length);
        } else if (found == 2) {
            ByteBuffer body = segment.duplicate().limit(offset + length).position(offset);
            int count = varint(body);
            if (count == 0) {
                return false;
            }
            for (int i = 0; i < count; i++) {
                int type = varint(body);
                int bytes = varint(body);
                if (bytes > body.remaining()) {
                    return false;
                }
                add(type, timestamp, body.position(), bytes);
                body.position(body.position() + bytes);
            }
            return !body.hasRemaining();
        }
        return true;
    }

    private static int varint(ByteBuffer from) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            byte part = from.get();
            value |= (part & 0x7F) << shift;
            if (part >= 0) {
                return value;
            }
        }
    }

    private void add(int type, long timestamp, int offset, int length) {
        byte[] payload = new byte[length];
        System.arraycopy(segment.array(), offset, payload, 0, length);
        items.add(new Item(next++, type, timestamp, payload, false));
    }

    /** Where the last segment has no valid frame: is it the end, a torn tail, or corruption? */
    private void judge(Invalid invalid) {
        if (isZero(at, limit)) {
            return;
        }
        for (int later = at + 8; later + FRAME_HEADER <= limit; later += 8) {
            int found = segment.get(later + 4);
            long first = segment.getLong(later + 8);
            int lag = segment.getInt(later + 24);
            if (found >= 1
                    && found <= 5
                    && segment.get(later + 5) == 0
                    && first > next
                    && lag != -1
                    && first - 1 - Integer.toUnsignedLong(lag) >= next
                    && headerVerifies(later)) {
                throw corrupted("the frame at " + later + " says it was durable");
            }
        }
        torn = switch (invalid) {
            case HEADER -> isTear(at, at + FRAME_HEADER);
            case BODY -> isTear(at + FRAME_HEADER, at + FRAME_HEADER + segment.getInt(at));
            default -> false;
        };
        if (!torn) {
            throw corrupted("no tear explains it");
        }
    }

    private boolean isTear(int from, int to) {
        for (int sector = from - from % SECTOR; sector < to; sector += SECTOR) {
            int end = Math.min(to, sector + SECTOR);
            if (isZero(Math.max(from, sector), end) || isZero(end - 1, sector + SECTOR)) {
                return true;
            }
        }
        return false;
    }

    private boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (segment.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private void requireSpare(long ordinal) {
        byte[] spare = file(segmentName(ordinal));
        boolean zero = true;
        for (int i = HEADER_BLOCK; i < spare.length; i++) {
            zero &= spare[i] == 0;
        }
        if (spare.length != nextFileBytes || !zero) {
            throw new Corrupted(segmentName(ordinal) + " is not the spare that it should be");
        }
    }

    private Corrupted corrupted(String reason) {
        return new Corrupted("sequence " + next + " at " + at + " of " + name + ": " + reason);
    }
}
