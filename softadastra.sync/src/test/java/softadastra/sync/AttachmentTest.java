package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** An engine is opened once, whoever asks for it meanwhile. */
@Timeout(60)
class AttachmentTest {

    private final InMemoryNetwork network = new InMemoryNetwork(7);
    private final StoreEngine store = store("node-a");

    private static StoreEngine store(String id) {
        return StoreEngine.open(StoreConfig.memoryOnly().withNodeId(id)).orElseThrow();
    }

    private static NodeId node(String id) {
        return NodeId.of(id).orElseThrow();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Result<SyncEngine> open(Function<TransportHost, Result<SyncTransport>> transport) {
        return SyncEngine.open(store, SyncConfig.local(), transport, Result.ok(Optional.empty()));
    }

    /** Has the log know of another node: then there is something to be told of others. */
    private void meet(StoreEngine other) {
        try (SyncEngine a = SyncEngine.open(store, SyncConfig.local(), network.connect(node("node-a")))
                        .orElseThrow();
                SyncEngine b = SyncEngine.open(other, SyncConfig.local(), network.connect(node("node-b")))
                        .orElseThrow()) {
            exchange(a, b);
        }
        assertTrue(store.replication().isUsed());
    }

    private static void exchange(SyncEngine... engines) {
        for (int i = 0; i < 50; i++) {
            for (SyncEngine each : engines) {
                var unused = each.tick().orElseThrow();
            }
        }
    }

    /** A status page may be asked for as soon as the transport listens. */
    @Test
    void whoAsksForTheReportWhileItIsOpenedWaitsAndIsToldOfTheOneExchange() throws Exception {
        try (StoreEngine other = store("node-b")) {
            meet(other);
            CountDownLatch asking = new CountDownLatch(1);
            CountDownLatch opened = new CountDownLatch(1);
            var page = new Object() {
                Optional<FutureTask<Result<SyncReport>>> report = Optional.empty();
            };
            Function<TransportHost, Result<SyncTransport>> transport = host -> {
                FutureTask<Result<SyncReport>> asked = new FutureTask<>(() -> {
                    asking.countDown();
                    return host.report();
                });
                page.report = Optional.of(asked);
                Thread thread = new Thread(asked);
                thread.start();
                try {
                    asking.await();
                    // Until it waits for its turn, or has got what it is not to get yet.
                    while (!asked.isDone() && thread.getState() != Thread.State.WAITING) {
                        Thread.onSpinWait();
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                assertFalse(asked.isDone(), "nothing is there to report yet");
                opened.countDown();
                return Result.ok(network.connect(node("node-a")));
            };
            try (SyncEngine a = open(transport).orElseThrow();
                    SyncEngine b = SyncEngine.open(other, SyncConfig.local(), network.connect(node("node-b")))
                            .orElseThrow()) {
                SyncReport report = page.report.orElseThrow().get().orElseThrow();
                assertEquals(
                        List.of(node("node-b")),
                        report.peers().stream().map(PeerState::node).toList());
                // By now the other one is there too.
                assertEquals(1, a.report().orElseThrow().links().size(), "it is told of the ways too");
                store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
                exchange(a, b);
                assertEquals(0, a.state().orElseThrow().outboxSize());
                assertTrue(other.get(Key.of("k")).isPresent());
            }
        }
    }

    @Test
    void aTransportThatAsksBeforeItIsThereIsToldThatNothingIs() {
        try (StoreEngine other = store("node-b")) {
            meet(other);
            Function<TransportHost, Result<SyncTransport>> transport = host -> {
                assertEquals(ErrorCode.INVALID_STATE, host.report().error().code());
                return Result.ok(network.connect(node("node-a")));
            };
            try (SyncEngine a = open(transport).orElseThrow();
                    SyncEngine b = SyncEngine.open(other, SyncConfig.local(), network.connect(node("node-b")))
                            .orElseThrow()) {
                store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
                exchange(a, b);
                assertEquals(0, a.state().orElseThrow().outboxSize());
            }
        }
    }

    /** Nobody else has it, so nobody else could let go of its socket and its threads. */
    @Test
    void aTransportIsClosedWhereWhatFollowsItThrows() {
        AtomicInteger closed = new AtomicInteger();
        SyncTransport throwing = new NoTransport() {
            @Override
            public void onArrival(Runnable signal) {
                throw new IllegalStateException("planted");
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
        assertThrows(IllegalStateException.class, () -> open(host -> Result.ok(throwing)));
        assertEquals(1, closed.get());
    }

    /** Whoever closes a transport may have to wait until those are done who ask for the report. */
    @Test
    void whatCouldNotBeOpenedIsClosedWhileOthersGetTheirAnswer() {
        Result<SyncEngine> failed = SyncEngine.open(
                store,
                SyncConfig.local(),
                host -> Result.ok(new NoTransport() {
                    @Override
                    public Set<NodeId> neighbours() {
                        throw new AssertionError("it is never used");
                    }

                    @Override
                    public void close() {
                        FutureTask<Result<SyncReport>> asked = new FutureTask<>(host::report);
                        new Thread(asked).start();
                        try {
                            assertEquals(
                                    ErrorCode.INVALID_STATE, asked.get().error().code());
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }
                }),
                Result.err(ErrorCode.PROVIDER_MISSING, "no peer discovery"));
        assertEquals(ErrorCode.PROVIDER_MISSING, failed.error().code());
    }
}
