package softadastra.bench;

import java.io.IOException;

/**
 * One of those that do the same work: ours, the raw limit, a peer. It does its operations in blocks, in turn with the others,
 * and shows at the end that it did them.
 *
 * <p>Opened by its constructor or factory, outside of what is measured. Used by one thread at a time.
 */
interface Contender extends AutoCloseable {

    /** Its name in tables and messages. */
    String name();

    /** Does so many operations. They are done, as the work asks, when this returns; nothing else is measured. */
    void run(int operations) throws Exception;

    /**
     * Reads back what all the blocks did. Called once, behind the last one.
     *
     * @throws WrongResultException if anything is missing, wrong or too much
     */
    void verify() throws Exception;

    /** Lets everything go. */
    @Override
    void close() throws IOException;
}
