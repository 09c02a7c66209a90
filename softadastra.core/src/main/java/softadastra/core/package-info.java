/**
 * Results, errors, identities, time and binary encoding, shared by all Softadastra modules.
 *
 * <p><b>Failures are values.</b> A method that can fail for a reason its caller has to handle answers a
 * {@link softadastra.core.Result}: an {@link softadastra.core.Ok} with the value, or an {@link softadastra.core.Err}
 * with a {@link softadastra.core.SoftadastraError}, whose {@link softadastra.core.ErrorCode} says what happened and
 * what can be done. Where a signature has no room for a result ({@code close()}, a constructor, an inner loop), the
 * same error travels in a {@link softadastra.core.SoftadastraException}.
 *
 * <p><b>A result must not be dropped.</b> Packages, types and methods marked
 * {@link softadastra.core.CheckReturnValue} have their answers checked by static analysers.
 *
 * <p><b>Identity and time.</b> A {@link softadastra.core.NodeId} names a node; a
 * {@link softadastra.core.HybridTimestamp} orders events, and a {@link softadastra.core.HybridClock} issues them. Time
 * and randomness are always passed in.
 *
 * <p><b>File events.</b> {@link softadastra.core.FileEvent} records that a file was created, updated, deleted or moved;
 * {@link softadastra.core.FileEventCodec} turns it into bytes for a log.
 *
 * <p><b>Binary data.</b> {@link softadastra.core.ByteWriter} and {@link softadastra.core.ByteReader} are the one codec
 * style of the project: little-endian integers, minimal LEB128 varints, length-prefixed bytes and strict UTF-8. A
 * reader throws {@link softadastra.core.MalformedDataException} at the first byte that is not what the format promises;
 * a decoder catches it at its edge and answers an error.
 *
 * <p>Unless a type says otherwise it is immutable and safe for use by many threads, nothing here blocks or does I/O,
 * and no argument may be null.
 */
@CheckReturnValue
package softadastra.core;
