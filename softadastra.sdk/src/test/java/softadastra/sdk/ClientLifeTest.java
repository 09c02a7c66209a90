package softadastra.sdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.store.Batch;
import softadastra.store.OperationId;

/** Opening, closing, and what is said in between and afterwards. */
class ClientLifeTest {

    private static final OperationId NOBODYS =
            new OperationId(NodeId.of("nobody").orElseThrow(), 1, 1);

    @TempDir
    Path directory;

    static List<Function<Client, Result<?>>> calls() {
        return List.of(
                client -> client.put("key", "value"),
                client -> client.put("key", new byte[1]),
                client -> client.put("", "value"),
                client -> client.get("key"),
                client -> client.remove("key"),
                client -> client.write(new Batch()),
                client -> client.appendEvent(ClientTest.EVENT),
                client -> client.flush(),
                client -> client.syncState(),
                client -> client.tick(),
                client -> client.startSync(),
                client -> client.stopSync(),
                client -> client.peers(),
                client -> client.conflicts(),
                client -> client.syncReport(),
                client -> client.takeConflicts(List.of()),
                client -> client.standing("key"),
                client -> client.contested(),
                client -> client.resolve("key", Optional.empty(), 1),
                client -> client.failed(),
                client -> client.retry(NOBODYS),
                client -> client.discard(NOBODYS),
                client -> client.forget("node-b"),
                client -> client.forget(""),
                client -> client.leave(),
                client -> client.awaitSynced(Duration.ZERO),
                client -> client.addSyncListener(event -> {}),
                client -> client.watch("", change -> {}),
                client -> client.backup(Path.of("nowhere")),
                client -> Result.attempt(() -> client.entries("").count()),
                client -> Result.attempt(() -> client.contains("key")),
                client -> Result.attempt(client::size),
                client -> Result.attempt(client::isEmpty));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void everyCallOnAClientThatIsNotOpenSaysSo(Function<Client, Result<?>> call) {
        Client client = new Client(ClientOptions.memoryOnly("node-a"));
        assertNotOpen(call.apply(client));
        client.open().orElseThrow();
        client.close();
        assertNotOpen(call.apply(client));
        client.close();
    }

    private static void assertNotOpen(Result<?> result) {
        assertEquals(ErrorCode.INVALID_STATE, result.error().code());
        assertEquals("client is not open", result.error().message());
    }

    @Test
    void methodsWithoutAResultThrowIt() {
        Client client = new Client(ClientOptions.memoryOnly("node-a"));
        assertEquals(
                ErrorCode.INVALID_STATE,
                assertThrows(SoftadastraException.class, client::size).code());
    }

    @Test
    void aClientInMemoryForgetsWhenItIsClosedAndMayBeOpenedAgain() {
        Client client = new Client(ClientOptions.memoryOnly("node-a"));
        client.open().orElseThrow();
        client.put("a", "1").orElseThrow();
        client.close();
        assertFalse(client.isOpen());
        client.open().orElseThrow();
        assertTrue(client.isEmpty());
        client.close();
    }

    @Test
    void openingAnOpenClientIsRefusedAndHurtsNothing() {
        try (Client client = new Client(ClientOptions.memoryOnly("node-a"))) {
            client.open().orElseThrow();
            client.put("a", "1").orElseThrow();
            Result<Unit> again = client.open();
            assertEquals(ErrorCode.INVALID_STATE, again.error().code());
            assertEquals("client is already open", again.error().message());
            assertTrue(client.contains("a"));
        }
    }

    static List<Function<Client, Result<?>>> readsAndWrites() {
        return List.of(
                client -> client.put("key", "value"),
                client -> client.get("key"),
                client -> client.syncState(),
                client -> Result.attempt(() -> client.contains("key")));
    }

    @ParameterizedTest
    @MethodSource("readsAndWrites")
    void callsThatTheCloserOvertakesAreToldThatTheClientIsNotOpen(Function<Client, Result<?>> call) {
        int callers = 4;
        Client client = new Client(ClientOptions.persistent(
                "node-a", directory.resolve("node-a.wal").toString()));
        client.open().orElseThrow();
        client.put("key", "value").orElseThrow();
        CountDownLatch allHaveCalled = new CountDownLatch(callers);
        List<CompletableFuture<Result<?>>> ends = IntStream.range(0, callers)
                .mapToObj(caller -> CompletableFuture.<Result<?>>supplyAsync(
                        () -> callUntilRefused(client, call, allHaveCalled), command -> new Thread(command).start()))
                .toList();
        assertTrue(awaited(allHaveCalled));

        client.close();

        ends.forEach(end -> assertNotOpen(end.join()));
        client.open().orElseThrow();
        assertTrue(client.contains("key"));
        client.close();
    }

    private static Result<?> callUntilRefused(Client client, Function<Client, Result<?>> call, CountDownLatch called) {
        Result<?> result = call.apply(client);
        called.countDown();
        while (result.isOk()) {
            result = call.apply(client);
        }
        return result;
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
