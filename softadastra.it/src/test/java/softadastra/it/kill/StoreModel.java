package softadastra.it.kill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationType;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** What a store has to hold after some steps, worked out without it: entries, and every operation of its log in order. */
final class StoreModel {

    /** What counts of an entry. */
    record Kept(Value value, long version, long sequence) {}

    private final Map<Key, Kept> entries = new TreeMap<>();
    private final List<Operation> log = new ArrayList<>();

    void apply(List<Operation> step) {
        for (Operation operation : step) {
            Kept before = entries.get(operation.key());
            if (operation.type() == OperationType.DELETE) {
                // Nothing is logged for a key that has no value.
                if (before != null) {
                    log.add(operation);
                    entries.remove(operation.key());
                }
            } else {
                Value value = operation.value().orElseThrow();
                log.add(before == null ? operation : Operation.update(operation.key(), value));
                entries.put(operation.key(), new Kept(value, before == null ? 1 : before.version() + 1, log.size()));
            }
        }
    }

    long lastSequence() {
        return log.size();
    }

    Map<Key, Kept> entries() {
        return entries;
    }

    List<Operation> log() {
        return log;
    }

    /** What a store does hold, in the same form. */
    static Map<Key, Kept> entriesOf(StoreEngine store) {
        Map<Key, Kept> found = new LinkedHashMap<>();
        for (Entry entry : store.entries().toList()) {
            found.put(entry.key(), new Kept(entry.value(), entry.version(), entry.sequence()));
        }
        return found;
    }

    /** The operations that a store's log does hold; empty where their sequences or numbers have gaps. */
    static Optional<List<Operation>> logOf(StoreEngine store) {
        List<Operation> found = new ArrayList<>();
        long delivered = store.operations(1, (sequence, record) -> {
                    found.add(record.operation());
                    return sequence == found.size() && record.id().counter() == found.size();
                })
                .orElseThrow();
        return delivered == store.lastRecoveredSequence() ? Optional.of(found) : Optional.empty();
    }
}
