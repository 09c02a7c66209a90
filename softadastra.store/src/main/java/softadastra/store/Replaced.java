package softadastra.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import softadastra.core.HybridTimestamp;

/**
 * What this store's own writes took the place of, and did not know: it had come with a part of what stands elsewhere, and is only held
 * with the last part. Everywhere else it stands beside what was written, so it is to stand beside it here as well.
 *
 * <p>In memory alone. For the holder of the writers' lock.
 */
final class Replaced {

    private final Map<Key, List<OperationRecord>> byKey = new LinkedHashMap<>();
    private @Nullable BiPredicate<Key, OperationId> kept;

    /** Forgets all, and remembers some of what is replaced from here on. */
    void keep(BiPredicate<Key, OperationId> which) {
        byKey.clear();
        kept = which;
    }

    /** Forgets all, and remembers nothing from here on. */
    void keepNothing() {
        byKey.clear();
        kept = null;
    }

    /** An operation takes the place of what stands under a key. */
    void replace(byte[] key, Stored before, Versions versions) {
        BiPredicate<Key, OperationId> which = kept;
        if (which == null) {
            return;
        }
        for (Stored each : before.siblings()) {
            boolean isHeld = each.counter <= versions.newestCounter(each.origin);
            if (!isHeld && which.test(Key.wrap(key), new OperationId(each.origin, each.counter))) {
                byKey.computeIfAbsent(Key.wrap(key), absent -> new ArrayList<>())
                        .add(record(Key.wrap(key), each));
            }
        }
    }

    private static OperationRecord record(Key key, Stored stored) {
        return new OperationRecord(
                new OperationId(stored.origin, stored.counter),
                HybridTimestamp.ofPacked(stored.stamp),
                stored.version,
                Effect.WON,
                Optional.of(CausalContext.EMPTY),
                false,
                Standing.operation(key, stored.value),
                Outcome.NONE);
    }

    /**
     * Some of it, of so many bytes at most, or of one key: all that there is of a key together, so that a kill leaves all of it or
     * nothing. What is not to be remembered any more is forgotten.
     */
    List<OperationRecord> some(long atMost) {
        BiPredicate<Key, OperationId> which = kept;
        if (which != null) {
            forget((key, id) -> !which.test(key, id));
        }
        List<OperationRecord> some = new ArrayList<>();
        long bytes = 0;
        for (List<OperationRecord> each : byKey.values()) {
            bytes += each.stream().mapToLong(Replaced::size).sum();
            if (!some.isEmpty() && bytes > atMost) {
                break;
            }
            some.addAll(each);
        }
        return some;
    }

    /** Forgets some of it. */
    void forget(BiPredicate<Key, OperationId> which) {
        byKey.forEach((key, all) -> all.removeIf(each -> which.test(key, each.id())));
        byKey.values().removeIf(List::isEmpty);
    }

    /** How many operations that are. */
    int size() {
        return byKey.values().stream().mapToInt(List::size).sum();
    }

    private static long size(OperationRecord replaced) {
        Operation operation = replaced.operation();
        return (long) operation.key().length()
                + operation.value().map(Value::length).orElse(0);
    }

    /** Whether an operation on a key is remembered. */
    boolean has(Key key, OperationId id) {
        return byKey.getOrDefault(key, List.of()).stream()
                .anyMatch(each -> each.id().equals(id));
    }

    /** Forgets what stands again. */
    void restored(List<OperationRecord> some) {
        for (OperationRecord each : some) {
            List<OperationRecord> unused =
                    byKey.computeIfPresent(each.operation().key(), (key, all) -> {
                        boolean removed = all.remove(each);
                        return removed && all.isEmpty() ? null : all;
                    });
        }
    }
}
