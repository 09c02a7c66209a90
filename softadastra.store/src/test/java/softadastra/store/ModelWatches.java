package softadastra.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;

/** The watches of a store under test: each is to be told exactly what the model says, in order, once. */
final class ModelWatches {

    private static final int MOST = 3;

    /** A watch, and what it was told. */
    private static final class Watched implements WatchListener {
        private final KeyRange range;
        private final long from;
        private final List<ModelStore.Change> told = new ArrayList<>();
        private final ModelCounts counts;
        private @Nullable Watch watch;
        private @Nullable SoftadastraError ended;
        private boolean lagged;

        /** It begins with what is only in the log. */
        private boolean readsLog;

        Watched(KeyRange range, long from, ModelCounts counts) {
            this.range = range;
            this.from = from;
            this.counts = counts;
        }

        @Override
        public void changed(EntryChange change) {
            told.add(new ModelStore.Change(
                    change.sequence(), change.type(), change.key(), change.value(), change.version()));
        }

        @Override
        public void lagged(long behind) {
            lagged = true;
            counts.count("watches that lagged");
        }

        @Override
        public void ended(SoftadastraError reason) {
            ended = reason;
        }

        @Override
        public String toString() {
            return "watch of " + range + " from " + from;
        }
    }

    private final ModelProcess process;
    private final ModelCounts counts;
    private final List<Watched> watches = new ArrayList<>();

    ModelWatches(ModelProcess process, ModelCounts counts) {
        this.process = process;
        this.counts = counts;
    }

    /** Begins one: from now on, or from some sequences before. */
    void watch(int rangeNumber, int back) {
        if (watches.size() >= MOST) {
            return;
        }
        KeyRange range = ModelKeys.range(rangeNumber);
        StoreEngine store = process.store();
        long visible = store.stats().appliedSequence();
        long from =
                back == 0 ? visible + 1 : Math.max(1, process.model().newest().sequence() - back + 2);
        Watched watched = new Watched(range, from, counts);
        long first = process.log().firstSequence();
        Result<Watch> begun = back == 0 ? store.watch(range, watched) : store.watch(range, from, watched);
        if (begun.isErr()) {
            ModelChecks.equal(
                    watched + " is refused",
                    ErrorCode.HISTORY_GONE,
                    begun.error().code());
            ModelChecks.equal(watched + " is refused, as the log begins with " + first, true, from < first);
            counts.count("watches refused");
            return;
        }
        watched.watch = begun.value();
        watched.readsLog = from <= visible;
        watches.add(watched);
        counts.count("watches");
    }

    /** Has all told what there is, and compares it. */
    void tell() {
        HeldThreads.current().tell();
        check();
    }

    void check() {
        HeldThreads.current().tell();
        long visible = process.store().stats().appliedSequence();
        for (Watched watched : List.copyOf(watches)) {
            check(watched, visible);
        }
    }

    private void check(Watched watched, long visible) {
        List<ModelStore.Change> expected = process.model().changes().stream()
                .filter(change -> change.sequence() >= watched.from
                        && change.sequence() <= visible
                        && watched.range.contains(change.key()))
                .toList();
        SoftadastraError ended = watched.ended;
        if (ended != null) {
            Watch watch = watched.watch;
            long next = watch == null ? 0 : watch.toldThrough() + 1;
            boolean reads = watched.lagged || watched.readsLog;
            boolean gone = ended.code() == ErrorCode.HISTORY_GONE
                    && next < process.log().firstSequence();
            boolean failed = ended.code() == ErrorCode.IO_ERROR && process.hasTrouble();
            if (!reads || (!gone && !failed)) {
                throw new AssertionError(watched + " has ended at " + next + ": " + ended);
            }
            ModelChecks.equal(watched + " until it ended", expected.subList(0, watched.told.size()), watched.told);
            watches.remove(watched);
            counts.count("watches that ended for want of the log");
            return;
        }
        ModelChecks.equal(watched + " told", expected, watched.told);
        counts.count("watches compared");
    }

    void unwatch(int which) {
        if (!watches.isEmpty()) {
            check();
        }
        if (!watches.isEmpty()) {
            Watched watched = watches.remove(Math.floorMod(which, watches.size()));
            close(watched);
            if (watched.ended != null) {
                throw new AssertionError(watched + " was closed by its user, and told that it ended: " + watched.ended);
            }
        }
    }

    private static void close(Watched watched) {
        Watch watch = watched.watch;
        if (watch != null) {
            watch.close();
        }
    }

    /** The store was closed, and that was told. */
    void closed() {
        for (Watched watched : watches) {
            SoftadastraError ended = watched.ended;
            ModelChecks.equal(
                    watched + " of a closed store has ended",
                    ErrorCode.INVALID_STATE,
                    ended == null ? "not at all" : ended.code());
        }
        watches.clear();
    }

    /** The process has ended. */
    void forget() {
        watches.forEach(ModelWatches::close);
        watches.clear();
    }
}
