package softadastra.sync;

import java.util.Optional;
import java.util.random.RandomGenerator;
import softadastra.store.Key;

/**
 * What one member is told of what stands at a node, part by part: how far it is, and when to send the next part, or the same again. For one
 * thread.
 */
final class Parts {

    /** Who brings it what stands elsewhere is gone if nothing has come of it for so long. */
    private static final long STALLED_NANOS = 30_000_000_000L;

    private final RetryTimer timer = new RetryTimer();
    private long retries;

    /** How far it is with what stands elsewhere, and since when it has been there. */
    private Optional<Progress> progress = Optional.empty();

    private long progressAt;
    private boolean whole;

    /** Whether it was sent a part that it has not asked on from; behind which key that began, and when it was sent. */
    private boolean sent;

    private Optional<Key> sentBehind = Optional.empty();
    private long sentAt;

    /** What it holds once it has the last of the parts that it is sent. */
    private Vector through = new Vector();

    /** In how many nanoseconds a part goes out again, if nothing is heard until then. */
    long pause(long now) {
        return sent ? timer.at() - now : Long.MAX_VALUE;
    }

    /** How many parts were sent again. */
    long retries() {
        return retries;
    }

    /** A way has come up: nothing has to wait for a time to try again. */
    void reset() {
        timer.reset();
        sent = false;
        through = new Vector();
    }

    /** It has spoken after a long silence. */
    void tryAgain() {
        timer.heard();
    }

    /** Takes note of how far it says it is, and whether it asks for all that stands elsewhere. */
    void asked(Optional<Progress> at, boolean forAll, long now) {
        whole = forAll;
        if (!progress.equals(at)) {
            progress = at;
            progressAt = now;
        }
    }

    /** How far it is with what stands elsewhere. */
    Optional<Progress> progress() {
        return progress;
    }

    /** Whether it is to be told all that stands here, and not only what it lacks. */
    boolean isWhole() {
        return whole;
    }

    /** Whether it has been where it is for so long that whoever had brought it there has left. */
    boolean isStalled(long now) {
        return now - progressAt >= STALLED_NANOS;
    }

    /** Whether it is time to send a part: the next one at once, the same again after a while. */
    boolean isDue(Optional<Key> behind, long now, RandomGenerator random) {
        if (!behind.equals(sentBehind)) {
            sentBehind = behind;
            arrived(now);
        }
        if (sent) {
            if (!timer.isOver(now)) {
                return false;
            }
            timer.expire(1);
            retries++;
        }
        timer.begin(now, random);
        sent = true;
        sentAt = now;
        return true;
    }

    /** The part that is on its way has so many bytes beyond what a window takes. */
    void carries(long bytesBeyond) {
        timer.carries(bytesBeyond);
    }

    /** It has the part that was sent last. */
    void arrived(long now) {
        if (sent) {
            sent = false;
            timer.heard();
            timer.acknowledged(1, sentAt, now);
        }
    }

    /** There is nothing to send in parts, for now or any more: what was sent is not sent again by itself. */
    void stop() {
        sent = false;
    }

    /** What was held when they were begun: with the last one it holds that. */
    void goThrough(Vector cut) {
        through = cut.copy();
    }

    /** What it is to hold with the last of the parts that it is sent; nothing while none was. */
    Vector through() {
        return through;
    }
}
