package softadastra.core;

import java.time.Instant;
import java.util.Optional;

/**
 * The binary form of a {@link FileEvent}, as logs hold it.
 *
 * <pre>
 * event    = version:u8 (1)  features:u8 (0)  type:u8  hasPrevious:u8 (0|1)  current:state  [previous:state]
 * state    = path:utf8  fileType:u8  size:varint  seconds:zigzag  nanos:varint  hasHash:u8 (0|1)  [hash:utf8]
 * utf8     = length:varint  bytes
 * type     : 1 created, 2 updated, 3 deleted, 4 moved
 * fileType : 1 file, 2 directory, 3 symbolic link, 4 other
 * </pre>
 *
 * <p>Each event has exactly one encoding. A decoder that meets a version or a feature bit that it does not know refuses
 * the event rather than guess.
 */
public final class FileEventCodec {
    private static final int VERSION = 1;
    private static final int FEATURES = 0;
    private static final int NANOS_PER_SECOND = 1_000_000_000;
    private static final FileEventType[] EVENT_TYPES = FileEventType.values();
    private static final FileType[] FILE_TYPES = FileType.values();
    private static final String FAILED = "failed to decode file event";

    private FileEventCodec() {}

    /**
     * Encodes an event.
     *
     * @param event the event
     * @return its binary form
     */
    public static byte[] encode(FileEvent event) {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeByte(FEATURES);
        out.writeByte(event.type().code());
        out.writeByte(event.previous().isPresent() ? 1 : 0);
        writeState(out, event.current());
        event.previous().ifPresent(state -> writeState(out, state));
        return out.toByteArray();
    }

    /**
     * Decodes an event from the whole of an array.
     *
     * @param bytes the binary form
     * @return the event; {@link ErrorCode#UNSUPPORTED_VERSION} where a newer release wrote it; or
     *     {@link ErrorCode#DECODE_FAILED}, naming the byte offset, where the bytes are not exactly one event
     */
    public static Result<FileEvent> decode(byte[] bytes) {
        try {
            ByteReader in = new ByteReader(bytes);
            int version = in.readByte();
            int features = in.readByte();
            if (version != VERSION || features != FEATURES) {
                return Result.err(
                        ErrorCode.UNSUPPORTED_VERSION,
                        FAILED + ": version " + version + " with features " + features + " is not supported");
            }
            return Result.ok(readEvent(in));
        } catch (MalformedDataException e) {
            return Result.err(e.toError(FAILED));
        }
    }

    private static FileEvent readEvent(ByteReader in) {
        int start = in.position();
        FileEventType type = readEventType(in);
        boolean hasPrevious = readFlag(in);
        FileState current = readState(in);
        Optional<FileState> previous = hasPrevious ? Optional.of(readState(in)) : Optional.empty();
        in.expectEnd();
        try {
            return new FileEvent(type, current, previous);
        } catch (SoftadastraException e) {
            throw in.malformed(e.error().message(), start);
        }
    }

    private static void writeState(ByteWriter out, FileState state) {
        FileMetadata metadata = state.metadata();
        out.writeUtf8(state.path().value());
        out.writeByte(metadata.type().code());
        out.writeVarint(metadata.size());
        Instant modified = metadata.modified();
        out.writeZigZag(modified.getEpochSecond());
        out.writeVarint(modified.getNano());
        out.writeByte(state.hash().isPresent() ? 1 : 0);
        state.hash().ifPresent(out::writeUtf8);
    }

    private static FileState readState(ByteReader in) {
        int start = in.position();
        String path = in.readUtf8(FilePath.MAX_UTF8_BYTES);
        FileType type = readFileType(in);
        long size = in.readVarint(Long.MAX_VALUE);
        Instant modified = readInstant(in);
        Optional<String> hash =
                readFlag(in) ? Optional.of(in.readUtf8(FileState.MAX_HASH_UTF8_BYTES)) : Optional.empty();
        try {
            return new FileState(new FilePath(path), new FileMetadata(type, size, modified), hash);
        } catch (SoftadastraException e) {
            throw in.malformed(e.error().message(), start);
        }
    }

    private static FileEventType readEventType(ByteReader in) {
        int start = in.position();
        int code = in.readByte();
        for (FileEventType type : EVENT_TYPES) {
            if (type.code() == code) {
                return type;
            }
        }
        throw in.malformed("unknown event type " + code, start);
    }

    private static FileType readFileType(ByteReader in) {
        int start = in.position();
        int code = in.readByte();
        for (FileType type : FILE_TYPES) {
            if (type.code() == code) {
                return type;
            }
        }
        throw in.malformed("unknown file type " + code, start);
    }

    private static Instant readInstant(ByteReader in) {
        int start = in.position();
        long seconds = in.readZigZag();
        long nanos = in.readVarint(NANOS_PER_SECOND - 1);
        if (seconds < Instant.MIN.getEpochSecond() || seconds > Instant.MAX.getEpochSecond()) {
            throw in.malformed("time out of range", start);
        }
        return Instant.ofEpochSecond(seconds, nanos);
    }

    private static boolean readFlag(ByteReader in) {
        int start = in.position();
        int flag = in.readByte();
        if (flag > 1) {
            throw in.malformed("flag is neither 0 nor 1", start);
        }
        return flag == 1;
    }
}
