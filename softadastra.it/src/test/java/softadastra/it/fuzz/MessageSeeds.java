package softadastra.it.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.ConflictPolicy;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;

/** What a node really says to another one, as inputs of {@link MessageTarget}. */
final class MessageSeeds {

    private MessageSeeds() {}

    /** Whole conversations, and each message of them alone. */
    static List<byte[]> all() {
        List<byte[]> all = new ArrayList<>();
        for (boolean checkpoint : new boolean[] {false, true}) {
            List<byte[]> messages = conversation(checkpoint);
            messages.forEach(message -> all.add(input(List.of(message))));
            all.add(input(messages));
        }
        return all;
    }

    private static List<byte[]> conversation(boolean checkpoint) {
        List<byte[]> said = new ArrayList<>();
        SyncConfig config = SyncConfig.local().withPolicy("m/", ConflictPolicy.MANUAL);
        FedTransport here = new FedTransport(MessageTarget.PEER);
        FedTransport there = new FedTransport(MessageTarget.NODE);
        try (StoreEngine store = open(MessageTarget.NODE);
                StoreEngine peer = open(MessageTarget.PEER)) {
            write(store, "laptop");
            write(peer, "phone");
            if (checkpoint) {
                // What is below it goes as what stands, not as operations.
                peer.checkpoint().orElseThrow();
            }
            try (SyncEngine engine = SyncEngine.open(store, config, here).orElseThrow();
                    SyncEngine other = SyncEngine.open(peer, config, there).orElseThrow()) {
                talk(store, engine, here, peer, other, there, said);
            }
        }
        return said;
    }

    private static void talk(
            StoreEngine store,
            SyncEngine engine,
            FedTransport here,
            StoreEngine peer,
            SyncEngine other,
            FedTransport there,
            List<byte[]> said) {
        for (int i = 0; i < 6; i++) {
            engine.tick().orElseThrow();
            here.takeSent().forEach(there::feed);
            other.tick().orElseThrow();
            for (byte[] message : there.takeSent()) {
                said.add(MessageTarget.addressed(message, store.identity().epoch(), MessageTarget.EPOCH));
                here.feed(message);
            }
            if (i == 2) {
                peer.put(Key.of("doc/1"), Value.fromString("again")).orElseThrow();
                peer.remove(Key.of("m/1")).orElseThrow();
            }
        }
    }

    private static StoreEngine open(NodeId node) {
        return StoreEngine.open(StoreConfig.memoryOnly().withNodeId(node.value()))
                .orElseThrow();
    }

    private static void write(StoreEngine store, String text) {
        store.put(Key.of("doc/1"), Value.fromString(text)).orElseThrow();
        store.put(Key.of("m/1"), Value.fromString(text)).orElseThrow();
        store.put(Key.of("gone/" + text), Value.fromString(text)).orElseThrow();
        store.remove(Key.of("gone/" + text)).orElseThrow();
    }

    private static byte[] input(List<byte[]> messages) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] message : messages) {
            out.write(MessageTarget.STEP);
            out.write(message.length);
            out.write(message.length >> 8);
            out.writeBytes(message);
        }
        return out.toByteArray();
    }
}
