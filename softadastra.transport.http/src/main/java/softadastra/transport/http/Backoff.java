package softadastra.transport.http;

import java.util.random.RandomGenerator;

/**
 * The pauses between tries: exponential, with full jitter, so that many nodes that lost one another at the same moment do not
 * come back at the same moment.
 */
final class Backoff {
    private final RandomGenerator random;
    private final long first;
    private final long last;
    private int tries;

    Backoff(RandomGenerator random, long firstMillis, long lastMillis) {
        this.random = random;
        this.first = firstMillis;
        this.last = lastMillis;
    }

    /** The next pause, in milliseconds. */
    long next() {
        long bound = Math.min(last, first << Math.min(tries, 30));
        tries++;
        return random.nextLong(bound + 1);
    }

    /** To be called once a try has succeeded. */
    void reset() {
        tries = 0;
    }

    /** Makes the next pause as long as if many tries had failed: what is wrong will not mend itself. */
    void patient() {
        tries = 30;
    }
}
