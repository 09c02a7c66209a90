package softadastra.it.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.sync.TickResult;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;

/**
 * Messages as a peer may send them, with their sums put right or not. A node takes them or refuses them, goes on, and its log opens
 * again to what its readers saw.
 *
 * <pre>
 * input = { how:u8 (bit 0: as it comes; bit 1: a step before the next)  length:u16  message } *
 * </pre>
 */
final class MessageTarget implements FuzzTarget.Body {

    static final int AS_IT_COMES = 1;
    static final int STEP = 2;
    static final NodeId NODE = NodeId.of("laptop").orElseThrow();
    static final NodeId PEER = NodeId.of("phone").orElseThrow();

    /** Stands in an input for the epoch of the node that receives, which is another one each time. */
    static final long EPOCH = 0x5EED_5EED_5EED_5EEDL;

    /** With what a step may answer messages that make sense each for itself. */
    private static final Set<ErrorCode> REFUSALS = Set.of(ErrorCode.ORIGIN_FORK, ErrorCode.INVALID_ARGUMENT);

    @Override
    public void accept(FuzzInput input) {
        try (Wal wal = Wal.open(WalConfig.memory().withNodeId(NODE.value())).orElseThrow()) {
            String before;
            try (StoreEngine store = open(wal)) {
                FedTransport transport = new FedTransport(PEER);
                try (SyncEngine engine =
                        SyncEngine.open(store, SyncConfig.local(), transport).orElseThrow()) {
                    store.put(Key.of("mine"), Value.fromString("here")).orElseThrow();
                    feed(input, engine, transport, store.identity().epoch());
                    // Whatever came, it goes on.
                    step(engine);
                    engine.state().orElseThrow();
                    engine.conflicts().orElseThrow();
                    engine.report().orElseThrow();
                    store.put(Key.of("mine"), Value.fromString("later")).orElseThrow();
                    step(engine);
                }
                before = describe(store);
            }
            try (StoreEngine store = open(wal)) {
                assertEquals(before, describe(store));
                try (SyncEngine engine = SyncEngine.open(store, SyncConfig.local(), new FedTransport(PEER))
                        .orElseThrow()) {
                    step(engine);
                }
            }
        }
    }

    private static void feed(FuzzInput input, SyncEngine engine, FedTransport transport, long epoch) {
        while (!input.isEmpty()) {
            int how = input.next();
            byte[] message = addressed(input.take(input.nextShort()), EPOCH, epoch);
            transport.feed((how & AS_IT_COMES) != 0 ? message : summed(message));
            if ((how & STEP) != 0) {
                step(engine);
            }
        }
    }

    private static void step(SyncEngine engine) {
        Result<TickResult> result = engine.tick();
        if (result.isErr() && !REFUSALS.contains(result.error().code())) {
            throw new AssertionError("a step answered " + result.error());
        }
    }

    private static StoreEngine open(Wal wal) {
        return StoreEngine.open(StoreConfig.of(wal.config()), wal).orElseThrow();
    }

    private static String describe(StoreEngine store) {
        return store.size()
                + store.entries()
                        .map(entry -> "\n" + entry + " "
                                + Arrays.hashCode(entry.value().bytes()))
                        .collect(Collectors.joining())
                + "\n" + store.context();
    }

    /** Puts one epoch in the place of another. */
    static byte[] addressed(byte[] message, long from, long to) {
        ByteBuffer bytes = ByteBuffer.wrap(message.clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + Long.BYTES <= message.length; at++) {
            if (bytes.getLong(at) == from) {
                bytes.putLong(at, to);
            }
        }
        return bytes.array();
    }

    private static byte[] summed(byte[] message) {
        if (message.length < Integer.BYTES) {
            return message;
        }
        CRC32C sum = new CRC32C();
        sum.update(message, 0, message.length - Integer.BYTES);
        ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.putInt(message.length - Integer.BYTES, (int) sum.getValue())
                .array();
    }
}
