package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.sync.TransportConfig;

/**
 * Beside those who are idle, slow, endless or make no sense, whole nodes exchange what is written, and it is all that any store gets.
 * {@code -Dsoftadastra.http.idle=N} and {@code -Dsoftadastra.http.hostile=N} change how many there are.
 */
class HostileSyncTest {
    private static final long SEED = 5;
    private static final int IDLE = Integer.getInteger("softadastra.http.idle", 1_000);
    private static final int HOSTILE = Integer.getInteger("softadastra.http.hostile", 100);

    /** Over TLS there are fewer: each has cost both sides a handshake, and both are this JVM. */
    private static final int FEWER = 5;

    private static final int WRITES = 50;
    private static final int GARBAGE = 200;
    private static final long MAX_GROWTH = 32 << 20;
    private static final String TOKEN = "a token of the hostile test";

    /** What begins a record of 512 bytes, in which a client says hello. */
    private static final byte[] HALF_HELLO = {22, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3};

    @TempDir
    Path directory;

    @Test
    void nodesSynchroniseBesideThousandIdleAndHundredHostileConnections() throws Exception {
        TransportConfig config = TransportConfig.none().withToken(TOKEN);
        try (SyncNode hub = new SyncNode("hub", config.withListen("127.0.0.1:0"), SyncNode.limits())) {
            TransportConfig calling = config.withPeers(List.of("http://127.0.0.1:" + hub.port()));
            Attack.Entry entry = () -> new RawSocket(hub.port());
            try (Beside beside = new Beside(hub, calling, SyncNode.limits())) {
                beside.load(entry, IDLE, HOSTILE);
                insult(hub);
                beside.exchange();
            }
            assertEquals(GARBAGE, hub.report().malformed());
        }
    }

    @Test
    void nodesSynchroniseOverTlsBesideIdleAndHostileConnections() throws Exception {
        Keys keys = new Keys(directory).make("hub", "ip:127.0.0.1").make("other", "dns:other");
        SSLContext trusting = keys.context("", "hub");
        // All come from one address here, which is one address's worth of handshakes.
        HttpLimits limits = SyncNode.limits().withStrangersPerSecond(1_000_000);
        TransportConfig config = TransportConfig.none().withToken(TOKEN);
        try (SyncNode hub =
                new SyncNode("hub", config.withListen("127.0.0.1:0").withTls(keys.context("hub", "other")), limits)) {
            TransportConfig calling = config.withTls(trusting).withPeers(List.of("https://127.0.0.1:" + hub.port()));
            AtomicInteger next = new AtomicInteger();
            // In turn: through the handshake, in the middle of it, and one that speaks no TLS.
            Attack.Entry entry = () -> switch (next.getAndIncrement() % 4) {
                case 0, 1 -> new RawSocket(hub.port(), trusting);
                case 2 -> new RawSocket(hub.port()).send(HALF_HELLO);
                default -> new RawSocket(hub.port());
            };
            try (Beside beside = new Beside(hub, calling, limits)) {
                beside.load(entry, IDLE / FEWER, HOSTILE / FEWER);
                beside.exchange();
            }
        }
    }

    /** Somebody who may come in says what makes no sense. */
    private static void insult(SyncNode hub) throws IOException {
        Speaker insider = new Speaker(hub.port(), Optional.of(TOKEN), "insider").open();
        Random random = new Random(SEED);
        for (int i = 1; i <= GARBAGE; i++) {
            byte[] message = new byte[1 + random.nextInt(300)];
            random.nextBytes(message);
            assertEquals(200, insider.once(insider.messages(i, message)).status());
        }
    }

    /** A good node beside all the others. */
    private static final class Beside implements AutoCloseable {
        private final SyncNode hub;
        private final TransportConfig calling;
        private final HttpLimits limits;
        private final SyncNode leaf;
        private final Map<String, String> expected = new TreeMap<>();
        private final List<RawSocket> idle = new ArrayList<>();
        private final List<Attack> attacks = new ArrayList<>();
        private Heap heap = new Heap();
        private int strangers;

        Beside(SyncNode hub, TransportConfig calling, HttpLimits limits) throws InterruptedException {
            this.hub = hub;
            this.calling = calling;
            this.limits = limits;
            this.leaf = new SyncNode("leaf", calling, limits);
            write(hub, leaf, "there before");
            hub.awaitSynced();
            hub.awaitChanged("there before");
        }

        void load(Attack.Entry entry, int idleOnes, int hostileOnes) throws Exception {
            heap = new Heap();
            for (int i = 0; i < idleOnes; i++) {
                idle.add(entry.open());
            }
            Attack attack = new Attack(entry, hostileOnes, SEED);
            attacks.add(attack);
            attack.awaitRound();
            strangers = idleOnes + hostileOnes;
        }

        /** What is written on either side arrives on the other, and with one that comes now; nothing else does. */
        void exchange() throws Exception {
            for (int i = 0; i < WRITES; i++) {
                write(leaf, hub, "leaf " + i);
                leaf.awaitChanged("leaf " + i);
                write(hub, leaf, "hub " + i);
                hub.awaitChanged("hub " + i);
            }
            heap.awaitGrowthBelow(MAX_GROWTH);
            try (SyncNode late = new SyncNode("late", calling, limits)) {
                late.awaitChanges(expected.size());
                assertEquals(expected, late.contents());
                late.put("late", "written late");
                hub.awaitChanged("late");
                leaf.awaitChanged("late");
                expected.put("late", "written late in version 1");
                late.awaitSynced();
            }
            hub.awaitSynced();
            leaf.awaitSynced();
            attacks.get(0).awaitRound();
            assertTrue(hub.transport().counters().connections.sum() >= strangers, "all of them got in");
            assertEquals(expected, hub.contents());
            assertEquals(expected, leaf.contents());
            assertEquals(0, hub.transport().counters().faults.sum());
            assertEquals(Optional.empty(), hub.report().failure());
            assertEquals(0, hub.report().conflicts());
            assertEquals(0, leaf.report().malformed());
        }

        private void write(SyncNode from, SyncNode to, String key) throws InterruptedException {
            from.put(key, "written at " + key);
            to.awaitChanged(key);
            expected.put(key, "written at " + key + " in version 1");
        }

        @Override
        public void close() throws IOException {
            for (Attack attack : attacks) {
                attack.close();
            }
            for (RawSocket socket : idle) {
                socket.close();
            }
            leaf.close();
        }
    }
}
