package softadastra.core;

import java.util.Objects;

/**
 * Thrown by {@link ByteReader} and {@link Utf8} at the first byte that is not what the format promises.
 *
 * <p>It belongs between a reader and the decoder that drives it: the decoder catches it at its edge and answers
 * {@link #toError}. It has no stack trace, since hostile input must not be expensive to refuse.
 */
public final class MalformedDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    private final String reason;

    /** Where it is. */
    private final int offset;

    /**
     * Refuses the data.
     *
     * @param reason what is wrong, in a few words
     * @param offset where, in bytes from the beginning of the data
     */
    public MalformedDataException(String reason, int offset) {
        super(reason + " at byte offset " + offset, null, false, false);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.offset = offset;
    }

    /**
     * What is wrong with the data.
     *
     * @return a few words, without the offset
     */
    public String reason() {
        return reason;
    }

    /**
     * Where the data goes wrong.
     *
     * @return bytes from the beginning of the data
     */
    public int offset() {
        return offset;
    }

    /**
     * This refusal as an error.
     *
     * @param message what could not be decoded, for instance {@code failed to decode file event}
     * @return {@link ErrorCode#DECODE_FAILED} with {@code message: reason at byte offset n}
     */
    public SoftadastraError toError(String message) {
        return SoftadastraError.of(ErrorCode.DECODE_FAILED, message + ": " + getMessage());
    }
}
