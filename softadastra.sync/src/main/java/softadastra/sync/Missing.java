package softadastra.sync;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import softadastra.store.Key;
import softadastra.store.OperationId;

/**
 * The operations that a node holds and goes without, since it has rejected them, or has got what stands at somebody who had; until
 * something takes their place that was written knowing them. Whoever gets what stands at this node goes without them too, and so is to
 * be told which they are.
 *
 * <p>There are at most so many, with so many bytes; beyond that the oldest go. For one thread.
 */
final class Missing {

    private final BoundedMap<OperationId, Rejection> all;
    private final TreeMap<Key, Set<OperationId>> byKey = new TreeMap<>();

    Missing(int maxCount, long maxBytes) {
        all = new BoundedMap<>(maxCount, maxBytes, Rejection::size);
    }

    void add(Rejection rejection) {
        if (all.putIfAbsent(rejection.id(), rejection, this::unlink)) {
            boolean unused = byKey.computeIfAbsent(rejection.key(), absent -> new LinkedHashSet<>())
                    .add(rejection.id());
        }
    }

    void remove(OperationId id) {
        Rejection removed = all.remove(id);
        if (removed != null) {
            unlink(removed);
        }
    }

    private void unlink(Rejection removed) {
        Set<OperationId> ofKey = byKey.get(removed.key());
        if (ofKey != null && ofKey.remove(removed.id()) && ofKey.isEmpty()) {
            byKey.remove(removed.key());
        }
    }

    boolean has(OperationId id) {
        return all.containsKey(id);
    }

    /** How many have gone for want of room. */
    long dropped() {
        return all.dropped();
    }

    /** Counts some that went before, as a note of the log says. */
    void addDropped(long count) {
        all.addDropped(count);
    }

    /** All of them, oldest first. */
    Collection<Rejection> all() {
        return all.asMap().values();
    }

    /** Those of a key. */
    Collection<Rejection> of(Key key) {
        Set<OperationId> ids = byKey.get(key);
        return ids == null ? List.of() : of(ids).values();
    }

    /** Those of the keys behind one, in their order. */
    Collection<Rejection> behind(Optional<Key> behind) {
        Map<OperationId, Rejection> some = new LinkedHashMap<>();
        Map<Key, Set<OperationId>> keys = behind.<Map<Key, Set<OperationId>>>map(key -> byKey.tailMap(key, false))
                .orElse(byKey);
        keys.values().forEach(ids -> some.putAll(of(ids)));
        return some.values();
    }

    private Map<OperationId, Rejection> of(Set<OperationId> ids) {
        Map<OperationId, Rejection> some = new LinkedHashMap<>();
        for (OperationId id : ids) {
            Rejection each = all.get(id);
            if (each != null) {
                some.put(id, each);
            }
        }
        return some;
    }
}
