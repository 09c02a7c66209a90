package softadastra.store;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;

/**
 * The store under test, on its log, on its disk: opened, closed, killed and cut off, over and over.
 */
final class ModelProcess {

    private static final long SEGMENT_BYTES = 16 << 10;

    private static final WalProvider MEMORY = WalProviders.available().value().stream()
            .filter(provider -> provider.name().equals("memory"))
            .findFirst()
            .orElseThrow();

    private final ModelCounts counts;
    private final ModelStore model = new ModelStore();
    private final ModelPromises promises = new ModelPromises(model);
    private final ModelDisk disk = new ModelDisk();
    private final @Nullable ModelLog files;
    private final InstantSource clock = () -> Instant.ofEpochMilli(this.now);
    private long now = 1_700_000_000_000L;

    private ModelOptions options = new ModelOptions(0);
    private @Nullable Wal wal;
    private @Nullable StoreEngine store;

    /** A write may have happened or not, so that this store takes no more. */
    private boolean indeterminate;

    /** The log has failed, and the store may not know. */
    private boolean logFailed;

    /** There are writes that nobody waits for. */
    private boolean inFlight;

    ModelProcess(boolean inMemory, ModelCounts counts) {
        this.counts = counts;
        this.files = inMemory ? null : new ModelLog();
    }

    ModelStore model() {
        return model;
    }

    ModelDisk disk() {
        return disk;
    }

    boolean isOpen() {
        return store != null;
    }

    StoreEngine store() {
        StoreEngine open = store;
        if (open == null) {
            throw new AssertionError("the store is not open");
        }
        return open;
    }

    WalLog log() {
        Wal held = wal;
        return held != null ? held.log() : files == null ? failed() : files.opened();
    }

    private static WalLog failed() {
        throw new AssertionError("there is no log");
    }

    ModelOptions options() {
        return options;
    }

    /** Moves the clock, backwards too. */
    void tick(int millis) {
        now += millis;
    }

    /** What has been promised so far. */
    ModelPromises promises() {
        return promises;
    }

    void indeterminate() {
        indeterminate = true;
    }

    void logFailed() {
        logFailed = true;
    }

    void inFlight(boolean any) {
        inFlight = any;
    }

    /** Whether all that was written must be visible by now. */
    boolean showsAll() {
        return !hasTrouble() && !(inFlight && options.autoFlush());
    }

    /** Whether calls may fail, since something has gone wrong. */
    boolean hasTrouble() {
        return indeterminate || logFailed || disk.mayHaveFailed();
    }

    void requireTrouble(String what, SoftadastraError error) {
        if (!hasTrouble()) {
            throw new AssertionError(what + " was refused, and nothing had failed: " + error, error.cause());
        }
    }

    void requireNotIndeterminate(ModelStep step) {
        if (indeterminate) {
            throw new AssertionError(step + " was taken after a write whose outcome is not known");
        }
    }

    /** Opens the store, and compares what was recovered; false if it failed because something was to go wrong. */
    boolean open(ModelOptions with) {
        options = with;
        HeldThreads.current().clear();
        indeterminate = false;
        logFailed = false;
        inFlight = false;
        Result<StoreEngine> opened = files != null && !with.held() ? openOwning() : openOnHeld();
        if (opened.isErr()) {
            requireTrouble("open", opened.error());
            if (disk.hasEnded() && disk.wasCut()) {
                promises.cut();
            }
            closeHeld();
            counts.count("openings refused");
            return false;
        }
        StoreEngine now = opened.value();
        store = now;
        if (!disk.hasEnded()) {
            promises.recovered(now, counts);
        }
        if (with.loaded()) {
            load();
        }
        return true;
    }

    private Result<StoreEngine> openOwning() {
        closeHeld();
        return StoreEngine.open(config(walConfig()));
    }

    private Result<StoreEngine> openOnHeld() {
        Wal held = wal;
        if (held != null && (files == null || held.config().autoFlush() == options.autoFlush())) {
            counts.count("openings on the same log");
            return StoreEngine.open(config(held.config().withAutoFlush(options.autoFlush())), held);
        }
        closeHeld();
        return Wal.open(walConfig()).flatMap(log -> {
            wal = log;
            return StoreEngine.open(config(log.config()), log);
        });
    }

    /** What the log of a closed store has, where it can be read. */
    Optional<Snapshot> built() {
        return files == null || wal != null || hasTrouble()
                ? Optional.empty()
                : Optional.of(SnapshotBuilderStore.build(fileConfig(files)).orElseThrow());
    }

    private StoreConfig config(WalConfig log) {
        return StoreConfig.of(log)
                .withCheckpoints(options.checkpoints())
                .withProgress((work, done, total) -> HeldThreads.writing());
    }

    /** Begins another process on the log. */
    private WalConfig walConfig() {
        if (files == null) {
            return withOptions(WalConfig.memory().withProvider(MEMORY));
        }
        disk.nextProcess();
        return fileConfig(files);
    }

    private WalConfig fileConfig(ModelLog provider) {
        return withOptions(WalConfig.durable("simulated.wal")
                .withProvider(provider)
                .withStorage(path -> disk.process())
                .withSegmentBytes(SEGMENT_BYTES));
    }

    private WalConfig withOptions(WalConfig config) {
        return config.withNodeId("modelled").withClock(clock).withAutoFlush(options.autoFlush());
    }

    /** Loads the checkpoint that the store was opened on. */
    void load() {
        counts.count("checkpoints loaded later", HeldThreads.current().load() && !options.loaded() ? 1 : 0);
    }

    /** Has the log do what it does when it is idle. */
    void idle() {
        if (files != null) {
            files.round();
            if (!hasTrouble() && !options.autoFlush()) {
                promises.handedOver(model.newest().sequence());
            }
        }
    }

    /**
     * Writes a checkpoint.
     *
     * @param begun what others do once it has begun
     * @param written what others do while it is written
     */
    void checkpoint(Runnable begun, Runnable written) {
        load();
        HeldThreads.current().meanwhile(begun, written);
        ModelStore.State before = model.newest();
        Result<StoreCheckpoint> done = store().checkpoint();
        promises.checkpointTried(model.newest().sequence());
        HeldThreads.current().meanwhile(() -> {}, () -> {});
        if (done.isErr()) {
            requireTrouble("checkpoint", done.error());
            counts.count("checkpoints refused");
            return;
        }
        StoreCheckpoint checkpoint = done.value();
        ModelStore.State state = model.at(checkpoint.sequence());
        ModelChecks.equal("sequence of the checkpoint", state.sequence(), checkpoint.sequence());
        ModelChecks.equal("entries of the checkpoint", state.entries().size(), checkpoint.entries());
        if (state.lastOperation() < before.lastOperation()) {
            throw new AssertionError("the checkpoint lacks operation " + before.lastOperation());
        }
        promises.checkpointed(checkpoint.sequence());
        counts.count("checkpoints");
    }

    /** Writes the checkpoint that is due by itself, if one is. */
    void automaticCheckpoint(Runnable begun, Runnable written) {
        long before = lastCheckpoint();
        HeldThreads.current().meanwhile(begun, written);
        HeldThreads.current().writeCheckpoints();
        HeldThreads.current().meanwhile(() -> {}, () -> {});
        promises.checkpointTried(model.newest().sequence());
        long after = lastCheckpoint();
        if (after > before) {
            promises.checkpointed(after);
            counts.count("automatic checkpoints");
        }
    }

    private long lastCheckpoint() {
        return log().checkpoint().map(WalCheckpoint::endSequence).orElse(0L);
    }

    /** Closes the store; what it had taken must be there then, unless it says that something failed. */
    void close() {
        load();
        StoreEngine open = store();
        store = null;
        try {
            open.close();
            if (!indeterminate && !logFailed && !disk.hasEnded()) {
                promises.acknowledged(model.newest().sequence());
            }
        } catch (SoftadastraException e) {
            requireTrouble("close", e.error());
        }
        if (hasTrouble()) {
            closeHeld();
        }
        // Watches are told, and nobody else is there.
        HeldThreads.current().tell();
        HeldThreads.current().clear();
    }

    /** Ends what is left of a process that was killed or cut off; the next one sees what that left. */
    void died() {
        if (disk.wasCut()) {
            promises.cut();
        } else {
            promises.killed();
        }
        counts.count(disk.wasCut() ? "power cuts" : "kills");
        abandon();
    }

    /** Closes everything, whatever that says. */
    void abandon() {
        disk.end(0);
        boolean unused = HeldThreads.current().load();
        HeldThreads.current().answer();
        StoreEngine open = store;
        store = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (SoftadastraException e) {
            // A process that has ended has nobody to tell.
        } finally {
            closeHeld();
            HeldThreads.current().clear();
        }
    }

    private void closeHeld() {
        Wal held = wal;
        wal = null;
        if (held != null) {
            try {
                held.close();
            } catch (SoftadastraException e) {
                requireTrouble("close the log", e.error());
            }
        }
    }
}
