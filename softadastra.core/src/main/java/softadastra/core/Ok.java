package softadastra.core;

import java.util.Objects;
import java.util.function.Function;

/**
 * A {@link Result} that succeeded.
 *
 * @param <T> what it holds
 * @param value the value, not null
 */
public record Ok<T>(T value) implements Result<T> {
    static final Result<Unit> UNIT = new Ok<>(Unit.UNIT);

    /**
     * Makes a success that holds a value.
     *
     * @param value the value, not null
     */
    public Ok {
        Objects.requireNonNull(value, "value");
    }

    @Override
    public boolean isOk() {
        return true;
    }

    @Override
    public SoftadastraError error() {
        throw new SoftadastraException(ErrorCode.INVALID_STATE, "result is ok: it has no error");
    }

    @Override
    public T orElse(T other) {
        return value;
    }

    @Override
    public T orElseGet(Function<? super SoftadastraError, ? extends T> other) {
        return value;
    }

    @Override
    public <U> Result<U> map(Function<? super T, ? extends U> function) {
        return new Ok<>(function.apply(value));
    }

    @Override
    public <U> Result<U> flatMap(Function<? super T, Result<U>> function) {
        return Objects.requireNonNull(function.apply(value), "result of the function");
    }

    @Override
    public Result<T> mapError(Function<? super SoftadastraError, SoftadastraError> function) {
        return this;
    }
}
