package softadastra.it.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
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

    private static final NodeId TABLET = NodeId.of("tablet").orElseThrow();

    /** How long nodes at rest may take until they say what the sum of all they have is: a minute and some. */
    private static final long PATIENCE_NANOS = 120_000_000_000L;

    private static final int FLAGS = 5;
    private static final int CONTENTS = 8;

    /** What the nodes of a conversation are like. */
    private enum Kind {
        PLAIN,
        /** Of what is below it what stands is told, not operations. */
        CHECKPOINT,
        /** The one who is listened to wants some of the keys. */
        SUBSCRIBED,
        /** It also takes only some, and is told that some of its own were not taken. */
        REJECTING,
        /** It knows of somebody else, who takes part. */
        RELAYING,
        /** The same, and has that one fenced. */
        FENCING,
        /** Nothing happens until both compare what they have. */
        RESTING
    }

    /** Whole conversations, and each message of them alone. */
    static List<byte[]> all() {
        List<byte[]> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            List<byte[]> messages = conversation(kind);
            messages.forEach(message -> all.add(input(List.of(message))));
            all.add(input(messages));
        }
        return all;
    }

    private static List<byte[]> conversation(Kind kind) {
        List<byte[]> said = new ArrayList<>();
        SyncConfig config = SyncConfig.local().withPolicy("m/", ConflictPolicy.MANUAL);
        SyncConfig theirs = kind == Kind.SUBSCRIBED ? config.withSubscription("doc/", "gone/") : config;
        FedTransport here = new FedTransport(MessageTarget.PEER);
        FedTransport there = new FedTransport(MessageTarget.NODE);
        try (StoreEngine store = open(MessageTarget.NODE);
                StoreEngine peer = open(MessageTarget.PEER)) {
            write(store, "laptop");
            write(peer, "phone");
            if (kind == Kind.RELAYING || kind == Kind.FENCING) {
                meet(peer, theirs);
            }
            if (kind == Kind.CHECKPOINT) {
                peer.checkpoint().orElseThrow();
            }
            boolean rejects = kind == Kind.REJECTING;
            try (SyncEngine engine = SyncEngine.open(store, rejects ? config.withLargestValue(4) : config, here)
                            .orElseThrow();
                    SyncEngine other = SyncEngine.open(peer, rejects ? theirs.withLargestValue(5) : theirs, there)
                            .orElseThrow()) {
                if (kind == Kind.FENCING) {
                    other.forget(TABLET).orElseThrow();
                }
                talk(store, engine, here, peer, other, there, said);
                if (kind == Kind.RESTING) {
                    said.clear();
                    compare(store, engine, here, other, there, said);
                }
            }
        }
        return said;
    }

    /** Has the tablet become a member. */
    private static void meet(StoreEngine peer, SyncConfig config) {
        FedTransport here = new FedTransport(TABLET);
        FedTransport there = new FedTransport(MessageTarget.PEER);
        try (StoreEngine tablet = open(TABLET);
                SyncEngine engine = SyncEngine.open(peer, config, here).orElseThrow();
                SyncEngine other = SyncEngine.open(tablet, config, there).orElseThrow()) {
            write(tablet, "tablet");
            talk(peer, engine, here, tablet, other, there, new ArrayList<>());
        }
    }

    /** Goes on until sums have been told. */
    private static void compare(
            StoreEngine store,
            SyncEngine engine,
            FedTransport here,
            SyncEngine other,
            FedTransport there,
            List<byte[]> said) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (said.stream().noneMatch(message -> (message[FLAGS] & CONTENTS) != 0)) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("no sums were told");
            }
            LockSupport.parkNanos(100_000_000L);
            exchange(store, engine, here, other, there, said);
        }
    }

    private static void exchange(
            StoreEngine store,
            SyncEngine engine,
            FedTransport here,
            SyncEngine other,
            FedTransport there,
            List<byte[]> said) {
        engine.tick().orElseThrow();
        here.takeSent().forEach(there::feed);
        other.tick().orElseThrow();
        for (byte[] message : there.takeSent()) {
            said.add(MessageTarget.addressed(message, store.identity().epoch(), MessageTarget.EPOCH));
            here.feed(message);
        }
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
            exchange(store, engine, here, other, there, said);
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
