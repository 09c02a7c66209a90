package softadastra.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import softadastra.core.HybridTimestamp;

/**
 * What a store is to do, said as simply as can be: a tree map, its state after each write, and the operations of all writes. It
 * knows nothing of logs; whoever uses it says which writes were taken, and which of them a crash left.
 */
final class ModelStore {

    /** The entry of a key. */
    record Known(Value value, long version, long sequence) {}

    /**
     * The entries after a write.
     *
     * @param sequence the last one of the write
     * @param entries what there is, in the order of keys
     * @param operations how many operations there have been
     * @param lastOperation the sequence of the last of them
     */
    record State(long sequence, NavigableMap<Key, Known> entries, long operations, long lastOperation) {
        long bytes() {
            return entries.entrySet().stream()
                    .mapToLong(e -> e.getKey().asString().getBytes(StandardCharsets.UTF_8).length
                            + (long) e.getValue().value().bytes().length)
                    .sum();
        }
    }

    /** One operation, as history and watches tell of it. */
    record Change(long sequence, OperationType type, Key key, Optional<Value> value, long version) {}

    /** A record of another type that the store does not know. */
    record Foreign(long sequence, int typeCode, List<Byte> payload) {}

    /**
     * A write that has not happened yet.
     *
     * @param answer what the store is to answer
     * @param changes its operations, none if it changes nothing
     * @param after the state after it
     * @param restsOn up to where all must be durable when it is answered
     */
    record Write(Object answer, List<Change> changes, State after, long restsOn) {}

    private final TreeMap<Long, State> states = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private final List<Foreign> foreign = new ArrayList<>();
    private final Map<Key, TreeMap<Long, HybridTimestamp>> stamps = new HashMap<>();

    ModelStore() {
        states.put(0L, new State(0, new TreeMap<>(ModelStore::compare), 0, 0));
    }

    /** The order of keys, by their UTF-8 bytes; not the product's own. */
    private static int compare(Key one, Key other) {
        return Arrays.compareUnsigned(
                one.asString().getBytes(StandardCharsets.UTF_8),
                other.asString().getBytes(StandardCharsets.UTF_8));
    }

    State newest() {
        return states.lastEntry().getValue();
    }

    /** The state after the last write that ends at a sequence or before. */
    State at(long sequence) {
        return states.floorEntry(sequence).getValue();
    }

    /** Whether a sequence is the last of a write. */
    boolean isEnd(long sequence) {
        return states.containsKey(sequence);
    }

    List<Change> changes() {
        return changes;
    }

    List<Foreign> foreign() {
        return foreign;
    }

    /** The stamps of a key's operations, as far as entries have shown them. */
    NavigableMap<Long, HybridTimestamp> stamps(Key key) {
        return stamps.computeIfAbsent(key, k -> new TreeMap<>());
    }

    @Nullable
    Known get(Key key) {
        return newest().entries.get(key);
    }

    /** The sequence of the last operation of a key, 0 for none. */
    long lastOf(Key key) {
        for (int i = changes.size() - 1; i >= 0; i--) {
            if (changes.get(i).key.equals(key)) {
                return changes.get(i).sequence;
            }
        }
        return 0;
    }

    /** The sequence of the last operation of a type on a key, 0 for none. */
    long lastOf(Key key, OperationType type) {
        for (int i = changes.size() - 1; i >= 0; i--) {
            if (changes.get(i).key.equals(key) && changes.get(i).type == type) {
                return changes.get(i).sequence;
            }
        }
        return 0;
    }

    Write put(Key key, Value value) {
        Draft draft = new Draft();
        PutResult answer = draft.put(key, value);
        return draft.write(answer, 0);
    }

    Write remove(Key key) {
        Draft draft = new Draft();
        RemoveResult answer = draft.remove(key);
        return draft.write(answer, lastOf(key));
    }

    /** Puts or, without a value, removes, if the key's entry is of a sequence. */
    Write ifSequence(Key key, @Nullable Value value, long sequence) {
        Draft draft = new Draft();
        Known before = get(key);
        if ((before == null ? 0 : before.sequence) != sequence) {
            return draft.write(Optional.ofNullable(before), lastOf(key));
        }
        Object answer = value == null ? draft.remove(key) : draft.put(key, value);
        return draft.write(answer, 0);
    }

    Write batch(Batch batch) {
        Draft draft = new Draft();
        int[] counts = new int[4];
        long rests = 0;
        for (Operation operation : batch.operations()) {
            Key key = operation.key();
            if (operation.value().isPresent()) {
                counts[draft.put(key, operation.value().get()).created() ? 0 : 1]++;
            } else {
                boolean deleted = draft.remove(key).deleted();
                counts[deleted ? 2 : 3]++;
                rests = Math.max(rests, lastOf(key));
            }
        }
        boolean logged = !draft.made.isEmpty();
        BatchResult answer = new BatchResult(
                counts[0],
                counts[1],
                counts[2],
                counts[3],
                logged ? newest().sequence + 1 : 0,
                logged ? draft.sequence : 0);
        return draft.write(answer, rests);
    }

    /** A record that is no operation of the store's. */
    Write record() {
        Draft draft = new Draft();
        draft.sequence++;
        return draft.write(draft.sequence, 0);
    }

    /** A write has happened. */
    void taken(Write write) {
        if (write.after.sequence > newest().sequence) {
            states.put(write.after.sequence, write.after);
            changes.addAll(write.changes);
        }
    }

    void takenForeign(Write write, int typeCode, byte[] payload) {
        taken(write);
        List<Byte> bytes = new ArrayList<>();
        for (byte b : payload) {
            bytes.add(b);
        }
        foreign.add(new Foreign(write.after.sequence, typeCode, bytes));
    }

    /** Forgets what a crash has lost. */
    void forgetBehind(long sequence) {
        states.tailMap(sequence, false).clear();
        changes.removeIf(change -> change.sequence > sequence);
        stamps.values().forEach(ofKey -> ofKey.tailMap(sequence, false).clear());
        foreign.removeIf(record -> record.sequence > sequence);
    }

    /** A write while its operations are decided on, one after the other. */
    private final class Draft {
        private final State before = newest();
        private final NavigableMap<Key, Known> entries = new TreeMap<>(before.entries);
        private final List<Change> made = new ArrayList<>();
        private long sequence = before.sequence;

        PutResult put(Key key, Value value) {
            Known known = entries.get(key);
            long version = known == null ? 1 : known.version + 1;
            entries.put(key, new Known(value, version, ++sequence));
            OperationType type = known == null ? OperationType.PUT : OperationType.UPDATE;
            made.add(new Change(sequence, type, key, Optional.of(value), version));
            return new PutResult(known == null, known != null, version, sequence);
        }

        RemoveResult remove(Key key) {
            Known known = entries.remove(key);
            if (known == null) {
                return new RemoveResult(false, key, 0);
            }
            made.add(new Change(++sequence, OperationType.DELETE, key, Optional.empty(), known.version));
            return new RemoveResult(true, key, known.version);
        }

        Write write(Object answer, long restsOn) {
            boolean logged = sequence > before.sequence;
            State after = !logged
                    ? before
                    : new State(
                            sequence,
                            entries,
                            before.operations + made.size(),
                            made.isEmpty() ? before.lastOperation : sequence);
            return new Write(answer, made, after, logged ? sequence : restsOn);
        }
    }

    /** An entry as text. */
    static String show(Map.Entry<Key, Known> entry) {
        Known known = entry.getValue();
        return entry.getKey() + "=" + known.value + " v" + known.version + " @" + known.sequence;
    }

    /** An entry as text. */
    static String show(Entry entry) {
        return entry.key() + "=" + entry.value() + " v" + entry.version() + " @" + entry.sequence();
    }

    static boolean isEqual(Entry entry, @Nullable Known known) {
        return known != null
                && entry.version() == known.version
                && entry.sequence() == known.sequence
                && entry.value().equals(known.value);
    }
}
