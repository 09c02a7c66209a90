package softadastra.bench;

import java.util.concurrent.ConcurrentSkipListMap;
import softadastra.core.Result;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.Value;

/** The limit of opening a store: the operations of its log, decoded, in a bare map. */
final class LogDecoding implements Contender {

    private final SoftadastraStore store;
    private final int records;

    LogDecoding(SoftadastraStore store, int records) {
        this.store = store;
        this.records = records;
    }

    @Override
    public String name() {
        return "the log decoded into a bare `ConcurrentSkipListMap`";
    }

    @Override
    public void run(int operations) {
        for (int i = 0; i < operations; i++) {
            ConcurrentSkipListMap<Key, Value> map = new ConcurrentSkipListMap<>();
            Result<Long> read = store.engine().operations(1, (sequence, record) -> {
                Operation operation = record.operation();
                operation.value().ifPresent(value -> map.put(operation.key(), value));
                return true;
            });
            WrongResultException.require(records, read.value(), "operations read");
            WrongResultException.require(records, map.size(), "entries of the map");
        }
    }

    @Override
    public void verify() {
        // Counted as it is read.
    }

    /** Whoever filled the store closes it. */
    @Override
    public void close() {}
}
