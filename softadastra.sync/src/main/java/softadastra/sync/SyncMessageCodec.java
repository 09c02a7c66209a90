package softadastra.sync;

import softadastra.core.MalformedDataException;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;

/**
 * The binary form of a {@link SyncMessage}. Strict: nothing is made up, nothing is left over, no count allocates more than the
 * bytes there are, and all of it no more than there is {@link Room} for.
 *
 * <pre>
 * message   = magic:i32 0x314E5953 ("SYN1")  version:u8 (1)
 *             flags:u8 (bit 0: chunk; bit 1: whole; bit 2: refusals; bit 3: contents; bit 4: to)
 *             origins  state  count:varint  operation * count  chunk (if there is one)  refusals (if there are any)
 *             contents (if there are any)  [to:varint  skips]  crc:i32
 * origins   = count:varint  { node:utf8  epoch:i64 } * count                    in order, each once; named below by their place
 * state     = from:varint  cut  joined:set  count:varint  { origin:varint  limit + 1:varint } * count  want:i64  millis:i64
 *             lacking:set  accused:set                                          all in order, a limit 0 while it is open
 *             count:varint  { origin:varint  cut  members:i64  silence:varint  accused:set } * count  progress
 *             count:varint  { origin:varint  subscription } * count         in order; who does not want everything, see below
 * subscription = count:varint (1 to 64)  { prefix:utf8 (256 bytes at most) } * count       none begins with another one
 * progress  = kind:u8 (0 none, 1, 2 in full)  [held  key:bytes]
 * cut       = sequence:varint  held  promise:i64  returning:u8 (0, 1)
 * set       = count:varint  { origin:varint } * count                           in order
 * held      = count:varint  { origin:varint  counter:varint } * count           in order, counters from 1
 * operation = kind:u8 (bit 0: a removal; bit 1: floor, in a chunk)  origin:varint  counter:varint  stamp:i64  [floor:i64]
 *             version:varint  context (not in a chunk)  key:bytes  value:bytes (put)
 * context   = kind:u8 (0 in full, 1 what changed since the operation before of that origin in this message)  held
 * chunk     = flags:u8 (bit 0: full; bit 1: behind; bit 2: through; bit 3: rejected)  held  [behind:bytes]  [through:bytes]
 *             count:varint  operation * count  count:varint  { known:bytes } * count  conflicts  [rejected]
 * rejected  = count:varint  { of:varint  counter:varint  rejection } * count    what the sender holds and goes without
 * rejection = flags:u8 (bit 0: a removal)  key:utf8  stamp:i64  code:u8  reason:utf8
 * conflicts = count:varint  { note:bytes } * count                              note 66, as a log has it
 * skips     = count:varint  { origin:varint  from:varint  through - from:varint } * count
 * refusals  = count:varint  { claim  rejection } * count
 *             count:varint  { claim } * count
 * claim     = by:varint  of:varint  counter:varint  hops:u8      who has rejected the operation (of, counter)
 * contents  = count:varint (1 or 256)  { sum:i64 } * count  count:varint  { operation } * count      operations as in a chunk
 * crc       = CRC-32C of all before it
 * </pre>
 *
 * <p>All numbers are little-endian. What the parts mean is with {@link SyncMessage}, {@link Cut}, {@link Progress}, {@link Subscription},
 * {@link Chunk}, {@link Rejection}, {@link Refusals} and {@link Contents}; docs/sync.md has the same grammar.
 */
final class SyncMessageCodec {

    static final int MAGIC = 0x314E5953;
    static final int VERSION = 1;

    // Flags of a message.
    static final int CHUNK = 1;
    static final int WHOLE = 2;
    static final int REFUSALS = 4;
    static final int CONTENTS = 8;
    static final int TO = 16;

    // Flags of a part.
    static final int FULL = 1;
    static final int BEHIND = 2;
    static final int THROUGH = 4;
    static final int REJECTED = 8;

    // Kinds of operations.
    static final int REMOVAL = 1;
    static final int FLOOR = 2;

    private SyncMessageCodec() {}

    static byte[] encode(SyncMessage message) {
        return SyncMessageWriter.write(message);
    }

    /** Reads a message; DECODE_FAILED or UNSUPPORTED_VERSION for what is none. */
    static Result<SyncMessage> decode(byte[] bytes) {
        try {
            return Result.ok(SyncMessageReader.read(bytes));
        } catch (MalformedDataException e) {
            return Result.err(e.toError("failed to decode sync message"));
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        }
    }
}
