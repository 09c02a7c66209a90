package softadastra.sync;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.store.CheckpointPolicy;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;
import softadastra.wal.tck.fault.CrashChoice;
import softadastra.wal.tck.fault.SimulatedStorage;

/** A node of a simulation: a store on a real log, with a clock of its own, that can be killed. */
final class SimulatedNode {

    private final NodeId id;
    private final boolean onDisk;
    private final boolean autoFlush;
    private final SimulationBug bug;
    private final SplittableRandom random;
    private final Map<Long, Long> epochs = new HashMap<>();
    private final LongSupplier time;
    private long skewMillis;
    private Optional<Subscription> subscription = Optional.empty();
    private SimulatedStorage disk = SimulatedStorage.create();
    private @Nullable SimulatedStorage settled;
    private @Nullable Wal memory;
    private @Nullable SeededProvider provider;
    private @Nullable StoreEngine store;
    private @Nullable Exchange exchange;
    private @Nullable SimulatedContents contents;
    private long contentsAt;

    SimulatedNode(
            NodeId id,
            boolean onDisk,
            boolean autoFlush,
            SimulationBug bug,
            SplittableRandom random,
            LongSupplier time) {
        this.id = id;
        this.onDisk = onDisk;
        this.autoFlush = autoFlush;
        this.bug = bug;
        this.random = random;
        this.time = time;
    }

    NodeId id() {
        return id;
    }

    boolean isUp() {
        return store != null;
    }

    boolean autoFlush() {
        return autoFlush;
    }

    boolean onDisk() {
        return onDisk;
    }

    StoreEngine store() {
        return Objects.requireNonNull(store);
    }

    Exchange exchange() {
        return Objects.requireNonNull(exchange);
    }

    /** What it shows; looked at again only when its log has gone on, since nothing else may change that. */
    SimulatedContents contents() {
        long sequence = Objects.requireNonNull(provider).lastSequence();
        SimulatedContents seen = contents;
        if (seen == null || sequence != contentsAt) {
            seen = SimulatedContents.of(store(), subscription());
            contents = seen;
            contentsAt = sequence;
        }
        return seen;
    }

    /** Before it is started for the first time. */
    void subscribe(Subscription value) {
        subscription = Optional.of(value);
    }

    /** Which keys it wants. */
    Subscription subscription() {
        return subscription.orElse(Subscription.EVERYTHING);
    }

    void skew(long millis) {
        skewMillis = millis;
    }

    private InstantSource clock() {
        return () -> Instant.ofEpochMilli(time.getAsLong() + skewMillis);
    }

    private long epoch(long real) {
        return epochs.computeIfAbsent(real, unused -> random.nextLong());
    }

    private static final List<WalProvider> PROVIDERS = WalProviders.available().value();

    private static WalProvider real(String name) {
        return PROVIDERS.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    void start(SyncTransport transport) {
        boolean lying = bug == SimulationBug.ACK_BEFORE_FORCE;
        StoreEngine opened;
        if (onDisk) {
            SimulatedStorage current = disk;
            provider = new SeededProvider(real("file"), this::epoch, lying);
            WalConfig config = WalConfig.durable(id + ".wal")
                    .withNodeId(id.value())
                    .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                    .withStorage(path -> current)
                    .withClock(clock())
                    .withAutoFlush(autoFlush)
                    .withProvider(provider);
            opened = StoreEngine.open(StoreConfig.of(config).withCheckpoints(CheckpointPolicy.manual()))
                    .orElseThrow();
        } else {
            Wal log = memory == null ? openMemory() : memory;
            memory = log;
            opened = StoreEngine.open(StoreConfig.of(log.config()).withCheckpoints(CheckpointPolicy.manual()), log)
                    .orElseThrow();
        }
        // What is done while a checkpoint is being loaded depends on time.
        var unused = opened.awaitLoaded().orElseThrow();
        contents = null;
        store = opened;
        exchange = Exchange.open(
                        opened,
                        transport,
                        random.split(),
                        bug.rules(clock(), SimulationRejections.admission(id), subscription))
                .orElseThrow();
        settle();
    }

    private Wal openMemory() {
        provider = new SeededProvider(real("memory"), this::epoch, false);
        WalConfig config =
                WalConfig.memory().withNodeId(id.value()).withClock(clock()).withProvider(provider);
        return Wal.open(config).orElseThrow();
    }

    /**
     * Everything is durable. What a log without automatic flush hands to the disk from here on depends on time; so that a run can be
     * repeated, a kill loses all of it.
     */
    void settle() {
        if (onDisk && !autoFlush) {
            settled = disk.crash(CrashChoice.nothingWritten());
        }
    }

    /** Kills it. A log on disk loses what was not forced. */
    void kill() {
        if (onDisk) {
            SimulatedStorage after = settled == null ? disk.crash(CrashChoice.nothingWritten()) : settled;
            store().close();
            disk = after;
        } else {
            store().close();
        }
        store = null;
        exchange = null;
    }

    void close() {
        if (store != null) {
            store.close();
        }
        if (memory != null) {
            memory.close();
        }
    }
}
