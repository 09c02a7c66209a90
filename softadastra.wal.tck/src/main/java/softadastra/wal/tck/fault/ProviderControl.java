package softadastra.wal.tck.fault;

import softadastra.wal.spi.WalLog;

/**
 * What a provider otherwise does by itself, put into an explorer's hands, so that the same script is the same disk operations
 * each time.
 *
 * <p>A provider without threads and randomness of its own needs none.
 */
public interface ProviderControl {

    /** Controls nothing. */
    ProviderControl NONE = new ProviderControl() {};

    /**
     * Starts over: what is random from here on, on this thread, is to be drawn from a seed. Called before each run of a script
     * and before each check.
     */
    default void restart(long seed) {}

    /** Does once what the log's own threads would do by and by. A script asks for it by its step {@code idle}. */
    default void background(WalLog log) {}
}
