package softadastra.store;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpoint;

/** Compares a store with its model. */
final class ModelChecks {

    /**
     * A snapshot, and what it is to show.
     *
     * @param snapshot the snapshot
     * @param state the state of the model at its moment
     */
    record Held(Snapshot snapshot, ModelStore.State state) {}

    private final ModelProcess process;
    private final ModelStore model;
    private final SplittableRandom random;

    ModelChecks(ModelProcess process, SplittableRandom random) {
        this.process = process;
        this.model = process.model();
        this.random = random;
    }

    static void equal(String what, Object expected, Object found) {
        if (!Objects.equals(expected, found) && !isSameNumber(expected, found)) {
            throw new AssertionError(what + ": found " + found + ", and it should be " + expected);
        }
    }

    private static boolean isSameNumber(Object expected, Object found) {
        return expected instanceof Number one && found instanceof Number other && one.longValue() == other.longValue();
    }

    /** Compares what a write was answered. */
    void answer(String what, Object expected, Object found) {
        if (found instanceof ConditionalResult<?> conditional) {
            conditional(what, expected, conditional);
        } else {
            equal("answer of " + what, expected, found);
        }
    }

    private void conditional(String what, Object expected, ConditionalResult<?> found) {
        if (expected instanceof Optional<?> current) {
            equal(what + " was written", false, found.isWritten());
            equal(what + " met an entry", current.isPresent(), found.current().isPresent());
            if (current.isPresent()) {
                entry(what, found.current().get(), (ModelStore.Known) current.get());
            }
        } else {
            equal("answer of " + what, Optional.of(expected), found.written());
            equal(what + " met an entry", Optional.empty(), found.current());
        }
    }

    private void entry(String what, Entry found, ModelStore.Known known) {
        if (!ModelStore.isEqual(found, known)) {
            throw new AssertionError(what + ": found " + ModelStore.show(found) + ", and it should be "
                    + ModelStore.show(Map.entry(found.key(), known)));
        }
        stamp(found);
    }

    /** The stamp of an operation never changes, and is above that of the value it replaces. */
    private void stamp(Entry entry) {
        NavigableMap<Long, HybridTimestamp> ofKey = model.stamps(entry.key());
        HybridTimestamp before = ofKey.put(entry.sequence(), entry.timestamp());
        if (before != null) {
            equal("stamp of " + entry.sequence(), before, entry.timestamp());
            return;
        }
        Map.Entry<Long, HybridTimestamp> lower = ofKey.lowerEntry(entry.sequence());
        boolean updated = entry.version() > 1 && model.lastOf(entry.key(), OperationType.DELETE) < entry.sequence();
        if (lower != null
                && updated
                && lower.getKey() > model.lastOf(entry.key(), OperationType.DELETE)
                && lower.getValue().compareTo(entry.timestamp()) >= 0) {
            throw new AssertionError("the stamp of " + ModelStore.show(entry) + " is " + entry.timestamp()
                    + ", and the key had one before: " + lower);
        }
    }

    /** Compares everything that can be read. */
    void check(List<Held> snapshots) {
        StoreEngine store = process.store();
        StoreStats stats = store.stats();
        ModelStore.State visible = visible(stats);
        equal("size", visible.entries().size(), store.size());
        equal("isEmpty", visible.entries().isEmpty(), store.isEmpty());
        equal("entries of stats", visible.entries().size(), stats.entries());
        if (HeldThreads.current().isLoaded() && process.showsAll()) {
            // Before, the values that records behind the checkpoint have replaced are counted with it.
            equal("bytes of stats", visible.bytes(), stats.liveBytes());
        }
        equal("operations", visible.operations(), operations(store));
        if (!process.hasTrouble()) {
            equal("last sequence", model.newest().sequence(), stats.lastSequence());
        }
        entries("entries", visible, KeyRange.all(), store.entries());
        part(store, visible);
        for (Held held : snapshots) {
            snapshot(held);
        }
    }

    private static long operations(StoreEngine store) {
        return store.context().counters().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** What the store says that readers see; which must be what it may show. */
    private ModelStore.State visible(StoreStats stats) {
        long applied = stats.appliedSequence();
        ModelStore.State visible = model.at(applied);
        equal(
                "last operation that is visible, which is the last one of a write",
                visible.lastOperation(),
                model.changes().stream()
                        .filter(change -> change.sequence() <= applied)
                        .mapToLong(ModelStore.Change::sequence)
                        .max()
                        .orElse(0));
        boolean autoFlush = process.options().autoFlush();
        if (autoFlush && visible.lastOperation() > stats.durableSequence()) {
            throw new AssertionError("operation " + visible.lastOperation() + " is visible, and "
                    + stats.durableSequence() + " durable");
        }
        // Whatever is said to be durable is held to be.
        process.promises()
                .acknowledged(Math.min(stats.durableSequence(), model.newest().sequence()));
        long least = process.showsAll()
                ? model.newest().sequence()
                : process.promises().seen();
        if (visible.lastOperation() < model.at(least).lastOperation()) {
            throw new AssertionError("operation " + model.at(least).lastOperation() + " is not visible, but only up to "
                    + visible.lastOperation());
        }
        process.promises().seen(visible.sequence());
        return visible;
    }

    private void entries(String what, ModelStore.State state, KeyRange range, Stream<Entry> found) {
        Iterator<Entry> entries = found.iterator();
        for (Map.Entry<Key, ModelStore.Known> expected : state.entries().entrySet()) {
            if (range.contains(expected.getKey())) {
                if (!entries.hasNext()) {
                    throw new AssertionError(what + ": missing " + ModelStore.show(expected));
                }
                Entry entry = entries.next();
                if (!entry.key().equals(expected.getKey())) {
                    throw new AssertionError(what + ": found " + ModelStore.show(entry) + ", and it should be "
                            + ModelStore.show(expected));
                }
                entry(what, entry, expected.getValue());
            }
        }
        if (entries.hasNext()) {
            throw new AssertionError(
                    what + ": found " + ModelStore.show(entries.next()) + ", and nothing should be there");
        }
    }

    /** A part of it, drawn at random. */
    private void part(StoreEngine store, ModelStore.State visible) {
        Key key = ModelKeys.key(random.nextInt(ModelKeys.KEYS.size()));
        Optional<Entry> entry = store.get(key);
        equal("contains " + key, visible.entries().containsKey(key), store.contains(key));
        equal("get " + key, visible.entries().containsKey(key), entry.isPresent());
        if (entry.isPresent()) {
            entry(
                    "get " + key,
                    entry.get(),
                    Objects.requireNonNull(visible.entries().get(key)));
        }
        String prefix = ModelKeys.PREFIXES.get(random.nextInt(ModelKeys.PREFIXES.size()));
        List<String> expected = visible.entries().entrySet().stream()
                .filter(e -> e.getKey().asString().startsWith(prefix))
                .map(ModelStore::show)
                .toList();
        equal(
                "entries of prefix " + prefix,
                expected,
                store.entries(prefix).map(ModelStore::show).toList());
        KeyRange range = ModelKeys.range(random.nextInt(ModelKeys.RANGES.size()));
        entries("entries of range " + range, visible, range, store.entries(range));
    }

    /** A snapshot that was just taken. */
    Held held(Snapshot snapshot) {
        ModelStore.State state = model.at(snapshot.lastSequence());
        equal(
                "last operation of the snapshot",
                model.at(process.store().stats().appliedSequence()).lastOperation(),
                state.lastOperation());
        Held held = new Held(snapshot, state);
        snapshot(held);
        return held;
    }

    private void snapshot(Held held) {
        Snapshot snapshot = held.snapshot();
        ModelStore.State state = held.state();
        String what = "snapshot of " + state.sequence();
        equal(what + " has entries", state.entries().size(), snapshot.size());
        equal(what + " has operations", state.operations(), snapshot.localOperations());
        entries(what, state, KeyRange.all(), snapshot.entries(KeyRange.all()));
        Key key = ModelKeys.key(random.nextInt(ModelKeys.KEYS.size()));
        equal(what + " contains " + key, state.entries().containsKey(key), snapshot.contains(key));
        KeyRange range = ModelKeys.range(random.nextInt(ModelKeys.RANGES.size()));
        entries(what + " in " + range, state, range, snapshot.entries(range));
    }

    void isClosed(Snapshot snapshot) {
        try {
            var unused = snapshot.get(ModelKeys.key(0));
            throw new AssertionError("a snapshot of a closed store is still read");
        } catch (SoftadastraException e) {
            equal("a snapshot of a closed store", ErrorCode.INVALID_STATE, e.code());
        }
        snapshot.close();
    }

    /** Compares the operations that the log has, what others may still need, and what is carried on. */
    void history() {
        StoreEngine store = process.store();
        long applied = store.stats().appliedSequence();
        List<ModelStore.Change> found = new ArrayList<>();
        Result<Long> handedOver = store.operations(0, (sequence, record) -> {
            Operation operation = record.operation();
            return found.add(new ModelStore.Change(
                    sequence, operation.type(), operation.key(), operation.value(), record.version()));
        });
        if (handedOver.isErr()) {
            process.requireTrouble("history", handedOver.error());
            return;
        }
        long count = handedOver.value();
        equal("operations that were handed over", found.size(), count);
        long first = found.isEmpty()
                ? process.log().lastSequence() + 1
                : found.get(0).sequence();
        List<ModelStore.Change> expected = model.changes().stream()
                .filter(change -> change.sequence() >= first && change.sequence() <= applied)
                .toList();
        equal("operations in the log", expected, found);
        if (process.log().firstSequence() <= 1) {
            equal("operations of a whole log", model.at(applied).operations(), count);
        }
        forOthers(store, model.at(applied), first, expected);
        carried();
    }

    /** What others may still need: the operations that the log has, and the entries from before. */
    private static void forOthers(
            StoreEngine store, ModelStore.State state, long first, List<ModelStore.Change> logged) {
        List<Long> expected = new ArrayList<>(state.entries().values().stream()
                .map(ModelStore.Known::sequence)
                .filter(sequence -> sequence < first)
                .sorted()
                .toList());
        logged.forEach(change -> expected.add(change.sequence()));
        long retained = store.retainedLocalOperations().orElseThrow().stream()
                .mapToLong(RetainedOperations::count)
                .sum();
        equal("number of operations for others", expected.size(), retained);
        List<Long> found = new ArrayList<>();
        long count = store.retainedLocalOperations((sequence, record) -> found.add(sequence))
                .orElseThrow();
        equal("operations for others", expected, found);
        equal("operations for others, as counted", expected.size(), count);
    }

    /** A snapshot that was built from the log, without opening it for writing. */
    void built(Snapshot snapshot) {
        ModelStore.State state = model.newest();
        equal("last sequence of the log when read", state.sequence(), snapshot.lastSequence());
        snapshot(new Held(snapshot, state));
    }

    /** The records that the store does not know are in the checkpoint, as far as it reaches. */
    private void carried() {
        Optional<WalCheckpoint> checkpoint = process.log().checkpoint();
        if (checkpoint.isEmpty()) {
            return;
        }
        List<ModelStore.Foreign> found = new ArrayList<>();
        long through;
        try (Base base = Base.open(checkpoint.get())) {
            through = base.head().sequence();
            base.carried((sequence, typeCode, status, timestamp, buffer, offset, length) -> {
                List<Byte> payload = new ArrayList<>();
                for (int i = 0; i < length; i++) {
                    payload.add(buffer[offset + i]);
                }
                return found.add(new ModelStore.Foreign(sequence, typeCode, payload));
            });
        }
        equal(
                "records of others in the checkpoint",
                model.foreign().stream()
                        .filter(record -> record.sequence() <= through)
                        .toList(),
                found);
    }
}
