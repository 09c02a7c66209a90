package softadastra.bench;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's hash map for gets, and its skip list for the order. Both hold the same cell for a key, so that an overwrite changes
 * the cell and neither of them. It has no snapshots but copies: one without would need old entries to be kept by their cells.
 */
final class HashAndSkipList implements OrderedIndex {

    private static final class Cell extends IndexKey {
        volatile IndexEntry entry;

        Cell(byte[] key, IndexEntry entry) {
            super(key);
            this.entry = entry;
        }
    }

    private final ConcurrentHashMap<IndexKey, Cell> hashed = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<IndexKey, Cell> ordered = new ConcurrentSkipListMap<>();

    @Override
    public @Nullable IndexEntry get(byte[] key) {
        Cell cell = hashed.get(new IndexKey(key));
        return cell == null ? null : cell.entry;
    }

    @Override
    public void put(byte[] key, IndexEntry entry) {
        Cell cell = hashed.get(new IndexKey(key));
        if (cell != null) {
            cell.entry = entry;
            return;
        }
        Cell made = new Cell(key, entry);
        ordered.put(made, made);
        hashed.put(made, made);
    }

    @Override
    public void scan(byte[] prefix, Predicate<IndexEntry> visitor) {
        for (Cell cell : ordered.tailMap(new IndexKey(prefix), true).values()) {
            if (!cell.startsWith(prefix) || !visitor.test(cell.entry)) {
                return;
            }
        }
    }

    @Override
    public OrderedIndex snapshot() {
        SkipListOrder copy = new SkipListOrder();
        for (Cell cell : ordered.values()) {
            copy.put(cell.bytes, cell.entry);
        }
        return copy;
    }
}
