package softadastra.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/** The stores that are open, as long as somebody else knows them. */
final class OpenStores {

    private static final Set<StoreEngine> OPEN = Collections.newSetFromMap(new WeakHashMap<>());

    private OpenStores() {}

    static void add(StoreEngine store) {
        synchronized (OPEN) {
            OPEN.add(store);
        }
    }

    static void remove(StoreEngine store) {
        synchronized (OPEN) {
            OPEN.remove(store);
        }
    }

    /** All that are open now. */
    static List<StoreEngine> all() {
        synchronized (OPEN) {
            return new ArrayList<>(OPEN);
        }
    }
}
