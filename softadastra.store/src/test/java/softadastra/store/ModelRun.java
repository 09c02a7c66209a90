package softadastra.store;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Does what a {@link ModelScript} says, to a store and to a {@link ModelStore}, and compares the two after every step and every
 * recovery. For one thread, which is the only one there is.
 */
final class ModelRun {

    private final ModelCounts counts;
    private final SplittableRandom random;
    private final ModelProcess process;
    private final ModelWrites writes;
    private final ModelChecks checks;
    private final ModelWatches watches;
    private final List<ModelChecks.Held> snapshots = new ArrayList<>();
    private ModelOptions options = new ModelOptions(0);

    private ModelRun(ModelScript script, ModelCounts counts) {
        this.counts = counts;
        this.random = new SplittableRandom(script.seed());
        this.process = new ModelProcess(script.inMemory(), counts);
        this.checks = new ModelChecks(process, random);
        this.watches = new ModelWatches(process, counts);
        this.writes = new ModelWrites(process, checks, counts, random, script.seed());
    }

    /**
     * Runs a script.
     *
     * @throws AssertionError if store and model differ, naming the step
     */
    static void run(ModelScript script, ModelCounts counts) {
        SeededRandom.restart(script.seed());
        ModelRun run = new ModelRun(script, counts);
        int done = 0;
        try {
            for (ModelStep step : script.steps()) {
                run.step(step);
                counts.count("steps");
                done++;
            }
            run.end();
        } catch (RuntimeException | AssertionError e) {
            String at = done < script.steps().size() ? script.steps().get(done).toString() : "the end";
            throw new AssertionError("step " + (done + 1) + ", " + at + ": " + e.getMessage(), e);
        } finally {
            run.process.abandon();
        }
    }

    private void step(ModelStep step) {
        switch (step.verb()) {
            case OPEN -> open(new ModelOptions(step.number(0)));
            case CLOSE -> close();
            case KILL -> process.disk().end(0);
            case CUT -> process.disk().end(1 + Math.abs(step.number(0)));
            case CRASH -> process.disk().endAfter(step.number(0), step.number(1));
            case FAIL -> process.disk().failAfter(step.number(0), step.number(1), step.number(2) != 0);
            case TICK -> process.tick(step.number(0));
            default -> {
                if (!process.isOpen()) {
                    open(options);
                }
                doing(step, process.store());
            }
        }
        look();
    }

    private void look() {
        if (process.isOpen()
                && (!process.disk().hasEnded() || HeldThreads.current().isLoaded())) {
            checks.check(snapshots);
        }
        if (process.disk().hasEnded()) {
            die();
        }
    }

    private void doing(ModelStep step, StoreEngine store) {
        switch (step.verb()) {
            case PUT, REMOVE, BATCH, PUTNEW, PUTIF, REMOVEIF -> writes.now(step, store);
            case APUT, AREMOVE, ABATCH -> writes.later(step, store);
            case ANSWER -> writes.answer();
            case FLUSH -> writes.flush(store);
            case EVENT -> writes.event(store, step.number(0));
            case FOREIGN -> writes.foreign(step.number(0));
            case SNAP -> snap(store);
            case UNSNAP -> unsnap(step.number(0));
            case WATCH -> watches.watch(step.number(0), step.number(1));
            case TELL -> watches.tell();
            case UNWATCH -> watches.unwatch(step.number(0));
            case CHECKPOINT -> process.checkpoint(writes.others(step.number(0)), writes.others(step.number(1)));
            case AUTO -> process.automaticCheckpoint(writes.others(step.number(0)), writes.others(step.number(1)));
            case LOAD -> process.load();
            case IDLE -> process.idle();
            case HISTORY -> checks.history();
            case FULL -> process.disk().limit(step.number(0));
            case ROOM -> process.disk().unlimit();
            default -> throw new IllegalArgumentException(step.toString());
        }
    }

    private void snap(StoreEngine store) {
        if (snapshots.size() < 4) {
            snapshots.add(checks.held(store.snapshot()));
            counts.count("snapshots");
        }
    }

    private void unsnap(int which) {
        if (!snapshots.isEmpty()) {
            snapshots.remove(Math.floorMod(which, snapshots.size())).snapshot().close();
        }
    }

    private void open(ModelOptions next) {
        close();
        options = next;
        if (!process.open(options)) {
            // Whatever was to go wrong has, and the next process has more luck.
            process.disk().disarm();
            if (!process.open(options)) {
                throw new AssertionError("the store did not open again");
            }
        }
    }

    private void close() {
        if (!process.isOpen()) {
            return;
        }
        HeldThreads.current().tell();
        writes.answer();
        if (process.disk().hasEnded()) {
            die();
            return;
        }
        watches.check();
        process.close();
        watches.closed();
        letGo();
        read();
        if (process.disk().hasEnded()) {
            process.died();
        }
    }

    private void read() {
        if (random.nextInt(4) == 0) {
            process.built().ifPresent(snapshot -> {
                checks.built(snapshot);
                snapshot.close();
                counts.count("logs read without a store");
            });
        }
    }

    private void die() {
        if (process.isOpen()) {
            writes.answer();
        }
        process.died();
        watches.forget();
        letGo();
    }

    /** Snapshots of a store that is closed say so. */
    private void letGo() {
        snapshots.forEach(held -> checks.isClosed(held.snapshot()));
        snapshots.clear();
    }

    /** Whatever is there at the end is there once more when it is opened again. */
    private void end() {
        process.disk().disarm();
        close();
        open(options);
        look();
        checks.history();
        HeldThreads.current().tell();
        process.load();
        look();
        close();
    }
}
