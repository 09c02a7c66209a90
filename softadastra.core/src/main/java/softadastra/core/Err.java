package softadastra.core;

import java.util.Objects;
import java.util.function.Function;

/**
 * A {@link Result} that failed.
 *
 * @param <T> what a success would have held
 * @param error what happened
 */
public record Err<T>(SoftadastraError error) implements Result<T> {

    /**
     * Makes a failure from an error.
     *
     * @param error what happened
     */
    public Err {
        Objects.requireNonNull(error, "error");
    }

    @Override
    public boolean isOk() {
        return false;
    }

    @Override
    public T value() {
        throw error.toException();
    }

    @Override
    public T orElse(T other) {
        return Objects.requireNonNull(other, "other");
    }

    @Override
    public T orElseGet(Function<? super SoftadastraError, ? extends T> other) {
        return Objects.requireNonNull(other.apply(error), "answer of the function");
    }

    @Override
    public <U> Result<U> map(Function<? super T, ? extends U> function) {
        return new Err<>(error);
    }

    @Override
    public <U> Result<U> flatMap(Function<? super T, Result<U>> function) {
        return new Err<>(error);
    }

    @Override
    public Result<T> mapError(Function<? super SoftadastraError, SoftadastraError> function) {
        return new Err<>(function.apply(error));
    }
}
