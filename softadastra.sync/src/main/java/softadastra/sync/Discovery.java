package softadastra.sync;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;

/**
 * Hands what a discovery has found to the transport, as it comes and goes. For the thread that does the steps.
 *
 * <p>A discovery that fails ends nothing: the nodes that are configured, and those that were found before, are exchanged with as ever.
 */
final class Discovery implements AutoCloseable {

    private static final ServiceFinder<PeerDiscoveryProvider> FINDER = new ServiceFinder<>(
            PeerDiscoveryProvider.class,
            "peer discovery",
            "add the jar of a peer discovery provider to the module path; this release comes with none, so leave"
                    + " discovery off, or name peers by address",
            PeerDiscoveryProvider::name);

    private final PeerDiscovery discovery;
    private final SyncTransport transport;
    private volatile boolean changed = true;
    private Set<String> told = Set.of();

    private Discovery(PeerDiscovery discovery, SyncTransport transport) {
        this.discovery = discovery;
        this.transport = transport;
    }

    @CheckReturnValue
    static Result<PeerDiscoveryProvider> find(SyncConfig config) {
        return FINDER.find(config.discoveryProvider());
    }

    /** The choice itself, over any providers: the seam its tests use. */
    @CheckReturnValue
    static Result<PeerDiscoveryProvider> find(
            Optional<String> name, Iterable<? extends PeerDiscoveryProvider> providers) {
        return FINDER.find(name, providers);
    }

    /**
     * Begins to look.
     *
     * @param signal run when there is something new to hand over
     */
    @CheckReturnValue
    static Result<Discovery> open(
            PeerDiscoveryProvider provider, NodeId node, SyncTransport transport, Runnable signal) {
        DiscoveryHost host = new DiscoveryHost() {
            @Override
            public NodeId node() {
                return node;
            }

            @Override
            public Optional<String> address() {
                return transport.address();
            }
        };
        Result<PeerDiscovery> result;
        try {
            result = provider.open(host);
        } catch (RuntimeException | LinkageError e) {
            return Result.err(failed(provider, e));
        }
        return result.flatMap(opened -> {
            Discovery discovery = new Discovery(opened, transport);
            try {
                opened.onChange(() -> {
                    discovery.changed = true;
                    signal.run();
                });
            } catch (RuntimeException | LinkageError e) {
                opened.close();
                return Result.err(failed(provider, e));
            }
            return Result.ok(discovery);
        });
    }

    private static SoftadastraError failed(PeerDiscoveryProvider provider, Throwable e) {
        return SoftadastraError.of(
                        ErrorCode.INVALID_STATE,
                        "failed to open peer discovery " + provider.name() + ": "
                                + e.getClass().getName())
                .withCause(e);
    }

    /** Hands over what is new; the error if the discovery does not answer. */
    Optional<SoftadastraError> handOver() {
        if (!changed) {
            return Optional.empty();
        }
        // Before it is asked: what changes from here on is asked for again.
        changed = false;
        try {
            Set<String> found = new TreeSet<>(discovery.addresses());
            transport.address().ifPresent(found::remove);
            if (!found.equals(told)) {
                transport.call(found);
                told = found;
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            changed = true;
            return Optional.of(SoftadastraError.of(ErrorCode.INVALID_STATE, "the peer discovery has failed: " + e)
                    .withCause(e));
        }
    }

    @Override
    public void close() {
        discovery.close();
    }
}
