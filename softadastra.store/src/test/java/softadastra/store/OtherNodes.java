package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;

/** Operations of two other nodes, and what a store makes of them. */
final class OtherNodes {

    static final Origin PHONE = new Origin(new NodeId("phone"), 7);
    static final Origin TABLET = new Origin(new NodeId("tablet"), 9);

    /** As the last writer wins. */
    static final Arbiter LATEST = (incoming, standing) ->
            standing.isEmpty() || incoming.stamp().isAfter(standing.get(0).stamp()) ? Effect.WON : Effect.LOST;

    private OtherNodes() {}

    /** Opens the store of node a, which writes checkpoints when it is told to. */
    static StoreEngine open(Path log) {
        return StoreEngine.open(StoreConfig.durable(log).withNodeId("a").withCheckpoints(CheckpointPolicy.manual()))
                .orElseThrow();
    }

    static HybridTimestamp at(int counter) {
        return HybridTimestamp.of(1_700_000_000_000L, counter);
    }

    static OperationRecord put(Origin origin, int counter, Map<Origin, Long> context, String key) {
        return OperationRecord.remote(
                new OperationId(origin, counter),
                at(counter),
                counter,
                Effect.WON,
                CausalContext.of(context),
                Operation.put(Key.of(key), Value.fromString(origin.node() + " " + counter)));
    }

    static OperationRecord remove(Origin origin, int counter, Map<Origin, Long> context, String key) {
        return OperationRecord.remote(
                new OperationId(origin, counter),
                at(counter),
                1,
                Effect.WON,
                CausalContext.of(context),
                Operation.delete(Key.of(key)));
    }

    static Replicated apply(StoreEngine store, OperationRecord... operations) {
        return store.replication().apply(List.of(operations), LATEST).orElseThrow();
    }

    static String text(StoreEngine store, String key) {
        return store.get(Key.of(key)).map(entry -> entry.value().asString()).orElse("none");
    }

    static List<String> standing(StoreEngine store) {
        List<String> all = new ArrayList<>();
        long count = store.replication()
                .standing(
                        Optional.empty(),
                        each -> all.add(each.key() + " " + each.id() + " "
                                + each.value().isPresent()))
                .orElseThrow();
        assertEquals(count, all.size());
        return all;
    }
}
