package softadastra.store;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.Utf8;
import softadastra.wal.spi.WalBatch;

/** What keys and values a store takes. */
final class Limits {

    private Limits() {}

    /** What is wrong with a key that is to be written or removed; null if nothing is. */
    static @Nullable SoftadastraError errorOf(Key key) {
        String problem = problemOf(key);
        return problem == null
                ? null
                : SoftadastraError.of(
                        key.length() > Key.MAX_BYTES ? ErrorCode.RECORD_TOO_LARGE : ErrorCode.INVALID_ARGUMENT,
                        "invalid key: " + problem);
    }

    /** What is wrong with a value that is to be written; null if nothing is. */
    static @Nullable SoftadastraError errorOf(Value value) {
        String problem = problemOf(value);
        return problem == null
                ? null
                : SoftadastraError.of(
                        value.isStorable() ? ErrorCode.RECORD_TOO_LARGE : ErrorCode.INVALID_ARGUMENT,
                        "invalid value: " + problem);
    }

    /** What is wrong with a key that is to be given a value; null if nothing is. */
    static @Nullable SoftadastraError errorOf(Key key, Value value) {
        SoftadastraError error = errorOf(key);
        return error == null ? errorOf(value) : error;
    }

    /** What is wrong with a put on condition; null if nothing is. */
    static @Nullable SoftadastraError errorOf(Key key, Value value, long sequence) {
        SoftadastraError error = errorOf(key, value);
        return error == null && sequence < 0 ? negative(sequence) : error;
    }

    /** What is wrong with a removal on condition; null if nothing is. */
    static @Nullable SoftadastraError errorOf(Key key, long sequence) {
        SoftadastraError error = errorOf(key);
        if (error == null && sequence == 0) {
            return SoftadastraError.of(
                    ErrorCode.INVALID_ARGUMENT, "invalid sequence: 0 stands for no entry, which cannot be removed");
        }
        return error == null && sequence < 0 ? negative(sequence) : error;
    }

    private static SoftadastraError negative(long sequence) {
        return SoftadastraError.of(ErrorCode.INVALID_ARGUMENT, "invalid sequence: " + sequence + " is negative");
    }

    /** What is wrong with an operation that is to be written; null if nothing is. */
    static @Nullable SoftadastraError errorOf(Operation operation) {
        SoftadastraError error = errorOf(operation.key());
        return error != null || operation.value().isEmpty()
                ? error
                : errorOf(operation.value().get());
    }

    /**
     * What is wrong with a batch that is to be written; null if nothing is. The log has the last word on its size; this keeps
     * a hopeless one from being encoded.
     */
    static @Nullable SoftadastraError errorOf(List<Operation> batch) {
        long bytes = 0;
        for (Operation operation : batch) {
            SoftadastraError error = errorOf(operation);
            if (error != null) {
                return error;
            }
            bytes += operation.key().length()
                    + operation.value().map(Value::length).orElse(0);
        }
        return bytes <= WalBatch.MAX_BYTES
                ? null
                : SoftadastraError.of(
                        ErrorCode.RECORD_TOO_LARGE,
                        "invalid batch: keys and values have " + bytes + " bytes, and at most " + WalBatch.MAX_BYTES
                                + " are allowed");
    }

    /** What is wrong with an operation that is to be encoded, in words. */
    static Optional<String> problemOf(Operation operation) {
        String problem = problemOf(operation.key());
        return Optional.ofNullable(
                problem != null || operation.value().isEmpty()
                        ? problem
                        : problemOf(operation.value().get()));
    }

    private static @Nullable String problemOf(Key key) {
        if (key.isEmpty()) {
            return "key is empty";
        }
        if (!key.isWellFormed()) {
            return "key has no UTF-8: unpaired surrogate at index " + Utf8.indexOfUnpairedSurrogate(key.asString());
        }
        if (key.length() > Key.MAX_BYTES) {
            return "key has " + key.length() + " bytes of UTF-8, and at most " + Key.MAX_BYTES + " are allowed";
        }
        return null;
    }

    private static @Nullable String problemOf(Value value) {
        if (!value.isStorable()) {
            return "text has no UTF-8: unpaired surrogate at index " + Utf8.indexOfUnpairedSurrogate(value.asString());
        }
        if (value.length() > Value.MAX_BYTES) {
            return "value has " + value.length() + " bytes, and at most " + Value.MAX_BYTES + " are allowed";
        }
        return null;
    }
}
