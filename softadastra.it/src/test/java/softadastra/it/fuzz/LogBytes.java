package softadastra.it.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * Writes segment files and puts their sums right, and says which records a segment has: by the format as it is written down,
 * with none of the log's own code.
 */
final class LogBytes {

    /** A record that stands in a frame which verifies. */
    record Found(long sequence, int type, long timestamp, List<Byte> payload) {

        Found at(long otherTimestamp) {
            return new Found(sequence, type, otherTimestamp, payload);
        }
    }

    static final int HEADER = 4096;
    static final int FRAME_HEADER = 40;
    static final int SINGLE = 1;
    static final int BATCH = 2;
    static final int SEAL = 4;
    static final int CONTINUED = 5;

    private static final int SECTOR = 512;
    private static final int MAX_BODY = 80 << 20;
    private static final int MAX_TYPE = 0x3FFF;
    private static final int SALT_AT = 56;
    private static final int CHAIN_AT = 60;
    private static final int HEADER_CRC_AT = 508;
    private static final int FILE_BYTES_AT = 88;

    private final byte[] bytes;
    private final ByteBuffer file;
    private int end = HEADER;
    private int chain;
    private long sequence;

    /** A segment file with a header that verifies, and zeros behind it. */
    LogBytes(int length, long ordinal, long firstSequence, int chainBefore, int lengthBefore) {
        this.bytes = new byte[length];
        file = little(bytes);
        file.put(0, new byte[] {'S', 'A', 'D', 'W', 'A', 'L', '\r', '\n'});
        file.putShort(8, (short) 1);
        file.putInt(20, HEADER);
        file.putLong(24, 0x1122334455667788L);
        file.putLong(32, 0x99AABBCCDDEEFF00L);
        file.putLong(40, ordinal);
        file.putLong(48, firstSequence);
        file.putInt(SALT_AT, 0x5A17 * (int) ordinal);
        file.putInt(CHAIN_AT, chainBefore);
        file.putLong(64, ordinal - 1);
        file.putLong(72, firstSequence - 1);
        file.putLong(80, lengthBefore);
        file.putLong(FILE_BYTES_AT, length);
        byte[] name = "file".getBytes(StandardCharsets.US_ASCII);
        file.put(112, (byte) name.length);
        file.put(113, name);
        putHeaderRight(bytes);
        chain = file.getInt(HEADER_CRC_AT);
    }

    /** The marker of the log that these segments belong to. */
    static byte[] marker() {
        String text = """
                softadastra-wal 1
                provider=file
                log=11223344-5566-7788-99aa-bbccddeeff00
                node=laptop
                provisional=false
                epoch=0000000000000000
                state=ready
                """;
        return markerWithCrc(text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] markerWithCrc(byte[] text) {
        byte[] last = String.format(Locale.ROOT, "crc32c=%08x\n", crc(text, 0, text.length))
                .getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(text, text.length + last.length);
        System.arraycopy(last, 0, all, text.length, last.length);
        return all;
    }

    /** Adds a frame that claims everything before it to be durable. */
    LogBytes add(int kind, int type, long sequence, byte[] body) {
        file.putInt(end, body.length);
        file.put(end + 4, (byte) kind);
        file.putShort(end + 6, (short) type);
        file.putLong(end + 8, sequence);
        file.putLong(end + 16, sequence << 16);
        file.put(end + FRAME_HEADER, body);
        putFrameRight(end, 0xFF);
        chain = file.getInt(end + 36);
        end += (int) length(body.length);
        return this;
    }

    int end() {
        return end;
    }

    int chain() {
        return chain;
    }

    byte[] bytes() {
        return bytes;
    }

    static void putHeaderRight(byte[] segment) {
        little(segment).putInt(HEADER_CRC_AT, (int) crc(segment, 0, HEADER_CRC_AT));
        System.arraycopy(segment, 0, segment, SECTOR, SECTOR);
    }

    /**
     * Makes of any bytes behind a header a row of frames that follow each other. The first byte of each timestamp says what is
     * left as it is: the sums, the chain, the sequence, the length.
     */
    static void putFramesRight(byte[] segment) {
        LogBytes log = new LogBytes(segment);
        while (log.end + FRAME_HEADER <= segment.length && !log.zerosAtEnd()) {
            int control = segment[log.end + 23] & 0xFF;
            int body = log.file.getInt(log.end);
            int room = segment.length - log.end - FRAME_HEADER;
            if ((control & 0x10) == 0 && (body < 0 || length(body) > room + FRAME_HEADER)) {
                body = Math.floorMod(body, Math.min(room, 1 << 10) + 1);
                log.file.putInt(log.end, body);
            }
            if (body < 0 || length(body) > room + FRAME_HEADER) {
                log.putFrameRight(log.end, ~control);
                return;
            }
            if ((control & 0x08) == 0) {
                log.file.putLong(log.end + 8, log.sequence);
            }
            log.putFrameRight(log.end, ~control);
            log.chain = log.file.getInt(log.end + 36);
            log.sequence = log.file.getLong(log.end + 8)
                    + Math.max(0, log.records(log.end, body).size());
            log.end += (int) length(body);
        }
    }

    /** The records of all frames that verify, wherever they start, by the segment's header or by the header's copy. */
    static List<Found> readAnywhere(byte[] segment) {
        List<Found> found = new ArrayList<>();
        byte[] copied = segment.clone();
        System.arraycopy(segment, SECTOR, copied, 0, SECTOR);
        for (byte[] seen : List.of(segment, copied)) {
            LogBytes log = new LogBytes(seen);
            for (int at = HEADER; at + FRAME_HEADER <= seen.length; at += 8) {
                int body = log.file.getInt(at);
                boolean verifies = log.file.getInt(at + 36) == log.headerCrc(at)
                        && body >= 0
                        && length(body) <= seen.length - at
                        && log.file.getInt(at + 32) == log.bodyCrc(at, body);
                if (verifies) {
                    found.addAll(log.records(at, body));
                }
            }
        }
        return found;
    }

    /** The records of all frames from the first on that verify, and follow each other. */
    static List<Found> read(byte[] segment, int limit) {
        LogBytes log = new LogBytes(segment);
        List<Found> found = new ArrayList<>();
        while (log.end + FRAME_HEADER <= limit) {
            int body = log.file.getInt(log.end);
            int kind = segment[log.end + 4];
            boolean follows = log.file.getInt(log.end + 36) == log.headerCrc(log.end)
                    && segment[log.end + 5] == 0
                    && body >= 0
                    && body <= MAX_BODY
                    && length(body) <= limit - log.end
                    && log.file.getLong(log.end + 8) == log.sequence
                    && log.file.getInt(log.end + 28) == log.chain
                    && log.file.getInt(log.end + 32) == log.bodyCrc(log.end, body);
            boolean formed = switch (kind) {
                case SINGLE, BATCH -> true;
                case 3, SEAL -> body == 0;
                case CONTINUED -> body == Long.BYTES;
                default -> false;
            };
            if (!follows || !formed) {
                break;
            }
            List<Found> records = log.records(log.end, body);
            if (kind <= BATCH && records.isEmpty()) {
                break;
            }
            found.addAll(records);
            log.chain = log.file.getInt(log.end + 36);
            log.sequence += records.size();
            log.end += (int) length(body);
        }
        return found;
    }

    private LogBytes(byte[] segment) {
        bytes = segment;
        file = little(segment);
        chain = file.getInt(HEADER_CRC_AT);
        sequence = file.getLong(48);
    }

    private List<Found> records(int at, int body) {
        long first = file.getLong(at + 8);
        long timestamp = file.getLong(at + 16);
        if (file.get(at + 4) == SINGLE) {
            int type = file.getShort(at + 6) & 0xFFFF;
            return type == 0 || type > MAX_TYPE
                    ? List.of()
                    : List.of(found(first, type, timestamp, at + FRAME_HEADER, body));
        }
        if (file.get(at + 4) != BATCH) {
            return List.of();
        }
        Varints in = new Varints(bytes, at + FRAME_HEADER, at + FRAME_HEADER + body);
        long count = in.next();
        List<Found> records = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            long type = in.next();
            long length = in.next();
            if (type <= 0 || type > MAX_TYPE || length < 0 || length > in.left()) {
                return List.of();
            }
            records.add(found(first + i, (int) type, timestamp, in.skip((int) length), (int) length));
        }
        return in.left() == 0 ? records : List.of();
    }

    private Found found(long recordSequence, int type, long timestamp, int at, int length) {
        return new Found(recordSequence, type, timestamp, boxed(Arrays.copyOfRange(bytes, at, at + length)));
    }

    static List<Byte> boxed(byte[] bytes) {
        List<Byte> boxed = new ArrayList<>(bytes.length);
        for (byte one : bytes) {
            boxed.add(one);
        }
        return boxed;
    }

    private boolean zerosAtEnd() {
        for (int i = 0; i < FRAME_HEADER; i++) {
            if (file.get(end + i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Puts right what the bits say: 1 the header's sum, 2 the body's sum, 4 the chain. */
    private void putFrameRight(int at, int what) {
        int body = file.getInt(at);
        if ((what & 0x04) != 0) {
            file.putInt(at + 28, chain);
        }
        if ((what & 0x02) != 0 && body >= 0 && length(body) <= file.capacity() - at) {
            file.putInt(at + 32, bodyCrc(at, body));
        }
        if ((what & 0x01) != 0) {
            file.putInt(at + 36, headerCrc(at));
        }
    }

    private int bodyCrc(int at, int body) {
        return (int) crc(bytes, at + FRAME_HEADER, (int) length(body) - FRAME_HEADER);
    }

    private int headerCrc(int at) {
        byte[] covered = Arrays.copyOfRange(bytes, at, at + 48);
        little(covered).putInt(36, file.getInt(SALT_AT)).putLong(40, at);
        return (int) crc(covered, 0, covered.length);
    }

    private static long crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return crc.getValue();
    }

    private static long length(long body) {
        return (FRAME_HEADER + body + 7) & -8L;
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Reads unsigned LEB128 numbers of up to 31 bits; -1 where there is none. */
    private static final class Varints {
        private final byte[] bytes;
        private final int end;
        private int at;

        Varints(byte[] bytes, int at, int end) {
            this.bytes = bytes;
            this.at = at;
            this.end = end;
        }

        int left() {
            return end - at;
        }

        int skip(int length) {
            int start = at;
            at += length;
            return start;
        }

        long next() {
            long value = 0;
            for (int shift = 0; shift < 35 && at < end; shift += 7) {
                int one = bytes[at++];
                value |= (long) (one & 0x7F) << shift;
                if (one >= 0) {
                    return value <= Integer.MAX_VALUE ? value : -1;
                }
            }
            return -1;
        }
    }
}
