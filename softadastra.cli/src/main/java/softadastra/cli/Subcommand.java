package softadastra.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import softadastra.cli.control.ControlServer;
import softadastra.cli.control.Entries;
import softadastra.cli.control.Node;
import softadastra.cli.control.OwnNode;
import softadastra.cli.control.RunningNode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
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
 * What subcommands have in common: the streams, and the ways to a log. Where a node runs that has it open, a command goes through
 * that. Else there are two: to read, it takes no lock and creates nothing, so it works beside any owner; to write, it becomes the
 * owner for as long as it runs.
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

    /** The node that has the log open, if it takes requests. */
    final Optional<RunningNode> running() {
        Result<Path> log = root.walConfig().path();
        // Who opens what is no directory is told that it is none.
        Optional<RunningNode> node = log.isOk() && Files.isDirectory(log.value())
                ? RunningNode.find(log.value(), this::passOver)
                : Optional.empty();
        node.ifPresent(root::requireFits);
        return node;
    }

    private void passOver(SoftadastraError stranger) {
        io().warning(stranger.message() + "; this goes on as if none ran"
                + (stranger.context().isEmpty() ? "" : ", " + stranger.context()));
    }

    /** The entries as they are now. */
    final Entries entries() {
        Optional<RunningNode> node = running();
        return node.isPresent() ? node.get() : Entries.of(snapshot());
    }

    /** The node to write to; makes the log if there is none. */
    final Node node() {
        io().outputMatters();
        Optional<RunningNode> node = running();
        return node.isPresent() ? node.get() : ownNode();
    }

    /** The node to write to; fails with NOT_FOUND where there is no log. */
    final Node existingNode() {
        io().outputMatters();
        Optional<RunningNode> node = running();
        return node.isPresent() ? node.get() : existingOwnNode();
    }

    /** The same where it is known that no node takes requests. */
    final Node existingOwnNode() {
        requireLog();
        return ownNode();
    }

    private Node ownNode() {
        StoreEngine store = ownStore();
        // The log is open here, so whoever had it open is no more.
        ControlServer.sweep(root.walDirectory());
        return new OwnNode(root.walDirectory(), store, Optional.empty());
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
