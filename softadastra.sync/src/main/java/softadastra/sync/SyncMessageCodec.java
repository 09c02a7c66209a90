package softadastra.sync;

import softadastra.core.MalformedDataException;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;

/**
 * The binary form of a {@link SyncMessage}. Strict: nothing is made up, nothing is left over, no count allocates more than the
 * bytes there are, and all of it no more than there is {@link Room} for.
 *
 * <pre>
 * message   = magic:i32 "SYN1"  version:u8 (1)
 *             flags:u8 (bit 0: chunk; bit 1: whole; bit 2: refusals; bit 3: contents; bit 4: to)  origins  state
 *             count:varint  operation * count  chunk (if there is one)  refusals (if there are any)
 *             contents (if there are any)  [to:varint  skips]  crc:i32
 *                                                                              all numbers little-endian
 * origins   = count:varint  { node:utf8  epoch:i64 } * count                    in order, each once
 * state     = from:varint  cut  joined:set  count:varint  { origin:varint  limit + 1:varint } * count  want:i64  millis:i64
 *             lacking:set  accused:set  count:varint  { origin:varint  cut  members:i64  silence:varint  accused:set } * count
 *                                                                               each in order, see {@link SyncMessage.State}
 *             progress  count:varint  { origin:varint  subscription } * count     see {@link Subscription}; in order
 * progress  = kind:u8 (0 none, 1, 2 in full)  held  key:bytes                  see {@link Progress}
 * cut       = sequence:varint  held  promise:i64  returning:u8 (0, 1)           see {@link Cut}
 * set       = count:varint  { origin:varint } * count                          in order
 * held      = count:varint  { origin:varint  counter:varint } * count          in order
 * operation = kind:u8 (bit 0: a removal; bit 1: floor, in a chunk)  origin:varint  counter:varint  stamp:i64  [floor:i64]
 *             version:varint  context (not in a chunk)  key:bytes  value:bytes (put)
 * context   = kind:u8 (0 in full, 1 what changed since the operation before of that origin in this message)  held
 * chunk     = flags:u8 (bit 0: full; bit 1: behind; bit 2: through; bit 3: rejected)  held  behind:bytes  through:bytes
 *             count:varint  operation * count  count:varint  { known:bytes } * count  conflicts  [rejected]     see {@link Chunk}
 * rejected  = count:varint  { of:origin  counter:varint  rejection } * count   see {@link Rejection}
 * skips     = count:varint  { origin:varint  from:varint  through - from:varint } * count
 * conflicts = count:varint  { note:bytes } * count                             see {@link Conflict}
 * refusals  = count:varint  { by:origin  of:origin  counter:varint  hops:u8  rejection } * count      see {@link Rejection}
 *             count:varint  { by:origin  of:origin  counter:varint  hops:u8 } * count                see {@link Refusals}
 * contents  = count:varint (1 or 256)  { sum:i64 } * count  count:varint  { operation } * count   as of a chunk; see {@link Contents}
 * crc       : CRC32C of all before it; a transport may hand over half a message
 * </pre>
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
