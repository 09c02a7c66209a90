package softadastra.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Entry;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.sync.TransportConfig;

/** Two nodes in this process, each with a durable log, over HTTP on the loopback address. */
final class SyncPair implements AutoCloseable {

    private static final TransportConfig LISTENING = TransportConfig.none().withListen("127.0.0.1:0");

    private final StoreEngine one;
    private final StoreEngine other;
    private final SyncEngine oneSync;
    private final SyncEngine otherSync;

    /** Opens both nodes, in folders named after them; nothing is exchanged before they are started. */
    SyncPair(Path directory, CheckpointPolicy checkpoints) {
        one = store(directory, "one", checkpoints);
        other = store(directory, "other", checkpoints);
        otherSync = SyncEngine.open(other, SyncConfig.local().withNetwork(LISTENING))
                .orElseThrow();
        String address = otherSync.report().orElseThrow().address().orElseThrow();
        oneSync = SyncEngine.open(one, SyncConfig.local().withNetwork(LISTENING.withPeers(List.of(address))))
                .orElseThrow();
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
