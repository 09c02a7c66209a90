package softadastra.sync;

import java.util.random.RandomGenerator;

/**
 * When what was sent to a member is sent again, unless it is acknowledged before: once that has taken half as long again as it usually does,
 * and somewhat more, at random; then after ever longer, up to a minute, until the member is heard. The time begins anew with every
 * acknowledgement, for what is left: nothing is sent twice since something before it has taken its time.
 *
 * <p>How long it usually takes is seen from what was sent once. Of what was sent twice nobody knows which of both was acknowledged (Karn and
 * Partridge, "Improving round-trip time estimates in reliable transport protocols", 1987): until there is something else to go by, the
 * first one counts, so that on a slow way what follows is not sent twice too.
 *
 * <p>Of something large nobody knows how long it will take who has seen only small ones: to what is beyond a window it gives the time that it
 * takes on a way of 4 MiB/s.
 *
 * <p>For one thread.
 */
final class RetryTimer {

    private static final long LEAST_NANOS = 50_000_000L;
    private static final long FIRST_NANOS = 200_000_000L;
    private static final long LAST_NANOS = 60_000_000_000L;

    /** What takes longer counts as if it had taken so long: it may just not have been looked at. */
    private static final long MOST_USUAL_NANOS = 5_000_000_000L;

    private static final long BYTES_PER_SECOND = 4 << 20;

    /** How much longer it may take for what is large. */
    private long large;

    /** How often the time has run out since the member was heard. */
    private int attempt;

    /** How much of what is left to chance is waited. */
    private double chance;

    private long since;

    /** How long an acknowledgement takes of late, at most. */
    private long usual;

    /** How long it may have taken, where only what was sent twice was acknowledged; 0 if that is known. */
    private long doubted;

    /** How much of what was sent twice is not acknowledged. */
    private int twice;

    /** Whether the time has run out since the last acknowledgement, and since when that was waited for. */
    private boolean expired;

    private long firstSince;

    /** Something was sent, and nothing else is on its way. */
    void begin(long now, RandomGenerator random) {
        since = now;
        chance = random.nextDouble();
    }

    /** So many bytes are on their way beyond what a window takes. */
    void carries(long bytesBeyond) {
        large = Math.max(0, bytesBeyond) * 1_000_000_000L / BYTES_PER_SECOND;
    }

    /** When it is time to send again what is on its way. */
    long at() {
        long expected = Math.max(usual, doubted);
        long most = FIRST_NANOS << Math.min(attempt, 20);
        return since + Math.min(LAST_NANOS, LEAST_NANOS + large + expected + expected / 2 + (long) (chance * most));
    }

    boolean isOver(long now) {
        return now - at() >= 0;
    }

    /** So much is sent again; it {@linkplain #begin begins} with that. */
    void expire(int count) {
        firstSince = expired ? firstSince : since;
        expired = true;
        twice = count;
        attempt++;
    }

    /**
     * Some of what is on its way has arrived.
     *
     * @param count so much
     * @param sentAt when the first of it was sent last
     */
    void acknowledged(int count, long sentAt, long now) {
        if (twice > 0) {
            long took = now - (expired ? firstSince : sentAt);
            doubted = Math.max(doubted, Math.min(took, MOST_USUAL_NANOS));
            twice = Math.max(0, twice - count);
        } else {
            long took = Math.min(now - sentAt, MOST_USUAL_NANOS);
            usual = Math.max(took, usual - (usual - took) / 8);
            doubted = 0;
        }
        expired = false;
        since = now;
    }

    /** The member was heard: it is worth to try soon, counted from when something was sent last. */
    void heard() {
        attempt = 0;
    }

    /** There is another way: what was on its way is sent by that. */
    void reset() {
        attempt = 0;
        doubted = 0;
        twice = 0;
        expired = false;
    }
}
