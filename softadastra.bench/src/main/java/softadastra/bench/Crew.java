package softadastra.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads that share the operations of a block, each with records of its own. A crew of one works on the caller's thread.
 */
final class Crew implements AutoCloseable {

    /** What each thread does in a block. */
    @FunctionalInterface
    interface Part {

        /** Does so many operations with the records of one source. */
        void run(RecordSource source, int operations) throws Exception;
    }

    private final List<RecordSource> sources = new ArrayList<>();
    private final ExecutorService pool;

    Crew(int threads) {
        for (int i = 0; i < threads; i++) {
            sources.add(new RecordSource(i));
        }
        pool = Executors.newFixedThreadPool(threads);
    }

    /** How many threads there are. */
    int threads() {
        return sources.size();
    }

    /** Runs a block, and returns when every thread is done with its part. */
    void run(int operations, Part part) throws Exception {
        int each = operations / threads();
        if (threads() == 1) {
            part.run(sources.get(0), each);
            return;
        }
        List<Callable<Void>> parts = new ArrayList<>();
        for (RecordSource source : sources) {
            parts.add(() -> {
                part.run(source, each);
                return null;
            });
        }
        for (Future<Void> one : pool.invokeAll(parts)) {
            one.get();
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
