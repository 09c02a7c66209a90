package softadastra.core;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The answer of an operation that may fail: either {@link Ok} with a value, or {@link Err} with an error.
 *
 * <pre>{@code
 * Result<Integer> answer = parse(text);
 * if (answer.isErr()) {
 *     report(answer.error().display());
 *     return;
 * }
 * use(answer.value());
 * }</pre>
 *
 * <p>A result is never null and holds no null. It obeys the usual laws: {@code ok(a).flatMap(f)} equals {@code f(a)},
 * {@code r.flatMap(Result::ok)} equals {@code r}, and {@code flatMap} is associative. An exception that a function
 * passed to these methods throws reaches the caller as it is.
 *
 * <p>On JDK 21 and later a {@code switch} with patterns over {@code Ok} and {@code Err} is exhaustive.
 *
 * @param <T> what a success holds; {@link Unit} where there is nothing to hold
 */
@CheckReturnValue
public sealed interface Result<T> permits Ok, Err {

    /**
     * A success that holds a value.
     *
     * @param <T> what the success holds
     * @param value the value, not null
     * @return the result
     */
    static <T> Result<T> ok(T value) {
        return new Ok<>(value);
    }

    /**
     * A success that holds nothing but itself. It is one shared object.
     *
     * @return the result
     */
    static Result<Unit> ok() {
        return Ok.UNIT;
    }

    /**
     * A failure.
     *
     * @param <T> what a success would have held
     * @param error what happened
     * @return the result
     */
    static <T> Result<T> err(SoftadastraError error) {
        return new Err<>(error);
    }

    /**
     * A failure with the code's default severity and without context.
     *
     * @param <T> what a success would have held
     * @param code what kind of failure
     * @param message what happened, not empty
     * @return the result
     */
    static <T> Result<T> err(ErrorCode code, String message) {
        return new Err<>(SoftadastraError.of(code, message));
    }

    /**
     * A failure with the code's default severity, without context, and with the exception behind it.
     *
     * @param <T> what a success would have held
     * @param code what kind of failure
     * @param message what happened, not empty
     * @param cause the exception behind it, or null
     * @return the result
     */
    static <T> Result<T> err(ErrorCode code, String message, @Nullable Throwable cause) {
        return new Err<>(SoftadastraError.of(code, message, cause));
    }

    /**
     * Runs an action and turns the {@link SoftadastraException} it may throw into a failure: the edge between code that
     * throws and callers who get results. Every other exception passes through.
     *
     * @param <T> what the action answers
     * @param action what to run, answers no null
     * @return a success with the action's answer, or a failure with the error of the exception
     */
    static <T> Result<T> attempt(Supplier<? extends T> action) {
        try {
            return new Ok<>(action.get());
        } catch (SoftadastraException e) {
            return new Err<>(e.error());
        }
    }

    /**
     * Like {@link #attempt(Supplier)}, for an action without an answer.
     *
     * @param action what to run
     * @return success, or a failure with the error of the exception
     */
    static Result<Unit> attemptRun(Runnable action) {
        try {
            action.run();
            return ok();
        } catch (SoftadastraException e) {
            return new Err<>(e.error());
        }
    }

    /**
     * Whether this is a success.
     *
     * @return true for {@link Ok}
     */
    boolean isOk();

    /**
     * Whether this is a failure.
     *
     * @return true for {@link Err}
     */
    default boolean isErr() {
        return !isOk();
    }

    /**
     * The value of a success.
     *
     * @return the value
     * @throws SoftadastraException carrying the error, where this is a failure
     */
    T value();

    /**
     * The error of a failure.
     *
     * @return the error
     * @throws SoftadastraException with {@link ErrorCode#INVALID_STATE}, where this is a success
     */
    SoftadastraError error();

    /**
     * The value of a success, for callers who turn failures into exceptions. The same as {@link #value()}, except that
     * the answer may be dropped: a failure is not overlooked.
     *
     * @return the value
     * @throws SoftadastraException carrying the error, where this is a failure
     */
    @CanIgnoreReturnValue
    default T orElseThrow() {
        return value();
    }

    /**
     * The value of a success, or another one in place of a failure.
     *
     * @param other what to answer for a failure
     * @return the value, or {@code other}
     */
    T orElse(T other);

    /**
     * The value of a success, or one computed from the error of a failure.
     *
     * @param other computes what to answer for a failure
     * @return the value, or what {@code other} answered
     */
    T orElseGet(Function<? super SoftadastraError, ? extends T> other);

    /**
     * Applies a function that cannot fail to the value of a success; a failure stays as it is.
     *
     * @param <U> what the function answers
     * @param function applied to the value; answers no null
     * @return a success with the function's answer, or this failure
     */
    <U> Result<U> map(Function<? super T, ? extends U> function);

    /**
     * Applies a function that may fail to the value of a success; a failure stays as it is.
     *
     * @param <U> what the function's success holds
     * @param function applied to the value
     * @return what the function answered, or this failure
     */
    <U> Result<U> flatMap(Function<? super T, Result<U>> function);

    /**
     * Applies a function to the error of a failure, for instance to add context; a success stays as it is.
     *
     * @param function applied to the error
     * @return this success, or a failure with the function's answer
     */
    Result<T> mapError(Function<? super SoftadastraError, SoftadastraError> function);

    /**
     * Gives the value of a success to a consumer; does nothing for a failure.
     *
     * @param consumer gets the value
     * @return this result
     */
    @CanIgnoreReturnValue
    default Result<T> ifOk(Consumer<? super T> consumer) {
        Objects.requireNonNull(consumer, "consumer");
        if (isOk()) {
            consumer.accept(value());
        }
        return this;
    }

    /**
     * Gives the error of a failure to a consumer; does nothing for a success.
     *
     * @param consumer gets the error
     * @return this result
     */
    @CanIgnoreReturnValue
    default Result<T> ifErr(Consumer<? super SoftadastraError> consumer) {
        Objects.requireNonNull(consumer, "consumer");
        if (isErr()) {
            consumer.accept(error());
        }
        return this;
    }
}
