package softadastra.sync;

import org.jspecify.annotations.Nullable;
import softadastra.core.SoftadastraException;

/** What a step has done so far, and what went wrong first: the parts that follow are done all the same. */
final class Tally {

    int received;
    long applied;
    long sent;
    int collected;
    int reissued;

    private @Nullable SoftadastraException failure;

    /** Does a part of a step; those that follow are done whatever comes of it. */
    void attempt(Runnable part) {
        try {
            part.run();
        } catch (SoftadastraException e) {
            failure = failure == null ? e : failure;
        }
    }

    /** Fails with what went wrong first, if anything did. */
    void requireDone() {
        if (failure != null) {
            throw failure;
        }
    }
}
