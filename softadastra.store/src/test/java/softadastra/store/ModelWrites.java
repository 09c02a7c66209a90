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
 * The writes of a {@link ModelRun}, to the store and to its model.
 *
 * <p>A write that is answered ok is there from then on, whatever happens. One that is answered INDETERMINATE, or that nobody has
 * answered yet when the process ends, may be found by the next one, in log order: the model then goes on with what is there.
 * One that is refused is never found.
 */
final class ModelWrites {

    /** A write that nobody waits for. */
    private record Async(String what, ModelStore.Write write, CompletableFuture<? extends Result<?>> future) {}

    private final ModelProcess process;
    private final ModelStore model;
    private final ModelChecks checks;
    private final ModelCounts counts;
    private final SplittableRandom random;
    private final long seed;
    private final List<Async> asyncs = new ArrayList<>();
    private long written;

    ModelWrites(ModelProcess process, ModelChecks checks, ModelCounts counts, SplittableRandom random, long seed) {
        this.process = process;
        this.model = process.model();
        this.checks = checks;
        this.counts = counts;
        this.random = random;
        this.seed = seed;
    }

    void now(ModelStep step, StoreEngine store) {
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

    void later(ModelStep step, StoreEngine store) {
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
    Runnable others(int count) {
        return () -> {
            for (int i = 0; i < count; i++) {
                int key = random.nextInt(ModelKeys.KEYS.size());
                int length = random.nextInt(3) == 0 ? ModelStep.REMOVED : random.nextInt(200);
                now(ModelStep.of(ModelStep.Verb.BATCH, key, length, key / 2, 1), process.store());
                counts.count("writes while a checkpoint was written");
            }
        };
    }

    private Value value(int length) {
        return ModelKeys.value(length, 1_000 * seed + written++);
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
            if (process.options().autoFlush()) {
                process.promises().answered(write.restsOn());
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

    void answer() {
        HeldThreads.current().answer();
        for (Async async : asyncs) {
            if (!async.future.isDone()) {
                throw new AssertionError(async.what + " was not answered");
            }
            Result<?> answer = async.future.join();
            if (answer.isOk()) {
                checks.answer(async.what, async.write.answer(), answer.value());
                process.promises().answered(async.write.restsOn());
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

    void flush(StoreEngine store) {
        Result<?> flushed = store.flush();
        if (flushed.isOk()) {
            process.requireNotIndeterminate(ModelStep.of(ModelStep.Verb.FLUSH));
            process.promises().answered(model.newest().sequence());
            counts.count("flushes");
        } else {
            process.requireTrouble("flush", flushed.error());
            process.indeterminate();
        }
    }

    void event(StoreEngine store, int size) {
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

    void foreign(int length) {
        if (!process.options().held()) {
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
}
