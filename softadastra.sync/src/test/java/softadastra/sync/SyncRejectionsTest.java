package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;

/** What becomes of operations that a node does not take. */
@Timeout(300)
class SyncRejectionsTest {

    private static final SyncConfig ALL = SyncConfig.local();

    /** Takes nothing that says it is bad. */
    private static final SyncConfig STRICT = ALL.withAdmission((origin, operation) -> operation
            .value()
            .filter(value -> value.asString().startsWith("bad"))
            .map(value -> operation.key() + " of " + origin + " is bad"));

    @TempDir
    Path directory;

    private final InMemoryNetwork network = new InMemoryNetwork(7);

    /** In seconds from any time on; so that nothing has to wait for real. */
    private long seconds;

    private final class Node extends EngineNode {

        Node(String id, SyncConfig config) {
            this(id, config, "");
        }

        Node(String id, SyncConfig config, String hidden) {
            super(
                    id,
                    StoreConfig.durable(directory.resolve(id + ".wal")).withAutoFlush(false),
                    config,
                    without(hidden, network.connect(new NodeId(id))));
        }

        List<FailedOperation> failed() {
            return sync.failed().orElseThrow();
        }

        SyncState state() {
            return sync.state().orElseThrow();
        }
    }

    /** A way to all but some. */
    private static SyncTransport without(String hidden, SyncTransport all) {
        return new Line(all) {
            @Override
            public Set<NodeId> neighbours() {
                return super.neighbours().stream()
                        .filter(node -> !Set.of(hidden.split(",")).contains(node.value()))
                        .collect(Collectors.toSet());
            }
        };
    }

    private void tick(Node... nodes) {
        for (int i = 0; i < 20; i++) {
            seconds++;
            for (Node node : nodes) {
                node.sync.tick(seconds * 1_000_000_000).orElseThrow();
            }
        }
    }

    private static OperationId only(List<FailedOperation> failed) {
        assertEquals(1, failed.size(), failed::toString);
        return failed.get(0).id();
    }

    @Test
    void whatAPeerRejectsIsKnownToItsWriterAndHoldsUpNothing() {
        try (Node a = new Node("a", ALL);
                Node b = new Node("b", STRICT)) {
            LinkedBlockingQueue<SyncEvent> events = new LinkedBlockingQueue<>();
            a.sync.addListener(events::add);
            a.put("k", "good");
            tick(a, b);
            a.put("k", "bad");
            a.put("l", "behind it");
            tick(a, b);

            assertEquals(Map.of("k", "good", "l", "behind it"), b.contents());
            assertEquals(Map.of("k", "bad", "l", "behind it"), a.contents());
            FailedOperation failed = a.failed().get(0);
            assertEquals("k of a is bad", failed.reason());
            assertEquals(RejectionCode.REFUSED, failed.code());
            assertEquals("b", failed.peer().value());
            assertEquals("k", failed.key().asString());
            assertEquals(2, only(a.failed()).counter());
            assertEquals(List.of(), b.failed());
            assertEquals(new SyncState(1, 0, 0, 2, 1, 0, 0), a.state());
            assertTrue(events.contains(new SyncEvent.OperationFailed(failed)), events::toString);

            a.sync.discard(failed.id()).orElseThrow();
            assertEquals(new SyncState(0, 0, 0, 3, 0, 0, 0), a.state());
            assertEquals(
                    ErrorCode.NOT_FOUND, a.sync.discard(failed.id()).error().code());
            assertEquals(ErrorCode.NOT_FOUND, a.sync.retry(failed.id()).error().code());
            a.put("k", "better");
            tick(a, b);
            assertEquals(a.contents(), b.contents());
        }
    }

    @Test
    void whatWasRejectedIsRememberedOnBothSidesUntilItIsDealtWith() {
        OperationId id;
        try (Node a = new Node("a", ALL)) {
            try (Node b = new Node("b", STRICT)) {
                tick(a, b);
                a.put("k", "bad");
                // The rejection is in the log of b, and a does not hear of it.
                a.sync.tick(seconds * 1_000_000_000).orElseThrow();
                network.loseOneIn(1);
                b.sync.tick(seconds * 1_000_000_000).orElseThrow();
                network.loseOneIn(0);
                b.store.checkpoint().orElseThrow();
            }
            assertEquals(List.of(), a.failed());
            try (Node b = new Node("b", ALL)) {
                tick(a, b);
                id = only(a.failed());
                assertEquals(Optional.empty(), b.store.get(Key.of("k")), "decided is decided");
            }
            a.store.checkpoint().orElseThrow();
        }
        try (Node a = new Node("a", ALL);
                Node b = new Node("b", ALL)) {
            assertEquals(id, only(a.failed()));
            assertEquals(1, a.state().outboxSize());
            a.sync.retry(id).orElseThrow();
            assertEquals(List.of(), a.failed());
            tick(a, b);
            assertEquals(Map.of("k", "bad"), b.contents());
            assertEquals(0, a.state().outboxSize());
            a.store.checkpoint().orElseThrow();
        }
        try (Node a = new Node("a", ALL)) {
            assertEquals(List.of(), a.failed());
        }
    }

    @Test
    void aRetryIsDoneOnceWhereverItIsCutOff() {
        for (int after = 0; after <= 2; after++) {
            String id = "cut" + after;
            String key = "of " + id;
            OperationId failed;
            try (Node a = new Node(id, ALL);
                    Node b = new Node("b", STRICT)) {
                tick(a, b);
                a.put(key, "bad");
                tick(a, b);
                failed = only(a.failed());
            }
            AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
            WalProvider cut = SubmittedTo.of("file", batch -> {
                if (left.getAndDecrement() <= 0) {
                    throw new SoftadastraException(ErrorCode.IO_ERROR, "cut off");
                }
            });
            StoreConfig config = StoreConfig.of(WalConfig.durable(directory.resolve(id + ".wal"))
                    .withNodeId(id)
                    .withProvider(cut));
            long before;
            Result<Unit> retried;
            try (StoreEngine store = StoreEngine.open(config).orElseThrow();
                    SyncEngine sync = SyncEngine.open(
                                    store, ALL, network.connect(NodeId.of(id).orElseThrow()))
                            .orElseThrow()) {
                before = store.context().counter(failed.origin());
                left.set(after);
                retried = sync.retry(failed);
                left.set(0);
            }
            assertEquals(after > 0, retried.isOk(), () -> retried.toString());
            try (Node a = new Node(id, ALL)) {
                assertEquals(after > 0 ? 1 : 0, a.store.context().counter(failed.origin()) - before);
                assertEquals(after > 0 ? 0 : 1, a.failed().size());
                assertEquals(
                        Optional.of("bad"),
                        a.store.get(Key.of(key)).map(entry -> entry.value().asString()));
            }
        }
    }

    @Test
    void aRemovalIsRetriedTooAndWhatIsNotCurrentIsNot() {
        SyncConfig keeping = ALL.withAdmission((origin, operation) ->
                operation.value().isPresent() ? Optional.empty() : Optional.of("nothing is removed"));
        try (Node a = new Node("a", ALL)) {
            OperationId id;
            try (Node b = new Node("b", keeping)) {
                a.put("k", "v");
                a.put("l", "v");
                tick(a, b);
                a.store.remove(Key.of("k")).orElseThrow();
                a.store.remove(Key.of("l")).orElseThrow();
                tick(a, b);
                assertEquals(Map.of("k", "v", "l", "v"), b.contents());
                assertTrue(a.failed().stream().allMatch(FailedOperation::removal));
                id = a.failed().get(0).id();
                a.put("l", "again");
                OperationId past = a.failed().get(1).id();
                assertEquals(ErrorCode.INVALID_STATE, a.sync.retry(past).error().code());
                a.sync.discard(past).orElseThrow();
            }
            try (Node b = new Node("b", ALL)) {
                a.sync.retry(id).orElseThrow();
                tick(a, b);
                assertEquals(Map.of("l", "again"), b.contents());
                assertEquals(a.contents(), b.contents());
            }
        }
    }

    @Test
    void whatIsTooLargeForOneNodeGoesThroughItToOthers() {
        try (Node a = new Node("a", ALL, "c");
                Node b = new Node("b", ALL.withLargestValue(10));
                Node c = new Node("c", ALL, "a")) {
            tick(a, b, c);
            a.put("k", "larger than that");
            a.put("l", "small");
            tick(a, b, c);
            assertEquals(Map.of("l", "small"), b.contents());
            assertEquals(a.contents(), c.contents());
            assertEquals(RejectionCode.TOO_LARGE, a.failed().get(0).code());
            assertEquals(
                    "value has 16 bytes, and at most 10 are taken",
                    a.failed().get(0).reason());
        }
    }

    @Test
    void wordOfARejectionComesAlsoWhereThereIsNoLink() {
        try (Node a = new Node("a", ALL, "c");
                Node b = new Node("b", ALL);
                Node c = new Node("c", STRICT, "a")) {
            tick(a, b, c);
            a.put("k", "bad");
            tick(a, b, c);
            assertEquals("c", a.failed().get(0).peer().value());
            assertEquals(Map.of("k", "bad"), b.contents());
            assertEquals(Map.of(), c.contents());
            a.sync.discard(only(a.failed())).orElseThrow();
            tick(a, b, c);
            assertEquals(List.of(), a.failed(), "and it is over");
        }
    }

    @Test
    void whoGetsWhatStandsAtARejecterGoesWithoutItTooAndItsWriterKnows() {
        try (Node a = new Node("a", ALL, "c,d")) {
            try (Node b = new Node("b", STRICT)) {
                tick(a, b);
                a.put("k", "bad");
                a.put("l", "bad");
                a.put("m", "bad");
                a.put("n", "good");
                tick(a, b);
                a.put("l", "better");
                b.put("m", "mine");
                tick(a, b);
                assertEquals(Map.of("l", "better", "m", "mine", "n", "good"), b.contents());
                assertEquals(3, a.failed().size());
                // From here on, and after each restart, it has only what stands there.
                b.store.checkpoint().orElseThrow();
            }
            try (Node b = new Node("b", STRICT);
                    Node c = new Node("c", ALL, "a")) {
                tick(a, b, c);
                assertEquals(b.contents(), c.contents());
                assertEquals(a.store.context().counters(), c.store.context().counters());
                assertEquals(
                        List.of("b:k", "b:l", "b:m", "c:k"),
                        a.failed().stream()
                                .map(each -> each.peer() + ":" + each.key())
                                .sorted()
                                .toList());
                FailedOperation there = a.failed().get(3);
                assertEquals("not at b either: k of a is bad", there.reason());
                assertEquals(RejectionCode.REFUSED, there.code());
                c.store.checkpoint().orElseThrow();
            }
            try (Node c = new Node("c", ALL, "a");
                    Node d = new Node("d", ALL, "a,b")) {
                tick(c, d);
                assertEquals(c.contents(), d.contents());
                try (Node b = new Node("b", STRICT)) {
                    tick(a, b, c, d);
                }
                assertEquals(
                        "d", a.failed().get(4).peer().value(), () -> a.failed().toString());
                a.sync.retry(a.failed().get(0).id()).orElseThrow();
                try (Node b = new Node("b", ALL)) {
                    tick(a, b, c, d);
                    assertEquals(a.contents(), d.contents());
                    assertEquals(a.contents(), c.contents());
                }
            }
        }
    }

    @Test
    void whoAsksForAllThatStandsAtARejecterKeepsWhatThatHasRejected() {
        SyncConfig few = ALL.withSubscription("a/");
        try (Node leaf = new Node("leaf", few)) {
            try (Node b = new Node("b", STRICT)) {
                leaf.put("k", "bad");
                b.put("n", "good");
                tick(leaf, b);
                assertEquals(Map.of("n", "good"), b.contents());
                b.store.checkpoint().orElseThrow();
            }
            try (Node c = new Node("c", ALL)) {
                tick(leaf, c);
                assertEquals(Map.of("k", "bad"), c.contents());
                try (Node b = new Node("b", STRICT)) {
                    tick(leaf, b, c);
                }
                assertEquals(Map.of("k", "bad", "n", "good"), c.contents());
                assertEquals("b", leaf.failed().get(0).peer().value());
                assertEquals(1, leaf.failed().size());
            }
        }
    }

    @Test
    void whatThereIsNoRoomForIsCountedAndTold() {
        SyncConfig nothing = ALL.withAdmission((origin, operation) -> Optional.of("nothing"));
        int most = Rejections.MAX_COUNT;
        SyncEvent.RejectionsDropped dropped = null;
        try (Node b = new Node("b", nothing)) {
            try (Node a = new Node("a", ALL)) {
                LinkedBlockingQueue<SyncEvent> events = new LinkedBlockingQueue<>();
                a.sync.addListener(events::add);
                tick(a, b);
                for (int i = 0; i < most + 7; i++) {
                    a.put("k" + i, "v");
                }
                for (int i = 0; i < 40 && !b.store.context().equals(a.store.context()); i++) {
                    tick(a, b);
                }
                for (int i = 0; i < 40 && a.failed().size() < most; i++) {
                    tick(a, b);
                }
                tick(a, b);
                assertEquals(most, a.failed().size());
                for (SyncEvent each : events) {
                    dropped = each instanceof SyncEvent.RejectionsDropped now ? now : dropped;
                }
                a.store.checkpoint().orElseThrow();
            }
            assertEquals(new SyncEvent.RejectionsDropped(7, 0), dropped);
            try (Node a = new Node("a", ALL)) {
                List<SyncEvent> events = new ArrayList<>();
                a.sync.addListener(events::add);
                tick(a, b);
                assertTrue(events.stream().noneMatch(SyncEvent.RejectionsDropped.class::isInstance), events::toString);
                assertEquals(most, a.state().failedCount());
            }
        }
    }

    @Test
    void anAdmissionThatThrowsRefusesAndSaysSo() {
        SyncConfig broken = ALL.withAdmission((origin, operation) -> {
            throw new IllegalStateException("no idea");
        });
        try (Node a = new Node("a", ALL);
                Node b = new Node("b", broken)) {
            tick(a, b);
            a.put("k", "v");
            b.put("l", "v");
            tick(a, b);
            assertEquals(Map.of("l", "v"), b.contents());
            assertTrue(
                    a.failed().get(0).reason().contains("IllegalStateException"),
                    () -> a.failed().toString());
            assertEquals(Set.of("k", "l"), a.contents().keySet());
        }
    }
}
