package softadastra.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import softadastra.store.Snapshot;
import softadastra.store.SnapshotBuilderStore;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.StoreRecovery;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalReader;

/**
 * What subcommands have in common: the streams, and the ways to a log. There are two. To read, a command takes no lock and
 * creates nothing, so it works beside an owner. To write, it becomes the owner for as long as it runs.
 */
abstract class Subcommand implements Callable<Integer> {
    private final SoftadastraCommand root;

    Subcommand(SoftadastraCommand root) {
        this.root = root;
    }

    final SoftadastraCommand root() {
        return root;
    }

    final Io io() {
        return root.io();
    }

    /** The entries as the log has them now, read without owning it. */
    final Snapshot snapshot() {
        return SnapshotBuilderStore.build(root.walConfig()).orElseThrow();
    }

    final WalInspector inspector() {
        return inspector(Optional.empty());
    }

    final WalInspector inspector(Optional<Salvaging> recovery) {
        WalConfig config = root.walConfig();
        return WalInspector.open(recovery.isPresent() ? config.withRecovery(RecoveryMode.SALVAGE) : config)
                .orElseThrow();
    }

    /** Opens the store to write, making the log if there is none, and says what recovery had to mend. */
    final StoreEngine ownStore() {
        io().outputMatters();
        StoreEngine store = StoreEngine.open(StoreConfig.of(root.walConfig()).withProgress(new Progress(io())::counted))
                .orElseThrow();
        io().clearProgress();
        StoreRecovery recovery = store.recovery();
        recovery.log().findings().forEach(finding -> io().warning("recovery: " + finding.message()));
        return store;
    }

    /** Fails with NOT_FOUND where there is no log, since opening to write would make one. */
    final void requireLog() {
        WalReader.open(root.walConfig()).orElseThrow().close();
    }

    @Override
    public abstract Integer call();
}
