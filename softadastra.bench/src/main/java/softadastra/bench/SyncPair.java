package softadastra.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Entry;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncTransportProvider;
import softadastra.sync.TransportConfig;
import softadastra.sync.TransportHost;

/** Two nodes in this process, each with a durable log, over HTTP on the loopback address. */
final class SyncPair implements AutoCloseable {

    private static final TransportConfig LISTENING = TransportConfig.none().withListen("127.0.0.1:0");
    private static final int MAX_MESSAGE_BYTES = 72 << 20;

    private final StoreEngine one;
    private final StoreEngine other;
    private final CountedTransport oneWay;
    private final CountedTransport otherWay;
    private final SyncEngine oneSync;
    private final SyncEngine otherSync;

    /** Opens both nodes, in folders named after them; nothing is exchanged before they are started. */
    SyncPair(Path directory, CheckpointPolicy checkpoints) {
        one = store(directory, "one", checkpoints);
        other = store(directory, "other", checkpoints);
        otherWay = transport(other, LISTENING);
        otherSync = SyncEngine.open(other, SyncConfig.local(), otherWay).orElseThrow();
        oneWay = transport(one, LISTENING.withPeers(List.of(otherWay.address().orElseThrow())));
        oneSync = SyncEngine.open(one, SyncConfig.local(), oneWay).orElseThrow();
    }

    /** What a sync engine would open itself, with what it is handed counted. */
    private static CountedTransport transport(StoreEngine store, TransportConfig config) {
        SyncTransportProvider http = ServiceLoader.load(SyncTransportProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals("http"))
                .findFirst()
                .orElseThrow();
        NodeId node = store.identity().node();
        return new CountedTransport(http.open(config, new TransportHost() {
                    @Override
                    public NodeId node() {
                        return node;
                    }

                    @Override
                    public int maxMessageBytes() {
                        return MAX_MESSAGE_BYTES;
                    }

                    @Override
                    public Result<SyncReport> report() {
                        return Result.err(ErrorCode.INVALID_STATE, "nobody looks at the status page");
                    }
                })
                .orElseThrow());
    }

    /** How many messages both nodes have sent so far. */
    long messages() {
        return oneWay.messages() + otherWay.messages();
    }

    /** How many bytes were in them, without what the transport adds. */
    long bytes() {
        return oneWay.bytes() + otherWay.bytes();
    }

    static StoreEngine store(Path directory, String name, CheckpointPolicy checkpoints) {
        return StoreEngine.open(StoreConfig.durable(directory.resolve(name))
                        .withNodeId(name)
                        .withCheckpoints(checkpoints))
                .orElseThrow();
    }

    void start() {
        var unused = otherSync.start().orElseThrow();
        var unusedToo = oneSync.start().orElseThrow();
    }

    StoreEngine one() {
        return one;
    }

    StoreEngine other() {
        return other;
    }

    /** Waits until the first node knows that the other one has everything. */
    void awaitSynced() {
        await(() -> oneSync.state().orElseThrow().outboxSize() == 0 && other.size() == one.size());
    }

    /** Waits for something to become true, looking each fifth of a millisecond. */
    static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(200_000);
        }
    }

    /** Compares what both have, entry by entry. */
    void verify() {
        List<Entry> entries = one.entries().toList();
        WrongResultException.require(entries.size(), other.size(), "entries of the other node");
        long equal = entries.stream()
                .filter(entry -> other.get(entry.key()).stream()
                        .anyMatch(there -> there.value().equals(entry.value())))
                .count();
        WrongResultException.require(entries.size(), equal, "entries that both nodes have");
    }

    @Override
    public void close() {
        oneSync.close();
        otherSync.close();
        one.close();
        other.close();
    }
}
