package softadastra.sdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.store.EntryChange;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Standing;
import softadastra.store.Value;
import softadastra.sync.Conflict;
import softadastra.sync.ConflictPolicy;
import softadastra.sync.FailedOperation;
import softadastra.sync.InMemoryNetwork;
import softadastra.sync.SyncEvent;

/** Two clients, and what happens between them. */
class ClientSyncTest {
    /** Steps within which all that is to be said has been said, on a network that loses nothing. */
    private static final int STEPS = 50;

    @TempDir
    Path directory;

    private final InMemoryNetwork network = new InMemoryNetwork(1);
    private final Client a = new Client(options("node-a"));
    private final Client b = new Client(options("node-b"));

    private static ClientOptions options(String node) {
        return ClientOptions.memoryOnly(node);
    }

    @BeforeEach
    void open() {
        open(a).orElseThrow();
        open(b).orElseThrow();
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private Result<Unit> open(Client client) {
        return client.open(network.connect(NodeId.of(client.nodeId()).orElseThrow()));
    }

    private void tickBoth() {
        tickBoth(a, b);
    }

    private static void tickBoth(Client one, Client other) {
        for (int i = 0; i < STEPS; i++) {
            assertTrue(one.tick().isOk());
            assertTrue(other.tick().isOk());
        }
    }

    private static long outboxOf(Client client) {
        return client.syncState().orElseThrow().outboxSize();
    }

    /** Whoever closes waits for the step that is under way, and that for the listener. */
    @Test
    @Timeout(60)
    void aListenerMayCloseWhatAnotherThreadIsClosing() throws Exception {
        AtomicReference<Thread> closer = new AtomicReference<>();
        AtomicInteger events = new AtomicInteger();
        CountDownLatch told = new CountDownLatch(1);
        CompletableFuture<Result<Unit>> opened = new CompletableFuture<>();
        a.addSyncListener(event -> {
                    if (events.getAndIncrement() > 0) {
                        return;
                    }
                    told.countDown();
                    while (closer.get() == null || closer.get().getState() != Thread.State.WAITING) {
                        Thread.onSpinWait();
                    }
                    a.close();
                    opened.complete(open(a));
                })
                .orElseThrow();
        a.startSync().orElseThrow();
        b.startSync().orElseThrow();
        told.await();
        Thread closing = new Thread(a::close);
        closing.start();
        closer.set(closing);
        closing.join();
        assertEquals(ErrorCode.INVALID_STATE, opened.get().error().code());
        assertFalse(a.isOpen());
        open(a).orElseThrow();
    }

    @Test
    void whatOneWritesTheOtherHas() {
        a.put("doc/1", "text").orElseThrow();
        a.put("doc/2", "gone").orElseThrow();
        a.remove("doc/2").orElseThrow();
        tickBoth();
        assertEquals("text", b.get("doc/1").orElseThrow().asString());
        assertEquals(
                List.of("doc/1"), b.entries("doc/").map(e -> e.key().asString()).toList());
    }

    @Test
    void twoThatWroteApartKeepBothAndAgreeOnOne() throws Exception {
        network.cutOff(Set.of(NodeId.of("node-a").orElseThrow()));
        BlockingQueue<SyncEvent> told = new LinkedBlockingQueue<>();
        a.addSyncListener(told::add).orElseThrow();
        a.put("doc/1", "local").orElseThrow();
        b.put("doc/1", "remote").orElseThrow();
        a.put("only/a", "1").orElseThrow();
        b.put("only/b", "2").orElseThrow();
        tickBoth();
        assertEquals("local", a.get("doc/1").orElseThrow().asString());
        assertEquals("remote", b.get("doc/1").orElseThrow().asString());

        network.cutOff(Set.of());
        tickBoth();

        assertEquals(3, a.entries("").toList().size());
        assertEquals(a.get("doc/1"), b.get("doc/1"));
        assertEquals(a.get("only/a"), b.get("only/a"));
        assertEquals(a.get("only/b"), b.get("only/b"));
        Conflict ofA = a.conflicts().orElseThrow().get(0);
        assertEquals(List.of(ofA), b.conflicts().orElseThrow());
        boolean localLost = ofA.lost().orElseThrow().asString().equals("local");
        assertEquals(
                localLost ? "remote" : "local", a.get("doc/1").orElseThrow().asString());
        SyncEvent.ConflictDecided event = told.stream()
                .filter(SyncEvent.ConflictDecided.class::isInstance)
                .map(SyncEvent.ConflictDecided.class::cast)
                .findFirst()
                .orElseThrow();
        assertEquals(ofA, event.conflict());
        assertEquals(1, a.takeConflicts(List.of(ofA.loser())).orElseThrow());
        assertEquals(List.of(), a.conflicts().orElseThrow());
    }

    @Test
    void whatAPolicyKeepsBesideEachOtherStaysUntilItIsResolved() {
        a.close();
        b.close();
        try (Client c = new Client(options("node-c").withPolicy("doc/", ConflictPolicy.MANUAL));
                Client d = new Client(options("node-d").withPolicy("doc/", ConflictPolicy.MANUAL))) {
            open(c).orElseThrow();
            open(d).orElseThrow();
            c.put("doc/1", "of c").orElseThrow();
            d.put("doc/1", "of d").orElseThrow();
            tickBoth(c, d);
            assertEquals(List.of(Key.of("doc/1")), c.contested().orElseThrow());
            List<Standing> seen = c.standing("doc/1").orElseThrow();
            assertEquals(2, seen.size());

            assertFalse(c.resolve("doc/1", Optional.of(Value.fromString("too late")), 0)
                    .orElseThrow());
            assertTrue(c.resolve(
                            "doc/1",
                            Optional.of(Value.fromString("both")),
                            seen.get(0).sequence())
                    .orElseThrow());
            tickBoth(c, d);
            assertEquals(List.of(), d.contested().orElseThrow());
            assertEquals("both", d.get("doc/1").orElseThrow().asString());
        }
    }

    @Test
    void nothingHasFailed() {
        assertEquals(List.of(), a.failed().orElseThrow());
        OperationId id = new OperationId(NodeId.of("node-a").orElseThrow(), 1, 1);
        assertEquals(ErrorCode.NOT_FOUND, a.retry(id).error().code());
        assertEquals(ErrorCode.NOT_FOUND, a.discard(id).error().code());
    }

    @Test
    void whatAnotherOneRejectsHasFailedAndCanBeRetriedOrGivenUp() {
        ClientOptions strict = options("node-c")
                .withAdmission((origin, operation) -> operation.key().asString().startsWith("secret/")
                        ? Optional.of("no secrets here")
                        : Optional.empty());
        try (Client c = new Client(strict.withLargestValue(100))) {
            open(c).orElseThrow();
            tickBoth(a, c);
            a.put("secret/1", "x").orElseThrow();
            a.put("large", new byte[101]).orElseThrow();
            a.put("other", "x").orElseThrow();
            tickBoth(a, c);
            assertFalse(c.contains("secret/1") || c.contains("large"));
            assertTrue(c.contains("other"));
            List<FailedOperation> failed = a.failed().orElseThrow();
            assertEquals(
                    List.of("no secrets here", "value has 101 bytes, and at most 100 are taken"),
                    failed.stream().map(FailedOperation::reason).toList());
            assertEquals(2, a.syncState().orElseThrow().failedCount());
            a.discard(failed.get(0).id()).orElseThrow();
            a.retry(failed.get(1).id()).orElseThrow();
            tickBoth(a, c);
            assertEquals(4, a.failed().orElseThrow().get(0).id().counter(), "rejected again, as a new one");
        }
    }

    @Test
    void aThreadOfItsOwnExchangesUntilItIsStopped() throws Exception {
        BlockingQueue<EntryChange> changes = new LinkedBlockingQueue<>();
        b.watch("", changes::add).orElseThrow();
        a.startSync().orElseThrow();
        a.startSync().orElseThrow();
        b.startSync().orElseThrow();
        a.put("key", "1").orElseThrow();
        assertEquals("key", next(changes).key().asString());

        a.stopSync().orElseThrow();
        a.stopSync().orElseThrow();
        a.put("key", "2").orElseThrow();
        assertEquals("1", b.get("key").orElseThrow().asString());

        a.startSync().orElseThrow();
        assertEquals(2, next(changes).version());
    }

    private static EntryChange next(BlockingQueue<EntryChange> changes) throws InterruptedException {
        EntryChange change = changes.poll(1, TimeUnit.MINUTES);
        assertNotNull(change, "no change came");
        return change;
    }

    @Test
    void aPutNeverWaitsForAPeer() {
        network.loseOneIn(1);
        a.startSync().orElseThrow();
        assertTrue(a.put("key", "value").isOk());
        assertEquals(1, outboxOf(a));
    }

    @Test
    void reportsSayWhoAndWhere() {
        assertEquals(
                NodeId.of("node-a").orElseThrow(), a.syncReport().orElseThrow().node());
        assertEquals(Optional.of("memory:node-a"), a.syncReport().orElseThrow().address());
        assertTrue(a.peers().isOk());
    }

    @Test
    void startingWithoutATransportIsFine() {
        try (Client alone = new Client(ClientOptions.memoryOnly("alone"))) {
            alone.open().orElseThrow();
            alone.startSync().orElseThrow();
            alone.put("key", "value").orElseThrow();
            alone.stopSync().orElseThrow();
            assertEquals(1, outboxOf(alone));
        }
    }

    @Test
    void aClosedClientHasLeftTheNetworkAndMayComeBack() {
        a.close();
        assertEquals(List.of(), b.syncReport().orElseThrow().links());
        open(a).orElseThrow();
        a.put("key", "value").orElseThrow();
        tickBoth();
        assertTrue(b.contains("key"));
    }

    @Test
    void whoIsNotOpenedLeavesTheNetworkToo() {
        Client refused = new Client(options("node-c").withDiscovery(true));
        assertEquals(ErrorCode.PROVIDER_MISSING, open(refused).error().code());
        assertFalse(refused.isOpen());
        assertEquals(1, b.syncReport().orElseThrow().links().size());
    }

    @Test
    void aBackupIsACopyOfTheData() {
        try (Client durable = new Client(
                ClientOptions.persistent("node-d", directory.resolve("d.wal").toString()))) {
            durable.open().orElseThrow();
            durable.put("key", "value").orElseThrow();
            assertEquals(
                    1, durable.backup(directory.resolve("copy")).orElseThrow().entries());
        }
        try (Client copy = new Client(
                ClientOptions.persistent("node-d", directory.resolve("copy").toString()))) {
            copy.open().orElseThrow();
            assertEquals("value", copy.get("key").orElseThrow().asString());
        }
    }
}
