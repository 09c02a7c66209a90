package softadastra.wal.file;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Follows a log beside its owner in this process: it is told of every force, and holds the history it has yet to read. */
final class OwnedSource implements FileFollow.Source {

    private final FileWalLog log;
    private final LogHistory.Pin pin;

    OwnedSource(FileWalLog log, LogHistory.Pin pin) {
        this.log = log;
        this.pin = pin;
    }

    @Override
    public void requireOpen() {
        log.requireOpen("follow WAL");
    }

    @Override
    public long durable() {
        return log.durableSequence();
    }

    @Override
    public void awaitBeyond(long sequence, long maxNanos, BooleanSupplier ended) throws InterruptedException {
        log.awaitBeyond(sequence, maxNanos, ended);
    }

    @Override
    public void wake() {
        log.wakeFollowers();
    }

    @Override
    public void reached(long sequence) {
        pin.moveTo(sequence);
    }

    @Override
    public LogLayout layout() throws IOException {
        return log.layoutFrom(pin.fromSequence());
    }

    @Override
    public void close() {
        pin.close();
    }
}
