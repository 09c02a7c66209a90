package softadastra.it.nodes;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.LogStart;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/**
 * What has become of writes to keys that all nodes write to: each stands, or has been replaced by one whose writer knew it, or has
 * lost, and then every node was told. Each value is written once.
 */
final class SharedWrites {
    private static final Pattern LOST = Pattern.compile("\"value\":\"([^\"]*)\"");

    private final Map<String, Set<String>> told = new HashMap<>();

    /** Takes note of what a node says to have lost: of many the oldest go. */
    void see(NodeProcess node) {
        Set<String> lost = told.computeIfAbsent(node.id(), absent -> new HashSet<>());
        node.run("--json", "sync", "conflicts").lines().forEach(line -> {
            Matcher value = LOST.matcher(line);
            assertTrue(value.find(), line);
            lost.add(value.group(1));
        });
    }

    /** Reads the log of a node that has all, and is stopped; values of acknowledged writes are to be found in it. */
    void check(NodeProcess node, List<String> acknowledged) {
        try (StoreEngine store = StoreEngine.open(
                        StoreConfig.durable(node.log()).withNodeId(node.id()))
                .orElseThrow()) {
            LogStart start = store.replication().start().orElseThrow();
            Known known = new Known(start.held());
            long unused = store.operations(start.sequence(), (sequence, operation) -> {
                        known.add(operation);
                        return true;
                    })
                    .orElseThrow();
            Set<String> last = known.valuesNobodyKnew();
            for (String value : acknowledged) {
                // What was before a checkpoint is not in the log any more.
                assertTrue(start.sequence() > 1 || known.keys.containsKey(value), () -> value + " is nowhere");
                if (last.contains(value)) {
                    boolean stands = store.get(Objects.requireNonNull(known.keys.get(value)))
                            .filter(entry -> entry.value().asString().equals(value))
                            .isPresent();
                    told.forEach((id, lost) -> assertTrue(
                            stands || lost.contains(value),
                            () -> value + " does not stand, nobody has replaced it, and " + id + " was not told"));
                }
            }
        }
    }

    /** The operations of a log, each with what its writer knew. */
    private static final class Known {
        private final Map<Origin, CausalContext> contexts = new HashMap<>();
        private final Map<Key, Map<OperationId, String>> alive = new HashMap<>();
        private final Map<String, Key> keys = new HashMap<>();
        private CausalContext held;

        Known(CausalContext held) {
            this.held = held;
        }

        void add(OperationRecord operation) {
            OperationId id = operation.id();
            CausalContext context = held;
            if (!operation.isLocal()) {
                CausalContext said = operation.context().orElseThrow();
                context = operation.contextIsDelta()
                        ? contexts.getOrDefault(id.origin(), CausalContext.EMPTY)
                                .merge(said)
                        : said;
                contexts.put(id.origin(), context);
            }
            held = held.merge(CausalContext.of(new TreeMap<>(Map.of(id.origin(), id.counter()))));
            CausalContext knew = context;
            Map<OperationId, String> ofKey =
                    alive.computeIfAbsent(operation.operation().key(), absent -> new HashMap<>());
            ofKey.keySet().removeIf(knew::includes);
            String value = operation.operation().value().map(Value::asString).orElse("");
            ofKey.put(id, value);
            keys.put(value, operation.operation().key());
        }

        Set<String> valuesNobodyKnew() {
            Set<String> last = new HashSet<>();
            alive.values().forEach(ofKey -> last.addAll(ofKey.values()));
            return last;
        }
    }
}
