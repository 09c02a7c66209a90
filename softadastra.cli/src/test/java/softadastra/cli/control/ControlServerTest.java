package softadastra.cli.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.store.ConditionalResult;
import softadastra.store.Key;
import softadastra.store.PutResult;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Who gets through to a node, and what becomes of those who do not. */
class ControlServerTest {
    private static final Key KEY = Key.of("key");

    @TempDir
    Path directory;

    private Path log = Path.of("");
    private OwnNode node;
    private ControlServer server;

    @BeforeEach
    void start() {
        start(directory.resolve("node.wal"));
    }

    private void start(Path at) {
        log = at;
        StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow();
        node = new OwnNode(log, store, Optional.empty());
        server = ControlServer.start(node, "node-a").orElseThrow();
    }

    @AfterEach
    void stop() {
        server.close();
        node.close();
    }

    private RunningNode find() {
        return RunningNode.find(log, stranger -> fail(stranger.display())).orElseThrow();
    }

    private static Result<ConditionalResult<PutResult>> put(Node to) {
        return to.put(KEY, Value.fromString("value"), Condition.NONE);
    }

    @Test
    void whoHasTheSecretGetsThrough() {
        try (RunningNode running = find()) {
            assertEquals("node-a", running.nodeId());
            assertTrue(put(running).isOk());
            assertEquals(node.get(KEY), running.get(KEY));
        }
    }

    @Test
    void onlyTheOwnerMayReadTheSecretAndConnect() throws IOException {
        for (String name : List.of(ControlFile.NAME, ControlFile.SOCKET)) {
            Path file = log.resolve(name);
            if (Files.getFileStore(log).supportsFileAttributeView("posix")) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), name);
            }
        }
    }

    @Test
    void whoHasAnotherSecretIsHungUpOnAndChangesNothing() throws IOException {
        ControlFile file = ControlFile.read(log).orElseThrow().orElseThrow();
        String other =
                (file.secret().startsWith("0") ? "1" : "0") + file.secret().substring(1);
        new ControlFile(file.address(), other).write(log);
        assertEquals(
                ErrorCode.IO_ERROR,
                assertThrows(SoftadastraException.class, this::find).code());
        file.write(log);
        try (RunningNode running = find()) {
            assertEquals(Optional.empty(), running.get(KEY));
        }
        assertEquals(1, server.refused());
    }

    @Test
    void randomBytesAndHalfAHandshakeAreHungUpOn() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        String address = ControlFile.read(log).orElseThrow().orElseThrow().address();
        for (int i = 0; i < 100; i++) {
            try (SocketChannel channel = ControlSocket.connect(log, address)) {
                byte[] bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
                int unused = channel.write(ByteBuffer.wrap(bytes));
            } catch (IOException e) {
                // Hung up on while it was still talking.
                assertTrue(server.refused() > 0);
            }
        }
        try (RunningNode running = find()) {
            assertTrue(put(running).isOk());
        }
    }

    @Test
    void whoSaysNothingIsHungUpOnSoThatManyOfThemDoNotStopAGoodOne() throws IOException {
        String address = ControlFile.read(log).orElseThrow().orElseThrow().address();
        List<SocketChannel> silent = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            silent.add(ControlSocket.connect(log, address));
        }
        // The first is hung up on once its time is over: until then its end is waited for.
        ByteBuffer hello = ByteBuffer.allocate(1024);
        while (silent.get(0).read(hello) >= 0) {
            assertTrue(hello.hasRemaining());
        }
        try (RunningNode running = untilFound()) {
            assertTrue(put(running).isOk());
        }
        for (SocketChannel channel : silent) {
            channel.close();
        }
    }

    @Test
    void connectionsForWhichThereIsNoThreadTakeNoPlace() throws IOException {
        stop();
        AtomicInteger lacking = new AtomicInteger(40);
        StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow();
        node = new OwnNode(log, store, Optional.empty());
        server = ControlServer.start(node, "node-a", work -> new Thread(work) {
                    @Override
                    public synchronized void start() {
                        if (lacking.getAndDecrement() > 0) {
                            throw new OutOfMemoryError("planted: unable to create native thread");
                        }
                        setDaemon(true);
                        super.start();
                    }
                })
                .orElseThrow();
        String address = ControlFile.read(log).orElseThrow().orElseThrow().address();
        while (lacking.get() > 0) {
            try (SocketChannel channel = ControlSocket.connect(log, address)) {
                assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
            }
        }
        try (RunningNode running = find()) {
            assertTrue(put(running).isOk());
        }
    }

    private RunningNode untilFound() {
        while (true) {
            Result<RunningNode> found = Result.attempt(this::find);
            if (found.isOk()) {
                return found.value();
            }
            assertEquals(ErrorCode.IO_ERROR, found.error().code());
        }
    }

    @Test
    void aRequestThatIsNoneIsRefusedAndTheNextOneIsAnswered() throws IOException {
        ControlFile file = ControlFile.read(log).orElseThrow().orElseThrow();
        try (Connection connection = new Connection(ControlSocket.connect(log, file.address()))) {
            assertEquals("node-a", new Handshake(connection, file.secretBytes(), new SecureRandom()).connect());
            SplittableRandom random = new SplittableRandom(11);
            for (int i = 0; i < 2_000; i++) {
                byte[] bytes = new byte[random.nextInt(40)];
                random.nextBytes(bytes);
                ByteWriter frame = new ByteWriter();
                // No write, which random bytes may well be, and no checkpoint.
                frame.writeByte(i % 2 == 0 ? Request.GET.code() : Request.SCAN.code());
                frame.writeBytes(bytes);
                connection.send(frame);
                int kind = Answer.ITEMS;
                while (kind == Answer.ITEMS) {
                    kind = connection.receive(Connection.MAX_FRAME)[0];
                }
                assertTrue(kind == Answer.DONE || kind == Answer.FAILED);
            }
        }
        assertTrue(node.get(KEY).isEmpty());
    }

    @Test
    void aPathTooLongForASocketFileGetsOneOfTheLoopbackAddress() throws IOException {
        stop();
        Path deep = directory.resolve("d".repeat(120));
        Files.createDirectory(deep);
        start(deep.resolve("node.wal"));
        assertTrue(server.address().startsWith("tcp:"), server.address());
        try (RunningNode running = find()) {
            assertTrue(put(running).isOk());
        }
    }

    @Test
    void anImpostorLearnsNothingAndIsNotedAsOne() throws Exception {
        ControlFile file = ControlFile.read(log).orElseThrow().orElseThrow();
        server.close();
        byte[] unknown = HexFormat.of().parseHex("ab".repeat(32));
        assertEquals(ErrorCode.IO_ERROR, meets(file, connection -> {
            boolean accepted = new Handshake(connection, unknown, new SecureRandom()).accept("node-a");
            assertFalse(accepted);
        }));
        assertEquals(ErrorCode.PERMISSION_DENIED, meets(file, connection -> {
            ByteWriter hello = new ByteWriter();
            hello.writeBytes("SDCONTROL".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            hello.writeByte(Handshake.VERSION);
            hello.writeBytes(new byte[32]);
            connection.send(hello);
            byte[] proof = connection.receive(1024);
            ByteWriter made = new ByteWriter();
            made.writeBytes(proof, proof.length - 32, 32);
            made.writeUtf8("node-a");
            connection.send(made);
        }));
        assertEquals(ErrorCode.PERMISSION_DENIED, meets(file, connection -> {
            ByteWriter other = new ByteWriter();
            other.writeUtf8("220 mail.example ESMTP ready for whatever may come");
            connection.send(other);
        }));
    }

    @Test
    void whoHasTheAddressOfANodeThatIsGoneIsNotTakenForIt() throws Exception {
        // Says nothing, as most servers do until they are asked something.
        assertEquals(ErrorCode.IO_ERROR, answersAtThePort(connection -> connection.receive(1)));
        // Another log's node.
        assertEquals(ErrorCode.IO_ERROR, answersAtThePort(connection -> {
            byte[] secret = HexFormat.of().parseHex("ab".repeat(32));
            assertFalse(new Handshake(connection, secret, new SecureRandom()).accept("node-b"));
        }));
        assertEquals(ErrorCode.PERMISSION_DENIED, answersAtThePort(connection -> {
            ByteWriter other = new ByteWriter();
            other.writeUtf8("220 mail.example ESMTP ready for whatever may come");
            connection.send(other);
        }));
    }

    /** What is told of somebody who answers at the port of a node that was killed. */
    private ErrorCode answersAtThePort(Side side) throws Exception {
        ControlFile file = ControlFile.read(log).orElseThrow().orElseThrow();
        try (ServerSocketChannel port =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            int number = ((InetSocketAddress) port.getLocalAddress()).getPort();
            new ControlFile("tcp:" + number, file.secret()).write(log);
            CompletableFuture<Void> talk = CompletableFuture.runAsync(() -> talk(port, side));
            List<SoftadastraError> told = new ArrayList<>();
            assertEquals(Optional.empty(), RunningNode.find(log, told::add, Duration.ofSeconds(1)));
            talk.get();
            assertEquals(1, told.size());
            return told.get(0).code();
        }
    }

    private static void talk(ServerSocketChannel port, Side side) {
        try (Connection connection = new Connection(port.accept())) {
            side.talk(connection);
        } catch (IOException e) {
            // The other side has seen enough.
            assertTrue(port.isOpen());
        }
    }

    @Test
    void anotherReleaseIsToldApart() throws Exception {
        ControlFile file = ControlFile.read(log).orElseThrow().orElseThrow();
        server.close();
        assertEquals(ErrorCode.UNSUPPORTED_VERSION, meets(file, connection -> {
            ByteWriter hello = new ByteWriter();
            hello.writeBytes("SDCONTROL".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            hello.writeByte(Handshake.VERSION + 1);
            hello.writeBytes(new byte[32]);
            connection.send(hello);
        }));
    }

    @Test
    void aWriteWhoseAnswerDoesNotComeIsIndeterminate() throws Exception {
        ControlFile file = ControlFile.read(log).orElseThrow().orElseThrow();
        server.close();
        assertEquals(ErrorCode.INDETERMINATE, meets(file, connection -> {
            assertTrue(new Handshake(connection, file.secretBytes(), new SecureRandom()).accept("node-a"));
            assertTrue(connection.receive(1024).length > 0);
        }));
    }

    /** Has a side of a connection as tests want it. */
    @FunctionalInterface
    private interface Side {
        void talk(Connection connection) throws IOException;
    }

    /** What a put fails with at a node that talks like that. */
    private ErrorCode meets(ControlFile file, Side side) throws Exception {
        ControlSocket.Bound bound = ControlSocket.bind(log);
        new ControlFile(bound.address(), file.secret()).write(log);
        CompletableFuture<Void> talk = CompletableFuture.runAsync(() -> talk(bound.channel(), side));
        try {
            Result<ConditionalResult<PutResult>> result;
            try (RunningNode running = find()) {
                result = put(running);
            } catch (SoftadastraException e) {
                result = Result.err(e.error());
            }
            talk.get();
            return result.error().code();
        } finally {
            bound.channel().close();
        }
    }

    @Test
    void closingAnswersWhatIsUnderWayAndTakesNoMore() {
        try (RunningNode running = find()) {
            assertTrue(put(running).isOk());
            server.close();
            assertEquals(ErrorCode.INDETERMINATE, put(running).error().code());
            assertEquals(ErrorCode.IO_ERROR, running.report().error().code());
        }
        assertEquals(Optional.empty(), RunningNode.find(log, stranger -> fail(stranger.display())));
    }
}
