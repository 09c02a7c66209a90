package softadastra.it.format;

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
import softadastra.store.Adoption;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/**
 * The log of a store that had to do with other nodes, as it is checked in: operations of others with what they did, survivors, notes,
 * and removals that are remembered, in a checkpoint and behind it.
 */
class GoldenReplicationTest {
    private static final GoldenStoreLog LOG = new GoldenStoreLog("store-replication");
    private static final Arbiter LATEST = (incoming, standing) ->
            standing.isEmpty() || incoming.stamp().isAfter(standing.get(0).stamp()) ? Effect.WON : Effect.LOST;

    @TempDir
    Path directory;

    @Test
    void operationsNotesAndRemovalsComeBack() throws IOException {
        LOG.check(directory, GoldenReplicationTest::describe);
    }

    private static String describe(Path log) {
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow()) {
            GoldenText text = new GoldenText(store);
            long standing = store.replication()
                    .standing(Optional.empty(), each -> {
                        text.line("%s of %s at %s, version %d, sequence %d: %s"
                                .formatted(
                                        each.key().asString(),
                                        each.id(),
                                        each.stamp(),
                                        each.version(),
                                        each.sequence(),
                                        each.value().map(Value::asString).orElse("removed")));
                        return true;
                    })
                    .orElseThrow();
            long operations = text.operations();
            long notes = text.notes();
            text.line("standing %d, operations %d, notes %d, entries %d, knows %s"
                    .formatted(
                            standing,
                            operations,
                            notes,
                            store.size(),
                            store.context().counters()));
            return text.toString();
        }
    }

    @BeforeAll
    static void writeIfAsked(@TempDir Path scratch) throws IOException {
        LOG.writeIfAsked(scratch, GoldenReplicationTest::write, GoldenReplicationTest::describe);
    }

    private static void write(Path log) {
        try (StoreEngine store = GoldenNodes.durable(log)) {
            write(store);
        }
    }

    private static void write(StoreEngine store) {
        put(store, "ours");
        put(store, "removed before anybody was known");
        var removed = store.remove(Key.of("removed before anybody was known")).orElseThrow();
        long note = store.replication().note(64, new byte[] {1, 2, 3}).orElseThrow();
        apply(
                store,
                remote("phone", 1, 1, Map.of(), Operation.put(Key.of("theirs"), Value.fromString("from the phone"))),
                remote("phone", 2, 2, Map.of("phone", 1L), Operation.delete(Key.of("unknown here"))),
                remote("tablet", 1, 0, Map.of("phone", 2L), Operation.put(Key.of("theirs"), Value.fromString("late"))));
        var gone = store.remove(Key.of("ours")).orElseThrow();
        put(store, "stays");
        var checkpoint = store.checkpoint().orElseThrow();
        apply(
                store,
                remote("phone", 3, 5, Map.of("phone", 2L), Operation.delete(Key.of("theirs"))),
                remote(
                        "phone",
                        4,
                        6,
                        Map.of("phone", 3L, "tablet", 1L),
                        Operation.put(Key.of("stays"), Value.fromString("won"))),
                remote("tablet", 2, 1, Map.of("tablet", 1L), Operation.put(Key.of("stays"), Value.fromString("lost"))));
        var adopted = store.replication()
                .adopt(
                        new Adoption(
                                List.of(remote(
                                        "tablet",
                                        7,
                                        9,
                                        Map.of(),
                                        Operation.put(Key.of("adopted"), Value.fromString("7")))),
                                List.of(),
                                Optional.of(CausalContext.of(Map.of(origin("tablet"), 8L, origin("phone"), 4L)))),
                        LATEST)
                .orElseThrow();
        long behind = store.replication().note(79, new byte[0]).orElseThrow();
        put(
                store,
                "behind " + note + " " + behind + " " + removed.version() + gone.version() + checkpoint.entries()
                        + adopted.taken());
    }

    private static void put(StoreEngine store, String key) {
        var unused = store.put(Key.of(key), Value.fromString("here")).orElseThrow();
    }

    private static void apply(StoreEngine store, OperationRecord... operations) {
        var unused = store.replication().apply(List.of(operations), LATEST).orElseThrow();
    }

    private static OperationRecord remote(
            String node, long counter, int later, Map<String, Long> knew, Operation operation) {
        Map<Origin, Long> context = new HashMap<>();
        knew.forEach((name, known) -> context.put(origin(name), known));
        return OperationRecord.remote(
                new OperationId(origin(node), counter),
                HybridTimestamp.of(GoldenNodes.NEW_YEAR.toEpochMilli() + 1_000L * later, 3),
                counter,
                Effect.WON,
                CausalContext.of(context),
                operation);
    }

    private static Origin origin(String node) {
        return new Origin(NodeId.of(node).orElseThrow(), node.equals("phone") ? 0x0123_4567_89AB_CDEFL : -1);
    }
}
