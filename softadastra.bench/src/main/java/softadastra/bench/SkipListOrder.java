package softadastra.bench;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The JDK's skip list. It has no snapshots but copies. */
final class SkipListOrder implements OrderedIndex {

    private final ConcurrentSkipListMap<IndexKey, IndexEntry> map;

    SkipListOrder() {
        this(new ConcurrentSkipListMap<>());
    }

    private SkipListOrder(ConcurrentSkipListMap<IndexKey, IndexEntry> map) {
        this.map = map;
    }

    @Override
    public @Nullable IndexEntry get(byte[] key) {
        return map.get(new IndexKey(key));
    }

    @Override
    public void put(byte[] key, IndexEntry entry) {
        map.put(new IndexKey(key), entry);
    }

    @Override
    public void scan(byte[] prefix, Predicate<IndexEntry> visitor) {
        for (Map.Entry<IndexKey, IndexEntry> each :
                map.tailMap(new IndexKey(prefix), true).entrySet()) {
            if (!each.getKey().startsWith(prefix) || !visitor.test(each.getValue())) {
                return;
            }
        }
    }

    @Override
    public OrderedIndex snapshot() {
        return new SkipListOrder(map.clone());
    }
}
