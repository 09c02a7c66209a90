package softadastra.store;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a store is, without threads. Public for Lincheck. */
public final class SequentialStore {

    private record Known(int value, long version, long sequence) {
        @Override
        public String toString() {
            return value + " v" + version + " @" + sequence;
        }
    }

    private final Map<Integer, Known> entries = new TreeMap<>();
    private long sequence;

    /** Made by Lincheck. */
    public SequentialStore() {}

    private PutResult putting(int key, int value) {
        Known before = entries.get(key);
        long version = before == null ? 1 : before.version + 1;
        entries.put(key, new Known(value, version, ++sequence));
        return new PutResult(before == null, before != null, version, sequence);
    }

    private RemoveResult removing(int key) {
        Known before = entries.remove(key);
        if (before != null) {
            sequence++;
        }
        return new RemoveResult(before != null, Key.of("k" + key), before == null ? 0 : before.version);
    }

    /** Puts. */
    public String put(int key, int value) {
        return LinearizableStore.show(putting(key, value));
    }

    /** Removes. */
    public String remove(int key) {
        return LinearizableStore.show(removing(key));
    }

    /** Reads. */
    public String get(int key) {
        Known known = entries.get(key);
        return known == null ? "none" : known.toString();
    }

    /** Puts if the entry is of a sequence. */
    public String putIf(int key, int value, int expected) {
        Known known = entries.get(key);
        return (known == null ? 0 : known.sequence) == expected ? put(key, value) : get(key);
    }

    /** Puts one and removes the other. */
    public String batch(int key, int value) {
        long first = sequence + 1;
        PutResult put = putting(key, value);
        boolean removed = removing(3 - key).deleted();
        return new BatchResult(
                        put.created() ? 1 : 0, put.updated() ? 1 : 0, removed ? 1 : 0, removed ? 0 : 1, first, sequence)
                .toString();
    }

    /** Reads all. */
    public String snapshot() {
        return entries.size() + " "
                + entries.entrySet().stream()
                        .map(entry -> "k" + entry.getKey() + ":" + entry.getValue())
                        .collect(Collectors.joining(" "));
    }
}
