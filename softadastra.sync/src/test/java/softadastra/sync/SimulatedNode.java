package softadastra.sync;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.store.CausalContext;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;
import softadastra.wal.spi.storage.Storage;
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
    private final LongConsumer passing;
    private final long retentionNanos;
    private final int chunkBytes;
    private long skewMillis;
    private Optional<Subscription> subscription = Optional.empty();
    private SimulatedStorage disk = SimulatedStorage.create();
    private @Nullable SimulatedFaults faults;
    private boolean full;
    private long slowMillis;
    private int callsLeft;
    private boolean done;
    private boolean kept;
    private @Nullable SimulatedStorage saved;
    private @Nullable Wal memory;
    private @Nullable SeededProvider provider;
    private @Nullable StoreEngine store;
    private @Nullable Exchange exchange;
    private @Nullable SimulatedContents contents;
    private final Set<Key> leftOut = new TreeSet<>();
    private long contentsAt;

    SimulatedNode(
            NodeId id,
            boolean onDisk,
            boolean autoFlush,
            SimulationBug bug,
            long retentionNanos,
            SplittableRandom random,
            LongSupplier time,
            LongConsumer passing) {
        this.id = id;
        this.onDisk = onDisk;
        this.autoFlush = autoFlush;
        this.bug = bug;
        this.retentionNanos = retentionNanos;
        this.random = random;
        this.time = time;
        this.passing = passing;
        // From one entry or two to most of what there is: what comes in between differs.
        this.chunkBytes = 150 << random.nextInt(5);
    }

    NodeId id() {
        return id;
    }

    /** So long a part of what stands at the node is to be. */
    int chunkBytes() {
        return chunkBytes;
    }

    boolean isUp() {
        return exchange != null;
    }

    /** Has its disk disturb it, from now on or once it is started; nothing happens to a node that has none. */
    void disturb(SplittableRandom random, SimulationCounts counts) {
        int what = random.nextInt(80);
        if (!onDisk) {
            return;
        }
        if (what < 4) {
            callsLeft = 1 + random.nextInt(1 + random.nextInt(12));
            done = random.nextBoolean();
            kept = autoFlush && random.nextBoolean();
        } else if (what < 6) {
            full = !full;
            counts.fullDisks += full ? 1 : 0;
        } else if (what < 8) {
            slowMillis = slowMillis > 0 ? 0 : 1 + random.nextInt(500);
            counts.slowDisks += slowMillis > 0 ? 1 : 0;
        }
        disturb();
    }

    /** Has its disk be as it should be. */
    void calm() {
        callsLeft = 0;
        full = false;
        slowMillis = 0;
        disturb();
        if (faults != null) {
            faults.killIn(0, false, CrashChoice.nothingWritten());
        }
    }

    private void disturb() {
        SimulatedFaults current = faults;
        if (current != null) {
            current.setFull(full);
            current.setSlow(slowMillis);
            if (callsLeft > 0) {
                current.killIn(callsLeft, done, kept ? CrashChoice.everythingWritten() : CrashChoice.nothingWritten());
                callsLeft = 0;
            }
        }
    }

    boolean isFull() {
        return full;
    }

    /** Whether it was killed in the middle of a call, and is still to be {@link #bury buried}. */
    boolean isDead() {
        return faults != null && faults.left() != null;
    }

    /** What is left of it is its disk. */
    void bury() {
        disk = Objects.requireNonNull(Objects.requireNonNull(faults).left());
        faults = null;
        if (store != null) {
            closeQuietly();
        }
    }

    private void closeQuietly() {
        try {
            store().close();
        } catch (SoftadastraException e) {
            // Its disk has failed.
        }
        store = null;
        exchange = null;
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
        long sequence = log().lastSequence();
        SimulatedContents seen = contents;
        if (seen == null || sequence != contentsAt) {
            seen = SimulatedContents.of(store(), key -> subscription().matches(key) && !leftOut.contains(key));
            contents = seen;
            contentsAt = sequence;
        }
        return seen;
    }

    /** What stands under a key is not compared from here on. */
    void leaveOut(Key key) {
        leftOut.add(key);
        contents = null;
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
        long log = bug == SimulationBug.COUNTERS_REUSED ? 0 : real;
        return epochs.computeIfAbsent(log, unused -> random.nextLong());
    }

    private static final List<WalProvider> PROVIDERS = WalProviders.available().value();

    private static WalProvider real(String name) {
        return PROVIDERS.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Starts it; false if it was killed, or its disk was full, before it was there. */
    boolean start(SyncTransport transport) {
        try {
            open(transport);
            return true;
        } catch (SoftadastraException e) {
            if (!isDead() && !full) {
                throw e;
            }
            if (store != null) {
                closeQuietly();
            }
            if (isDead()) {
                bury();
            }
            return false;
        }
    }

    private void open(SyncTransport transport) {
        StoreEngine opened;
        if (onDisk) {
            SimulatedFaults current = new SimulatedFaults(disk, passing);
            faults = current;
            disturb();
            provider = new SeededProvider(real("file"), this::epoch, bug.lies());
            opened = openStore(current, provider).orElseThrow();
        } else {
            Wal log = memory == null ? openMemory() : memory;
            memory = log;
            opened = StoreEngine.open(StoreConfig.of(log.config()).withCheckpoints(CheckpointPolicy.manual()), log)
                    .orElseThrow();
        }
        contents = null;
        store = opened;
        // What is done while a checkpoint is being loaded depends on time.
        var unused = opened.awaitLoaded().orElseThrow();
        exchange = Exchange.open(
                        opened,
                        transport,
                        random.split(),
                        bug.rules(
                                clock(), retentionNanos, SimulationRejections.admission(id), subscription, chunkBytes))
                .orElseThrow();
    }

    private Result<StoreEngine> openStore(Storage storage, WalProvider logs) {
        WalConfig config = WalConfig.durable(id + ".wal")
                .withNodeId(id.value())
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                .withStorage(path -> storage)
                .withClock(clock())
                .withAutoFlush(autoFlush)
                .withProvider(logs);
        return StoreEngine.open(StoreConfig.of(config).withCheckpoints(CheckpointPolicy.manual()));
    }

    /** Its log, as far as it is up. */
    SeededProvider.SeededLog log() {
        return Objects.requireNonNull(provider).opened();
    }

    /** What it would hold if it was killed now, and nothing was left but what is forced; a log in memory has all. */
    CausalContext heldAfterKill() {
        if (!onDisk) {
            return store().context();
        }
        SimulatedStorage left = disk.crash(CrashChoice.nothingWritten());
        try (StoreEngine again = openStore(left, new SeededProvider(real("file"), this::epoch, Optional.empty()))
                .orElseThrow()) {
            return again.context();
        }
    }

    private Wal openMemory() {
        provider = new SeededProvider(real("memory"), this::epoch, Optional.empty());
        WalConfig config =
                WalConfig.memory().withNodeId(id.value()).withClock(clock()).withProvider(provider);
        return Wal.open(config).orElseThrow();
    }

    /** Keeps a copy of its log, to be {@linkplain #putBack put back} some time: what a kill would leave. */
    void save() {
        if (onDisk) {
            saved = disk.crash(CrashChoice.nothingWritten());
        }
    }

    /** Puts an earlier copy of its log in the place of the log, while it is down; whether there is one. */
    boolean putBack() {
        SimulatedStorage copy = saved;
        if (copy == null || bug == SimulationBug.COUNTERS_REUSED) {
            return false;
        }
        disk = copy;
        saved = null;
        return true;
    }

    /** Loses everything, while it is down, if it keeps everything in memory. */
    boolean wipe() {
        if (memory == null) {
            return false;
        }
        memory.close();
        memory = null;
        return true;
    }

    /** Kills it. A log on disk loses what was not forced. */
    void kill() {
        if (onDisk) {
            SimulatedStorage after = disk.crash(CrashChoice.nothingWritten());
            closeQuietly();
            disk = after;
            faults = null;
        } else {
            closeQuietly();
        }
    }

    void close() {
        if (store != null) {
            closeQuietly();
        }
        if (memory != null) {
            memory.close();
        }
    }
}
