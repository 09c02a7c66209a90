package softadastra.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Carries a {@link SoftadastraError} where a {@link Result} has no room: out of {@code close()}, a constructor, or
 * {@link Result#value()} on an {@link Err}.
 *
 * <p>Its message is the error's {@link SoftadastraError#display() display form}, its cause the error's cause.
 */
public final class SoftadastraException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What happened. */
    private final SoftadastraError error;

    /**
     * An exception that carries an error.
     *
     * @param error what happened
     */
    public SoftadastraException(SoftadastraError error) {
        super(Objects.requireNonNull(error, "error").display(), error.cause());
        this.error = error;
    }

    /**
     * An exception that carries {@link SoftadastraError#of(ErrorCode, String)}.
     *
     * @param code what kind of failure
     * @param message what happened, not empty
     */
    public SoftadastraException(ErrorCode code, String message) {
        this(SoftadastraError.of(code, message));
    }

    /**
     * An exception that carries {@link SoftadastraError#of(ErrorCode, String, Throwable)}.
     *
     * @param code what kind of failure
     * @param message what happened, not empty
     * @param cause the exception behind it, or null
     */
    public SoftadastraException(ErrorCode code, String message, @Nullable Throwable cause) {
        this(SoftadastraError.of(code, message, cause));
    }

    /**
     * The error this exception carries.
     *
     * @return what happened
     */
    public SoftadastraError error() {
        return error;
    }

    /**
     * The code of the error this exception carries.
     *
     * @return what kind of failure
     */
    public ErrorCode code() {
        return error.code();
    }
}
