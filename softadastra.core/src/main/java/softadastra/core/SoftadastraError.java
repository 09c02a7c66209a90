package softadastra.core;

import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One failure, as a value: what kind, how bad, what happened in words, where, and why.
 *
 * <p>Two errors are equal when all parts are; causes are compared by identity, as throwables are.
 *
 * @param code what kind of failure; programs decide by it
 * @param severity how bad it is for the component that reports it
 * @param message what happened, in a sentence for people, in the same words on every platform; never empty
 * @param context where it happened or what would help, for people; empty when there is nothing to add
 * @param cause the exception behind it, or null
 */
public record SoftadastraError(
        ErrorCode code,
        Severity severity,
        String message,
        String context,
        @Nullable Throwable cause) implements Serializable {

    /**
     * Makes an error from all its parts.
     *
     * @param code what kind of failure
     * @param severity how bad it is
     * @param message what happened
     * @param context where it happened or what would help; may be empty
     * @param cause the exception behind it, or null
     * @throws SoftadastraException with {@link ErrorCode#INVALID_ARGUMENT} where the message is empty
     */
    public SoftadastraError {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(context, "context");
        if (message.isEmpty()) {
            throw new SoftadastraException(ErrorCode.INVALID_ARGUMENT, "invalid error: message is empty");
        }
    }

    /**
     * An error of the code's default severity, without context and cause.
     *
     * @param code what kind of failure
     * @param message what happened, not empty
     * @return the error
     */
    public static SoftadastraError of(ErrorCode code, String message) {
        return new SoftadastraError(code, code.defaultSeverity(), message, "", null);
    }

    /**
     * An error of the code's default severity, without context.
     *
     * @param code what kind of failure
     * @param message what happened, not empty
     * @param cause the exception behind it, or null
     * @return the error
     */
    public static SoftadastraError of(ErrorCode code, String message, @Nullable Throwable cause) {
        return new SoftadastraError(code, code.defaultSeverity(), message, "", cause);
    }

    /**
     * The same error with another severity.
     *
     * @param newSeverity how bad it is
     * @return the error
     */
    public SoftadastraError withSeverity(Severity newSeverity) {
        return new SoftadastraError(code, newSeverity, message, context, cause);
    }

    /**
     * The same error with another context in place of the one it has.
     *
     * @param newContext where it happened or what would help; may be empty
     * @return the error
     */
    public SoftadastraError withContext(String newContext) {
        return new SoftadastraError(code, severity, message, newContext, cause);
    }

    /**
     * The same error with another cause in place of the one it has.
     *
     * @param newCause the exception behind it, or null
     * @return the error
     */
    public SoftadastraError withCause(@Nullable Throwable newCause) {
        return new SoftadastraError(code, severity, message, context, newCause);
    }

    /**
     * The error as people are shown it: {@code message (context)}, or the message alone where there is no context.
     *
     * @return the text
     */
    public String display() {
        return context.isEmpty() ? message : message + " (" + context + ")";
    }

    /**
     * This error as an exception that carries it, for code that cannot answer a {@link Result}.
     *
     * @return a new exception, to be thrown
     */
    public SoftadastraException toException() {
        return new SoftadastraException(this);
    }

    /** The code, the {@link #display()} form, and the cause where there is one, on one line for logs. */
    @Override
    public String toString() {
        String text = code + ": " + display();
        return cause == null ? text : text + " [cause: " + cause + "]";
    }
}
