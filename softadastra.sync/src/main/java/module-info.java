import org.jspecify.annotations.NullMarked;

/** What is not yet acknowledged by others: outbox, queue, acknowledgements, and the state of synchronisation. */
@NullMarked
module softadastra.sync {
    requires static org.jspecify;
    requires transitive softadastra.store;

    exports softadastra.sync;

    uses softadastra.sync.PeerDiscoveryProvider;
    uses softadastra.sync.SyncTransportProvider;
}
