package softadastra.sdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.FileEvent;
import softadastra.core.FileMetadata;
import softadastra.core.FilePath;
import softadastra.core.FileState;
import softadastra.core.Result;
import softadastra.store.Batch;
import softadastra.store.BatchResult;
import softadastra.store.Key;
import softadastra.store.PutResult;
import softadastra.store.Value;

/** What a client does while it is open. */
class ClientTest {

    static final FileEvent EVENT = FileEvent.created(
            FileState.of(FilePath.of("docs/file.txt").orElseThrow(), FileMetadata.file(128, Instant.EPOCH)));

    @TempDir
    Path directory;

    private ClientOptions persistent() {
        return ClientOptions.persistent(
                "node-a", directory.resolve("node-a.wal").toString());
    }

    private static Client open(ClientOptions options) {
        Client client = new Client(options);
        client.open().orElseThrow();
        return client;
    }

    @Test
    void putGetRemove() {
        try (Client client = open(ClientOptions.memoryOnly("node-a"))) {
            assertTrue(client.isEmpty());
            assertEquals(
                    new PutResult(true, false, 1, 1),
                    client.put("theme", "dark").orElseThrow());
            assertEquals(
                    new PutResult(false, true, 2, 2),
                    client.put("theme", "light").orElseThrow());
            assertEquals("light", client.get("theme").orElseThrow().asString());
            assertTrue(client.contains("theme"));
            assertEquals(1, client.size());

            assertTrue(client.remove("theme").orElseThrow().deleted());
            assertFalse(client.remove("theme").orElseThrow().deleted());
            assertFalse(client.contains("theme"));
            assertTrue(client.isEmpty());
        }
    }

    @Test
    void bytesComeBackAsTheyWere() {
        byte[] bytes = {0, -1, 127, -128};
        try (Client client = open(ClientOptions.memoryOnly("node-a"))) {
            client.put("binary", bytes).orElseThrow();
            assertArrayEquals(bytes, client.get("binary").orElseThrow().bytes());
        }
    }

    @Test
    void aMissingKeyIsNotFoundByItsName() {
        try (Client client = open(ClientOptions.memoryOnly("node-a"))) {
            Result<Value> got = client.get("nowhere");
            assertEquals(ErrorCode.NOT_FOUND, got.error().code());
            assertEquals("key not found", got.error().message());
            assertEquals("nowhere", got.error().context());
            assertEquals(ErrorCode.NOT_FOUND, client.get("").error().code());
        }
    }

    @Test
    void errorsOfTheStoreComeThroughAsTheyAre() {
        try (Client client = open(ClientOptions.memoryOnly("node-a"))) {
            assertEquals(
                    "invalid key: key is empty", client.put("", "x").error().message());
            assertEquals("invalid key: key is empty", client.remove("").error().message());
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    client.put("\ud800", "x").error().code());
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    client.put("key", "\ud800").error().code());
            assertEquals(0, client.size());
        }
    }

    @Test
    void aBatchIsOneWrite() {
        try (Client client = open(ClientOptions.memoryOnly("node-a"))) {
            Batch batch = new Batch()
                    .put(Key.of("a"), Value.fromString("1"))
                    .put(Key.of("b"), Value.fromString("2"))
                    .remove(Key.of("a"));
            assertEquals(new BatchResult(2, 0, 1, 0, 1, 3), client.write(batch).orElseThrow());
            assertEquals(1, client.size());
        }
    }

    @Test
    void eventsAreInTheLogAndNotInTheStore() {
        try (Client client = open(persistent())) {
            assertEquals(1, client.appendEvent(EVENT).orElseThrow());
            assertTrue(client.isEmpty());
            assertEquals(0, client.syncState().orElseThrow().outboxSize());
            assertEquals(2, client.put("key", "value").orElseThrow().sequence());
        }
    }

    @Test
    void acknowledgedWritesAndTheOutboxOutliveTheClient() {
        try (Client client = open(persistent())) {
            client.put("user:1", "Gaspard").orElseThrow();
            client.put("user:2", "Softadastra").orElseThrow();
            client.put("user:1", "Gaspard Kirira").orElseThrow();
            client.remove("user:2").orElseThrow();
            assertEquals(4, client.syncState().orElseThrow().outboxSize());
        }
        try (Client client = open(persistent())) {
            assertEquals("Gaspard Kirira", client.get("user:1").orElseThrow().asString());
            assertEquals(ErrorCode.NOT_FOUND, client.get("user:2").error().code());
            assertEquals(4, client.syncState().orElseThrow().outboxSize());
        }
    }

    @Test
    void aFastClientIsDurableOnceFlushedOrClosed() {
        ClientOptions options =
                ClientOptions.fast("node-a", directory.resolve("fast.wal").toString());
        try (Client client = open(options)) {
            client.put("a", "1").orElseThrow();
            client.flush().orElseThrow();
            client.put("b", "2").orElseThrow();
        }
        try (Client client = open(options)) {
            assertEquals(2, client.size());
        }
    }

    @Test
    void tickSaysThatThereIsNothingToDo() {
        try (Client client = open(ClientOptions.memoryOnly("node-a"))) {
            client.put("a", "1").orElseThrow();
            assertEquals(
                    "nothing to do: no peer is known, 1 operation waits",
                    client.tick().orElseThrow().summary());
        }
    }

    @Test
    void accessorsAnswerWithoutOpening() {
        Client client = new Client(persistent());
        assertEquals("node-a", client.nodeId());
        assertEquals(persistent().walPath(), client.walPath());
        assertEquals(persistent(), client.options());
        assertFalse(client.isOpen());
        assertFalse(Files.exists(Path.of(client.walPath())));
    }
}
