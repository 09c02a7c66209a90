package softadastra.it.kill;

import java.util.List;
import softadastra.core.Result;
import softadastra.store.Batch;
import softadastra.store.Operation;
import softadastra.store.OperationType;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.wal.spi.WalConfig;

/** Writes steps into a store, with automatic flush, for ever; prints the number of each one that was acknowledged. */
final class StoreChild {
    private StoreChild() {}

    /** Log, seed, size of segments, number of the first step. */
    public static void main(String[] args) {
        Acknowledgements out = new Acknowledgements();
        out.say("opening");
        StoreSteps steps = new StoreSteps(Long.parseLong(args[1]));
        WalConfig log = WalConfig.durable(args[0]).withSegmentBytes(Long.parseLong(args[2]));
        try (StoreEngine store = StoreEngine.open(StoreConfig.of(log)).orElseThrow()) {
            out.say("open");
            for (long number = Long.parseLong(args[3]); ; number++) {
                write(store, steps.step(number)).orElseThrow();
                out.say(Long.toString(number));
            }
        }
    }

    private static Result<?> write(StoreEngine store, List<Operation> step) {
        if (step.size() > 1) {
            Batch batch = new Batch();
            step.forEach(batch::add);
            return store.write(batch);
        }
        Operation operation = step.get(0);
        return operation.type() == OperationType.DELETE
                ? store.remove(operation.key())
                : store.put(operation.key(), operation.value().orElseThrow());
    }
}
