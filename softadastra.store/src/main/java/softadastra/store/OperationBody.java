package softadastra.store;

import org.jspecify.annotations.Nullable;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.core.Utf8;

/**
 * The binary form of an {@link Operation}.
 *
 * <pre>
 * body  = head:u8  type:u8  key:bytes  [value:bytes]        value unless type is 3
 * head  : low 4 bits the version, 1; high 4 bits features that a reader must know, none yet
 * type  : 1 put, 2 update, 3 delete: the codes of the log's record types
 * bytes = length:varint  byte...                            the key is well-formed UTF-8
 * </pre>
 *
 * <p>An instance is a decoder to be used for one body after the other, without an object for each. Not thread-safe.
 */
final class OperationBody {

    private static final int HEAD = 1;

    /** What {@link #write} adds to key and value at most. */
    static final int MAX_OVERHEAD = 2 + 3 + 4;

    private OperationType type = OperationType.DELETE;
    private Key key = Key.wrap(new byte[0]);
    private byte @Nullable [] value;

    static void write(ByteWriter out, OperationType type, Key key, byte @Nullable [] value) {
        out.writeByte(HEAD);
        out.writeByte(type.code());
        out.writePrefixedBytes(key.bytes());
        if (value != null) {
            out.writePrefixedBytes(value);
        }
    }

    /**
     * Reads a body to the end of the data.
     *
     * @throws softadastra.core.MalformedDataException if it is none
     * @throws SoftadastraException UNSUPPORTED_VERSION
     */
    void read(ByteReader in) {
        int head = in.readByte();
        if (head != HEAD) {
            throw new SoftadastraException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "unsupported operation version " + (head & 0xF) + " with features " + (head >> 4)
                            + ": this release reads version 1");
        }
        int position = in.position();
        int code = in.readByte();
        if (!OperationType.isOperation(code)) {
            throw in.malformed("unknown operation type " + code, position);
        }
        type = OperationType.ofCode(code);
        position = in.position();
        byte[] utf8 = in.readPrefixedBytes(Key.MAX_BYTES);
        if (utf8.length == 0) {
            throw in.malformed("key is empty", position);
        }
        if (!Utf8.isWellFormed(utf8)) {
            throw in.malformed("key is not UTF-8", position);
        }
        key = Key.wrap(utf8);
        value = type == OperationType.DELETE ? null : in.readPrefixedBytes(Value.MAX_BYTES);
        in.expectEnd();
    }

    OperationType type() {
        return type;
    }

    Key key() {
        return key;
    }

    /** The value that was read, the caller's own; null for a deletion. */
    byte @Nullable [] value() {
        return value;
    }

    Operation toOperation() {
        byte[] bytes = value;
        if (bytes == null) {
            return Operation.delete(key);
        }
        return type == OperationType.PUT
                ? Operation.put(key, Value.wrap(bytes))
                : Operation.update(key, Value.wrap(bytes));
    }
}
