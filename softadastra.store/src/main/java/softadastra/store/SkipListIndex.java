package softadastra.store;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** An {@link Index} in a skip list of the JDK. */
final class SkipListIndex implements Index {

    private final ConcurrentSkipListMap<Key, Stored> map = new ConcurrentSkipListMap<>();

    @Override
    public @Nullable Stored get(Key key) {
        return map.get(key);
    }

    @Override
    public @Nullable Stored put(Key key, Stored stored) {
        return map.put(key, stored);
    }

    @Override
    public @Nullable Stored remove(Key key) {
        return map.remove(key);
    }

    @Override
    public Iterator<Map.Entry<Key, Stored>> from(Key first) {
        return map.tailMap(first, true).entrySet().iterator();
    }
}
