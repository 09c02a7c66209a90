package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Standing;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/**
 * The log of a store under whose keys operations stand beside each other, checked in under {@code
 * src/test/resources/golden/v1/store-siblings}: each effect with each outcome, and all of it in a checkpoint too; see {@link
 * GoldenStoreLog}.
 */
class GoldenSiblingsTest {

    private static final GoldenStoreLog GOLDEN = new GoldenStoreLog("store-siblings");

    @TempDir
    Path directory;

    @BeforeAll
    static void writeIfAsked(@TempDir Path scratch) throws IOException {
        GOLDEN.writeIfAsked(scratch, GoldenSiblingsTest::write, GoldenSiblingsTest::describe);
    }

    @Test
    void whatStandsBesideEachOtherComesBack() throws IOException {
        GOLDEN.check(directory, GoldenSiblingsTest::describe);
    }

    private static String describe(Path log) {
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow()) {
            GoldenText text = new GoldenText(store);
            store.entries()
                    .forEach(entry -> text.line("%s = %s, version %d at %s"
                            .formatted(
                                    entry.key().asString(),
                                    entry.value().asString(),
                                    entry.version(),
                                    entry.timestamp())));
            long standing = store.replication()
                    .standing(Optional.empty(), each -> {
                        text.line("%s of %s at %s, version %d, sequence %d, contested %s, floor %s: %s"
                                .formatted(
                                        each.key().asString(),
                                        each.id(),
                                        each.stamp(),
                                        each.version(),
                                        each.sequence(),
                                        each.contested(),
                                        each.floor(),
                                        each.value().map(Value::asString).orElse("removed")));
                        return true;
                    })
                    .orElseThrow();
            long operations = text.operations();
            text.line("standing %d, operations %d, entries %d, knows %s"
                    .formatted(
                            standing, operations, store.size(), store.context().counters()));
            return text.toString();
        }
    }

    private static void write(Path log) {
        Map<String, Integer> counters = new HashMap<>();
        try (StoreEngine store = GoldenNodes.durable(log)) {
            writeAll(store, counters, "early");
            var checkpoint = store.checkpoint().orElseThrow();
            writeAll(store, counters, "late");
            var resolved = store.remove(Key.of("early manual")).orElseThrow();
            String behind = "behind " + checkpoint.entries() + resolved.deleted();
            var put = store.put(Key.of(behind), Value.fromString("here")).orElseThrow();
            assertEquals(1, put.version());
        }
    }

    /** The tablet's operations have the later stamps. */
    private static void writeAll(StoreEngine store, Map<String, Integer> counters, String when) {
        Arbiter manual = (incoming, standing) -> Effect.SIBLING;
        Arbiter local = (incoming, standing) -> standing.isEmpty() ? Effect.WON : Effect.LOST;
        Arbiter remote = (incoming, standing) -> Effect.WON;
        Arbiter refusing = (incoming, standing) -> Effect.REJECTED;
        Arbiter joined = new Joined();
        apply(store, counters, manual, "phone", 1, put(when + " manual", "phone"));
        apply(store, counters, manual, "tablet", 2, put(when + " manual", "tablet"));
        // Its writer knew the tablet's last one, and takes its place.
        apply(store, counters, manual, "tablet", 3, Operation.delete(Key.of(when + " manual")));
        apply(store, counters, manual, "tablet", 2, put(when + " sibling", "tablet"));
        apply(store, counters, manual, "phone", 1, put(when + " sibling", "phone"));
        apply(store, counters, joined, "tablet", 2, put(when + " merged", "tablet"));
        apply(store, counters, joined, "phone", 1, put(when + " merged", "phone"));
        apply(store, counters, local, "phone", 1, put(when + " local", "phone"));
        apply(store, counters, local, "tablet", 2, put(when + " local", "tablet"));
        apply(store, counters, remote, "tablet", 2, put(when + " remote", "tablet"));
        apply(store, counters, remote, "phone", 1, put(when + " remote", "phone"));
        apply(store, counters, refusing, "phone", 1, put(when + " refused", "phone"));
        // What stands beside each other, below a later stamp that was passed over.
        apply(store, counters, manual, "phone", 1, put(when + " both", "phone"));
        apply(store, counters, local, "tablet", 4, put(when + " both", "tablet"));
        apply(store, counters, manual, "tablet", 2, put(when + " both", "tablet"));
    }

    /** Shows all values. */
    private static final class Joined implements Arbiter {
        @Override
        public Effect decide(OperationRecord incoming, List<Standing> standing) {
            return Effect.MERGED;
        }

        @Override
        public Optional<Value> merge(Key key, List<Standing> siblings) {
            List<String> all = siblings.stream()
                    .flatMap(each -> each.value().stream())
                    .map(Value::asString)
                    .toList();
            return Optional.of(Value.fromString(String.join("+", all)));
        }
    }

    private static void apply(
            StoreEngine store,
            Map<String, Integer> counters,
            Arbiter arbiter,
            String node,
            int hour,
            Operation operation) {
        int counter = counters.merge(node, 1, Integer::sum);
        Map<Origin, Long> knew = counter == 1 ? Map.of() : Map.of(origin(node), counter - 1L);
        OperationRecord record = OperationRecord.remote(
                new OperationId(origin(node), counter),
                HybridTimestamp.of(GoldenNodes.NEW_YEAR.toEpochMilli() + 3_600_000L * hour, counter),
                counter,
                Effect.WON,
                CausalContext.of(knew),
                operation);
        var replicated = store.replication().apply(List.of(record), arbiter).orElseThrow();
        assertEquals(0, replicated.passedOver(), record::toString);
    }

    private static Operation put(String key, String node) {
        return Operation.put(Key.of(key), Value.fromString("from the " + node));
    }

    private static Origin origin(String node) {
        return new Origin(NodeId.of(node).orElseThrow(), node.equals("phone") ? 0x0123_4567_89AB_CDEFL : -1);
    }
}
