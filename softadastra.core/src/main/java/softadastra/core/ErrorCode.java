package softadastra.core;

/**
 * What kind of failure happened: the part of an error that programs decide by.
 *
 * <p>Codes are added over time, so a {@code switch} over them needs a default. They are never reused or given another
 * meaning. The order of the constants means nothing.
 */
public enum ErrorCode {
    /** An argument is not acceptable, such as an empty key. Nothing was done; call again with another argument. */
    INVALID_ARGUMENT(Severity.ERROR),

    /**
     * The object is not in a state that allows the call, most often because it is closed. Nothing was done; open it
     * again, or correct the order of the calls.
     */
    INVALID_STATE(Severity.ERROR),

    /** What was asked for does not exist. Create it, or treat it as absent. */
    NOT_FOUND(Severity.ERROR),

    /**
     * The log no longer holds the sequence that was asked for, because a checkpoint stands in its place. Begin at the
     * sequence that the error names, or start from the checkpoint.
     */
    HISTORY_GONE(Severity.ERROR),

    /**
     * A condition of a conditional write does not hold: somebody else wrote in between. Nothing was written; read the
     * current state, decide again, and retry.
     */
    CONDITION_FAILED(Severity.ERROR),

    /** A directory that must exist does not. Create it ({@code mkdir -p}) and retry. */
    DIRECTORY_MISSING(Severity.ERROR),

    /** The operating system refused access. Correct owner and permissions, then retry. */
    PERMISSION_DENIED(Severity.ERROR),

    /**
     * Another owner, in this process or another one, has the log open. Wait for it to close, or use a log of your own:
     * one node, one log.
     */
    LOCKED(Severity.ERROR),

    /** The log belongs to another node than the one that was given. Use that node's identity, or another path. */
    WRONG_NODE(Severity.ERROR),

    /**
     * No space is left on the device, or a quota is used up. What was not acknowledged is not durable; free space and
     * retry.
     */
    NO_SPACE(Severity.ERROR),

    /**
     * Reading, writing or forcing failed for another reason of the device or file system. What was not acknowledged is
     * not durable; look at the cause and at the device's health before retrying.
     */
    IO_ERROR(Severity.ERROR),

    /**
     * Stored bytes are not what was written: a checksum, a length or an order does not verify. Nothing damaged was
     * applied. Verify the log, then repair it or restore a backup.
     */
    CORRUPTION(Severity.FATAL),

    /** A value cannot be put into the binary form, such as text that has no UTF-8. Correct the value. */
    ENCODE_FAILED(Severity.ERROR),

    /** Bytes are not a valid encoding of what was expected. Nothing was taken from them; get them again, or skip them. */
    DECODE_FAILED(Severity.ERROR),

    /** Data was written by a newer or unknown format version. Open it with a release that knows that version. */
    UNSUPPORTED_VERSION(Severity.ERROR),

    /**
     * An operation, record type or capability is not supported by the component that was asked. Use a release or a
     * provider that supports it.
     */
    UNSUPPORTED_OPERATION(Severity.ERROR),

    /** A record or a batch exceeds the largest size that is allowed. Nothing was written; split it. */
    RECORD_TOO_LARGE(Severity.ERROR),

    /** No provider offers what was asked for. Add the jar that the message names to the module path or class path. */
    PROVIDER_MISSING(Severity.ERROR),

    /** Several providers fit equally well. Name the one to use, by configuration or by the property in the message. */
    PROVIDER_AMBIGUOUS(Severity.ERROR),

    /**
     * The provider that was named is not the one that wrote the log. Use the recorded one, or copy the log into a new
     * one.
     */
    PROVIDER_MISMATCH(Severity.ERROR),

    /**
     * A write may or may not have become durable, because the disk would not confirm it. Neither repeat nor forget it:
     * recover the log or open it again, and look at what that found.
     */
    INDETERMINATE(Severity.FATAL),

    /**
     * One operation identity was seen with two different contents, so a log was copied or restored and both copies
     * wrote. Neither is merged; give one of them a new epoch by restoring it as a new log.
     */
    ORIGIN_FORK(Severity.FATAL),

    /**
     * The calling thread was interrupted while it waited. What it waited for goes on and may still succeed; the
     * thread's interrupt flag is set again.
     */
    INTERRUPTED(Severity.ERROR);

    private final Severity defaultSeverity;

    ErrorCode(Severity defaultSeverity) {
        this.defaultSeverity = defaultSeverity;
    }

    /**
     * The severity an error of this code has unless its reporter says otherwise.
     *
     * @return the severity
     */
    public Severity defaultSeverity() {
        return defaultSeverity;
    }
}
