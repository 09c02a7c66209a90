package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Skip;
import softadastra.store.Value;

/** Nodes that want some of the keys: what they tell others, and what they take from them. */
class SubscriptionMessagesTest extends TimedNodes {

    @Test
    void whoGetsAWriteFromSomebodyElseKnowsWhatItsWriterWasNotToldOf() {
        Node hub = new Node("hub");
        Node leaf = new Node("leaf", "a/");
        writeOver(hub, leaf);
        network.cutOff(Set.of(leaf.id));
        // The one gets it operation by operation, the other what stands.
        Node second = new Node("second");
        pass(1);
        hub.store.checkpoint().orElseThrow();
        hub.sync.close();
        hub.sync = hub.open();
        Node third = new Node("third");
        pass(1);
        Origin writer = new Origin(leaf.id, leaf.store.identity().epoch());
        for (Node node : List.of(second, third)) {
            assertEquals(
                    List.of("a/"),
                    node.sync.peers().orElseThrow().stream()
                            .filter(peer -> peer.node().equals(writer.node()))
                            .findFirst()
                            .orElseThrow()
                            .subscription(),
                    node.id.value());
        }
        assertEquals(Set.of("b/1=hub", "manual/1=hub"), second.lost());
        assertEquals(Set.of("b/1=hub", "manual/1=hub"), third.lost());
    }

    @Test
    void whatOthersWantIsToldOnlyWithWhatTheyHaveWritten() {
        Node hub = new Node("hub");
        Node leaf = new Node("leaf", "a/");
        hub.put("a/1", "of one who wants everything");
        leaf.put("b/1", "of one who does not");
        pass(1);
        assertEquals(Set.of(hub.id, leaf.id), toldTo("phone", hub));
        hub.store.checkpoint().orElseThrow();
        hub.sync.close();
        hub.sync = hub.open();
        assertEquals(Set.of(hub.id, leaf.id), toldTo("tablet", hub));
    }

    /** Whose operations a node tells somebody who knows of very many who do not want everything. */
    private Set<NodeId> toldTo(String name, Node node) {
        NodeId listener = NodeId.of(name).orElseThrow();
        SyncTransport pipe = network.connect(listener);
        Spoken said = Spoken.by(name, 7);
        for (int epoch = 10; epoch < 510; epoch++) {
            said.subscribed(new Origin(listener, epoch), "some/");
        }
        pipe.send(node.id, said.encoded());
        pass(1);
        Set<NodeId> writers = new TreeSet<>();
        for (Optional<byte[]> next = pipe.receive(); next.isPresent(); next = pipe.receive()) {
            SyncMessage message = SyncMessageCodec.decode(next.get()).orElseThrow();
            if (message.from().node().equals(node.id)) {
                Set<NodeId> named = Stream.concat(
                                message.operations().stream(),
                                message.chunk().stream().flatMap(chunk -> chunk.survivors().stream()))
                        .map(operation -> operation.id().node())
                        .collect(Collectors.toSet());
                writers.addAll(named);
                named.remove(node.id);
                assertEquals(
                        named,
                        message.state().subscriptions().keySet().stream()
                                .map(Origin::node)
                                .collect(Collectors.toSet()));
            }
        }
        pipe.close();
        return writers;
    }

    @Test
    void whoWasBeingToldAllThatStandsGoesOnWithoutIfThatEnds() {
        Node hub = new Node("hub");
        Node leaf = new Node("leaf", "a/");
        leaf.put("b/1", "1");
        for (int i = 0; i < 40; i++) {
            hub.put("c/" + i, "x".repeat(100_000));
        }
        pass(1);
        beginAnew(hub);
        network.cutOff(Set.of(hub.id));
        Node late = new Node("late");
        pass(1);
        network.cutOff(Set.of());
        SyncMessage.State said = lastOf(late);
        while (!said.progress().map(Progress::full).orElse(false)) {
            step();
            said = lastOf(late);
        }
        assertTrue(said.whole());
        network.cutOff(Set.of(hub.id));
        pass(1);
        said = lastOf(late);
        assertFalse(said.whole());
        assertEquals(Optional.empty(), said.progress());
        network.cutOff(Set.of());
        pass(1);
        assertEquals(hub.contents(), late.contents());
    }

    /** What a node says of itself to who has just come. */
    private SyncMessage.State lastOf(Node node) {
        NodeId listener = NodeId.of("listener").orElseThrow();
        SyncTransport pipe = network.connect(listener);
        Optional<SyncMessage.State> last = Optional.empty();
        while (last.isEmpty()) {
            node.sync.tick(TimeUnit.SECONDS.toNanos(time.getEpochSecond())).orElseThrow();
            for (Optional<byte[]> next = pipe.receive(); next.isPresent(); next = pipe.receive()) {
                SyncMessage message = SyncMessageCodec.decode(next.get()).orElseThrow();
                last = message.from().node().equals(node.id) ? Optional.of(message.state()) : last;
            }
        }
        pipe.close();
        return last.get();
    }

    @Test
    void whatIsLeftOutForAnEarlierEpochOfANodeIsNotLeftOutForThisOne() {
        Node leaf = new Node("leaf", "a/");
        Origin self = new Origin(leaf.id, leaf.store.identity().epoch());
        Origin phone = new Origin(NodeId.of("phone").orElseThrow(), 7);
        SyncTransport pipe = network.connect(phone.node());
        Skip skip = new Skip(phone, 1, 9);
        pipe.send(leaf.id, leavingOut(phone, new Origin(leaf.id, self.epoch() + 1), skip));
        pass(1);
        assertEquals(0, leaf.store.context().counter(phone));
        pipe.send(leaf.id, leavingOut(phone, self, skip));
        pass(1);
        assertEquals(9, leaf.store.context().counter(phone));
    }

    /** Who sends it has yet to hear what is wanted here, and may be the only one who has it. */
    @Test
    void whatIsNotWantedAndComesAllTheSameCountsAsHeldIfItsSenderWantsEverything() {
        Node leaf = new Node("leaf", "a/");
        for (String wanted : List.of("b/", "")) {
            Spoken said = Spoken.by("phone" + wanted.length(), 7).to(origin(leaf));
            Origin phone = said.from;
            Subscription subscription = Subscription.of(List.of(wanted));
            if (!subscription.isEverything()) {
                said.subscribed(phone, wanted);
            }
            HybridTimestamp stamp = HybridTimestamp.of(time.toEpochMilli(), 1);
            network.connect(phone.node())
                    .send(
                            leaf.id,
                            said.holding(phone, 1).encoded(said.put(1, stamp, "b/1", Value.fromString("not wanted"))));
            pass(1);
            assertEquals(
                    subscription.isEverything() ? 1 : 0, leaf.store.context().counter(phone));
            assertEquals(Map.of(), leaf.contents());
        }
    }

    private static byte[] leavingOut(Origin from, Origin to, Skip skip) {
        return new Spoken(from).to(to).holding(skip.origin(), skip.through()).leavingOut(to, skip);
    }

    @Test
    void ofWhoWantsEverythingNothingIsLeftOutWhoeverSaysSo() {
        Node hub = new Node("hub");
        Origin phone = new Origin(NodeId.of("phone").orElseThrow(), 7);
        network.connect(phone.node()).send(hub.id, leavingOut(phone, origin(hub), new Skip(phone, 1, 9)));
        pass(1);
        assertEquals(0, hub.store.context().counter(phone));
    }

    @Test
    void whatFollowsOnWhatWasLeftOutIsToldOnceThatHasComeFromElsewhere() {
        Node leaf = new Node("leaf", "a/");
        Origin phone = new Origin(NodeId.of("phone").orElseThrow(), 7);
        Origin tablet = new Origin(NodeId.of("tablet").orElseThrow(), 7);
        SyncTransport pipe = network.connect(phone.node());
        pipe.send(leaf.id, leavingOut(phone, origin(leaf), new Skip(phone, 1, 1)));
        OperationRecord second = OperationRecord.remote(
                new OperationId(phone, 2),
                HybridTimestamp.of(time.toEpochMilli(), 1),
                1,
                Effect.WON,
                CausalContext.of(Map.of(phone, 1L)),
                Operation.put(Key.of("a/1"), Value.fromString("wanted")));
        pipe.send(
                leaf.id,
                new Spoken(phone).to(origin(leaf)).at(10).holding(phone, 2).encoded(second));
        pass(1);
        assertEquals(Map.of("a/1", "wanted"), leaf.contents());
        pipe.close();
        SyncTransport other = network.connect(tablet.node());
        other.send(leaf.id, new Spoken(tablet).to(origin(leaf)).at(1).encoded());
        pass(1);
        assertEquals(Set.of(), told(other));
        other.send(
                leaf.id,
                new Spoken(tablet).to(origin(leaf)).at(2).holding(phone, 1).encoded());
        pass(1);
        assertEquals(Set.of(second.id()), told(other));
    }

    private static Set<OperationId> told(SyncTransport pipe) {
        Set<OperationId> told = new TreeSet<>();
        for (Optional<byte[]> next = pipe.receive(); next.isPresent(); next = pipe.receive()) {
            SyncMessageCodec.decode(next.get())
                    .orElseThrow()
                    .operations()
                    .forEach(operation -> told.add(operation.id()));
        }
        return told;
    }
}
