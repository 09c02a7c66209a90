package softadastra.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import softadastra.core.ErrorCode;
import softadastra.core.FileEvent;
import softadastra.core.FileMetadata;
import softadastra.core.FilePath;
import softadastra.core.FileState;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalBatch;

/**
 * Does what a {@link ModelScript} says, to a store and to a {@link ModelStore}, and compares the two after every step and every
 * recovery. For one thread, which is the only one there is.
 *
 * <p>A write that is answered ok is there from then on, whatever happens. One that is answered INDETERMINATE, or that nobody has
 * answered yet when the process ends, may be found by the next one, in log order: the model then goes on with what is there.
 * One that is refused is never found.
 */
final class ModelRun {

    /** A write that nobody waits for. */
    private record Async(String what, ModelStore.Write write, CompletableFuture<? extends Result<?>> future) {}

    private final ModelScript script;
    private final ModelCounts counts;
    private final SplittableRandom random;
    private final ModelProcess process;
    private final ModelStore model;
    private final ModelChecks checks;
    private final ModelWatches watches;
    private final List<ModelChecks.Held> snapshots = new ArrayList<>();
    private final List<Async> asyncs = new ArrayList<>();
    private ModelOptions options = new ModelOptions(0);
    private long written;

    private ModelRun(ModelScript script, ModelCounts counts) {
        this.script = script;
        this.counts = counts;
        this.random = new SplittableRandom(script.seed());
        this.process = new ModelProcess(script.inMemory(), counts);
        this.model = process.model();
        this.checks = new ModelChecks(process, random);
        this.watches = new ModelWatches(process, counts);
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
            case PUT, REMOVE, BATCH, PUTNEW, PUTIF, REMOVEIF -> writeNow(step, store);
            case APUT, AREMOVE, ABATCH -> writeLater(step, store);
            case ANSWER -> answer();
            case FLUSH -> flush(store);
            case EVENT -> event(store, step.number(0));
            case FOREIGN -> foreign(step.number(0));
            case SNAP -> snap(store);
            case UNSNAP -> unsnap(step.number(0));
            case WATCH -> watches.watch(step.number(0), step.number(1));
            case TELL -> watches.tell();
            case UNWATCH -> watches.unwatch(step.number(0));
            case CHECKPOINT -> process.checkpoint(others(step.number(0)), others(step.number(1)));
            case AUTO -> process.automaticCheckpoint(others(step.number(0)), others(step.number(1)));
            case LOAD -> process.load();
            case IDLE -> process.idle();
            case HISTORY -> checks.history();
            case FULL -> process.disk().limit(step.number(0));
            case ROOM -> process.disk().unlimit();
            default -> throw new IllegalArgumentException(step.toString());
        }
    }

    private void writeNow(ModelStep step, StoreEngine store) {
        Key key = ModelKeys.key(step.number(0));
        switch (step.verb()) {
            case PUT -> {
                Value value = value(step.number(1));
                write(step, model.put(key, value), () -> store.put(key, value));
            }
            case REMOVE -> write(step, model.remove(key), () -> store.remove(key));
            case PUTNEW -> {
                Value value = value(step.number(1));
                write(step, model.ifSequence(key, value, 0), () -> store.putIfAbsent(key, value));
            }
            case PUTIF -> {
                Value value = value(step.number(1));
                long sequence = sequence(key, step.number(2));
                write(step, model.ifSequence(key, value, sequence), () -> store.putIfSequence(key, value, sequence));
            }
            case REMOVEIF -> {
                long sequence = Math.max(1, sequence(key, step.number(1)));
                write(step, model.ifSequence(key, null, sequence), () -> store.removeIfSequence(key, sequence));
            }
            default -> {
                Batch batch = batch(step);
                write(step, model.batch(batch), () -> store.write(batch));
            }
        }
    }

    private void writeLater(ModelStep step, StoreEngine store) {
        Key key = ModelKeys.key(step.number(0));
        switch (step.verb()) {
            case APUT -> {
                Value value = value(step.number(1));
                later(step, model.put(key, value), store.putAsync(key, value));
            }
            case AREMOVE -> later(step, model.remove(key), store.removeAsync(key));
            default -> {
                Batch batch = batch(step);
                later(step, model.batch(batch), store.writeAsync(batch));
            }
        }
    }

    /** What others write while a checkpoint is written: so many values. */
    private Runnable others(int count) {
        return () -> {
            for (int i = 0; i < count; i++) {
                int key = random.nextInt(ModelKeys.KEYS.size());
                int length = random.nextInt(3) == 0 ? ModelStep.REMOVED : random.nextInt(200);
                writeNow(ModelStep.of(ModelStep.Verb.BATCH, key, length, key / 2, 1), process.store());
                counts.count("writes while a checkpoint was written");
            }
        };
    }

    private Value value(int length) {
        return ModelKeys.value(length, 1_000 * script.seed() + written++);
    }

    /** The sequence that a condition wants: mostly the entry's own. */
    private long sequence(Key key, int which) {
        ModelStore.Known known = model.get(key);
        long own = known == null ? 0 : known.sequence();
        return switch (which) {
            case 2 -> 0;
            case 3 -> Math.max(0, own - 1);
            default -> own;
        };
    }

    private Batch batch(ModelStep step) {
        Batch batch = new Batch();
        for (int i = 0; i + 1 < step.numbers().size(); i += 2) {
            Key key = ModelKeys.key(step.number(i));
            if (step.number(i + 1) == ModelStep.REMOVED) {
                batch.remove(key);
            } else {
                batch.put(key, value(step.number(i + 1)));
            }
        }
        counts.count("batches");
        return batch;
    }

    private void write(ModelStep step, ModelStore.Write write, Supplier<? extends Result<?>> call) {
        Result<?> answer = call.get();
        if (answer.isOk()) {
            process.requireNotIndeterminate(step);
            checks.answer(step.toString(), write.answer(), answer.value());
            countCondition(answer.value());
            model.taken(write);
            if (options.autoFlush()) {
                process.answered(write.restsOn());
            }
            counts.count("writes");
        } else {
            refused(step.toString(), write, answer.error());
        }
    }

    private void countCondition(Object answer) {
        if (answer instanceof ConditionalResult<?> conditional) {
            counts.count(conditional.isWritten() ? "conditions held" : "conditions lost");
        }
    }

    private void refused(String what, ModelStore.Write write, SoftadastraError error) {
        process.requireTrouble(what, error);
        counts.count("writes refused");
        if (error.code() == ErrorCode.INDETERMINATE) {
            model.taken(write);
            process.indeterminate();
        }
    }

    private void later(ModelStep step, ModelStore.Write write, CompletableFuture<? extends Result<?>> future) {
        if (future.isDone() && future.join().isErr()) {
            refused(step.toString(), write, future.join().error());
        } else {
            model.taken(write);
            asyncs.add(new Async(step.toString(), write, future));
            process.inFlight(true);
        }
    }

    private void answer() {
        HeldThreads.current().answer();
        for (Async async : asyncs) {
            if (!async.future.isDone()) {
                throw new AssertionError(async.what + " was not answered");
            }
            Result<?> answer = async.future.join();
            if (answer.isOk()) {
                checks.answer(async.what, async.write.answer(), answer.value());
                process.answered(async.write.restsOn());
                counts.count("asynchronous writes");
            } else {
                process.requireTrouble(async.what, answer.error());
                if (!async.write.changes().isEmpty() && answer.error().code() != ErrorCode.INDETERMINATE) {
                    throw new AssertionError(async.what + " was logged, and refused: " + answer.error());
                }
                process.indeterminate();
            }
        }
        asyncs.clear();
        process.inFlight(false);
    }

    private void flush(StoreEngine store) {
        Result<?> flushed = store.flush();
        if (flushed.isOk()) {
            process.requireNotIndeterminate(ModelStep.of(ModelStep.Verb.FLUSH));
            process.answered(model.newest().sequence());
            counts.count("flushes");
        } else {
            process.requireTrouble("flush", flushed.error());
            process.indeterminate();
        }
    }

    private void event(StoreEngine store, int size) {
        int length = Math.max(0, size);
        FileState state = FileState.of(
                FilePath.of("f".repeat(1 + length % 200)).value(),
                FileMetadata.file(length, Instant.ofEpochMilli(length)));
        write(
                ModelStep.of(ModelStep.Verb.EVENT, size),
                model.record(),
                () -> store.appendEvent(FileEvent.created(state)));
        counts.count("events");
    }

    private void foreign(int length) {
        if (!options.held()) {
            return;
        }
        byte[] payload = value(length).bytes();
        int code = 64 + length % 9;
        ModelStore.Write write = model.record();
        try {
            long sequence = process.log().submit(WalBatch.of(code, payload));
            checks.answer("foreign", write.answer(), sequence);
            model.takenForeign(write, code, payload);
            counts.count("records of others");
        } catch (SoftadastraException e) {
            if (e.code() == ErrorCode.INDETERMINATE) {
                model.takenForeign(write, code, payload);
            }
            process.requireTrouble("foreign", e.error());
            process.logFailed();
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
        answer();
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
            answer();
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
