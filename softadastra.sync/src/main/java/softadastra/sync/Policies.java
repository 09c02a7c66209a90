package softadastra.sync;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import softadastra.store.Key;

/**
 * Which policy a key has: that of the longest prefix that it begins with; {@link ConflictPolicy#LAST_WRITE_WINS} where none does.
 * Immutable.
 *
 * @param byPrefix the policies, by the text that keys begin with; empty for all keys
 */
record Policies(Map<String, ConflictPolicy> byPrefix) {

    /** The last write wins, whatever the key. */
    static final Policies NONE = new Policies(Map.of());

    /** Copies the map. */
    Policies {
        byPrefix = Map.copyOf(byPrefix);
    }

    /** With a policy for the keys that begin with a text. */
    Policies with(String prefix, ConflictPolicy policy) {
        Map<String, ConflictPolicy> more = new TreeMap<>(byPrefix);
        more.put(Objects.requireNonNull(prefix, "prefix"), Objects.requireNonNull(policy, "policy"));
        return new Policies(more);
    }

    /** As a look-up, which is made once. */
    Lookup lookup() {
        List<Map.Entry<String, ConflictPolicy>> longestFirst = byPrefix.entrySet().stream()
                .sorted(Comparator.comparing(
                        Map.Entry::getKey,
                        Comparator.comparingInt(String::length).reversed()))
                .toList();
        return key -> {
            if (longestFirst.isEmpty()) {
                return ConflictPolicy.LAST_WRITE_WINS;
            }
            String text = key.asString();
            for (Map.Entry<String, ConflictPolicy> each : longestFirst) {
                if (text.startsWith(each.getKey())) {
                    return each.getValue();
                }
            }
            return ConflictPolicy.LAST_WRITE_WINS;
        };
    }

    /** Finds the policy of a key. */
    @FunctionalInterface
    interface Lookup {

        ConflictPolicy of(Key key);
    }
}
