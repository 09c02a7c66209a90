package softadastra.wal.spi;

/**
 * A hold on a log's history: records from a sequence on stay until it is closed, whatever checkpoints would let go.
 *
 * <p>It lives in the memory of the process that owns the log, and ends with the log. A hold that is forgotten keeps the disk
 * from getting smaller. Thread-safe; closing twice is fine.
 */
public interface WalPin extends AutoCloseable {

    /** The first sequence that is held. */
    long fromSequence();

    /** Lets the history go, as far as nothing else holds it. Does not block for long, and never fails. */
    @Override
    void close();
}
