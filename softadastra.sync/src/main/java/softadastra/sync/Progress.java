package softadastra.sync;

import java.util.Optional;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.store.Key;

/**
 * How far a node has come with what stands elsewhere. It is logged with each part of that, so that a node which was killed goes on
 * where it was, with whoever holds as much as the sender did when it began.
 *
 * <pre>
 * note = version:u8 (1)  flags:u8 (bit 0: in full; bit 1: has a key)  count:varint  { node:utf8  epoch:i64  counter:varint } * count
 *        key:utf8 (if it has one)
 * </pre>
 *
 * @param cut what the sender held when it sent the first part; all of it is held once the last part is there
 * @param full whether the parts name everything that stands there, so that what they do not name is gone
 * @param through the last key that is done
 */
record Progress(Vector cut, boolean full, Key through) {

    /** The note that says how far it is; without a key, that there is nothing more to come. */
    static final int NOTE = 72;

    private static final int VERSION = 1;

    /** A note; none for having come to the end. */
    static byte[] encode(Optional<Progress> progress) {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeByte(progress.map(each -> each.full ? 3 : 2).orElse(0));
        progress.map(Progress::cut).orElseGet(Vector::new).writeTo(out);
        progress.ifPresent(each -> out.writeUtf8(each.through.asString()));
        return out.toByteArray();
    }

    /**
     * Reads a note.
     *
     * @throws softadastra.core.MalformedDataException if it is none
     */
    static Optional<Progress> decode(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        int version = in.readByte();
        int flags = in.readByte();
        if (version != VERSION || flags > 3) {
            throw in.malformed("progress of version " + version + " with flags " + flags, 0);
        }
        Vector cut = new Vector();
        cut.raiseTo(in);
        Optional<Progress> progress = (flags & 2) == 0
                ? Optional.empty()
                : Optional.of(new Progress(cut, (flags & 1) != 0, Key.of(in.readUtf8(Key.MAX_BYTES))));
        in.expectEnd();
        return progress;
    }
}
