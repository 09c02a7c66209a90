package softadastra.wal.file;

import java.io.IOException;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;

/** A log that is only read. It holds no file and no lock; each call looks at the directory afresh. */
abstract class ReadOnlyLog implements WalLog {

    /** A reading of the directory. */
    interface Look<T> {
        T at(Storage storage) throws IOException;
    }

    private final Storage storage;
    private volatile boolean closed;

    ReadOnlyLog(Storage storage) {
        this.storage = storage;
    }

    final Storage storage() {
        return storage;
    }

    final <T> T look(Look<T> look) {
        if (closed) {
            throw Findings.failure(ErrorCode.INVALID_STATE, "failed to read WAL: the log is closed");
        }
        try {
            return look.at(storage);
        } catch (IOException e) {
            throw StorageErrors.failed("read WAL " + storage.description(), e).toException();
        }
    }

    @Override
    public final long submit(WalBatch batch) {
        throw readOnly("append WAL record");
    }

    @Override
    public final void awaitDurable(long sequence) {
        throw readOnly("flush WAL");
    }

    @Override
    public final void flush() {
        throw readOnly("flush WAL");
    }

    private SoftadastraException readOnly(String operation) {
        return Findings.failure(
                ErrorCode.INVALID_STATE,
                "failed to " + operation + ": " + (closed ? "the log is closed" : "the log is open for reading only"));
    }

    @Override
    public final void close() {
        closed = true;
    }
}
