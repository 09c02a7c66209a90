package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import softadastra.core.NodeId;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;

/** Closing waits until the word that a node has left is handed over, and for nothing else. */
class LeavingTest {

    private final InMemoryNetwork network = new InMemoryNetwork(1);

    /** A way that says in which order it was used. */
    private static final class Watched extends Line {
        final List<String> calls = new ArrayList<>();
        boolean fails;

        Watched(SyncTransport on) {
            super(on);
        }

        @Override
        public void send(NodeId to, byte[] message) {
            calls.add("send");
            super.send(to, message);
        }

        @Override
        public boolean drain(Duration patience) {
            calls.add("drain " + patience.toMillis());
            if (fails) {
                throw new IllegalStateException("planted");
            }
            return super.drain(patience);
        }

        @Override
        public void close() {
            calls.add("close");
            super.close();
        }
    }

    private List<String> callsOf(boolean leaves) {
        Watched way = new Watched(network.connect(new NodeId("a")));
        try (StoreEngine ofA = store("a");
                StoreEngine ofB = store("b");
                SyncEngine b = open(ofB, network.connect(new NodeId("b")))) {
            SyncEngine a = open(ofA, way);
            for (int i = 0; i < 20; i++) {
                var ofTheOne = a.tick();
                var ofTheOther = b.tick();
                assertEquals(ofTheOne.isOk(), ofTheOther.isOk());
            }
            way.calls.clear();
            if (leaves) {
                a.leave().orElseThrow();
            }
            a.close();
            a.close();
        }
        return way.calls;
    }

    private static StoreEngine store(String node) {
        return StoreEngine.open(StoreConfig.memoryOnly().withNodeId(node)).orElseThrow();
    }

    private static SyncEngine open(StoreEngine store, SyncTransport transport) {
        return SyncEngine.open(store, SyncConfig.local(), transport).orElseThrow();
    }

    @Test
    void whoHasLeftWaitsUntilThatIsHandedOver() {
        assertEquals(List.of("send", "drain 1000", "close"), callsOf(true));
    }

    @Test
    void aTransportIsClosedAlsoWhereItCannotHandOver() {
        Watched way = new Watched(network.connect(new NodeId("a")));
        way.fails = true;
        try (StoreEngine ofA = store("a")) {
            SyncEngine a = open(ofA, way);
            a.leave().orElseThrow();
            way.calls.clear();
            assertThrows(IllegalStateException.class, a::close);
            assertEquals(List.of("drain 1000", "close"), way.calls);
        }
    }

    @Test
    void whoHasNotLeftWaitsForNothing() {
        assertEquals(List.of("close"), callsOf(false));
    }
}
