package softadastra.sync;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;

/** The ways to others: a transport, and what finds whom it is to call, where that is asked for. */
@CheckReturnValue
final class Ways implements AutoCloseable {

    /** An operation travels alone if it is large; key, value and what surrounds them fit. */
    static final int MAX_MESSAGE_BYTES = 72 << 20;

    private final SyncTransport transport;
    private Optional<Discovery> discovery = Optional.empty();

    /** The ways of a transport, which is closed with them. */
    Ways(SyncTransport transport) {
        this.transport = transport;
    }

    /** Opens the transport that a configuration asks for. */
    static Result<SyncTransport> transport(SyncConfig config, TransportHost host) {
        return SyncTransports.find(config).flatMap(provider -> provider.open(config.network(), host));
    }

    /**
     * Begins to look for others, and to listen to them; these, or why it does not.
     *
     * @param asked the discovery that is asked for, if any
     * @param signal run when there may be something to do
     */
    Result<Ways> begin(Result<Optional<PeerDiscoveryProvider>> asked, NodeId node, Runnable signal) {
        return asked.flatMap(provider -> discover(provider, node, transport, signal))
                .map(looking -> {
                    discovery = looking;
                    transport.onArrival(signal);
                    return this;
                });
    }

    /** Which discovery a configuration asks for, if any. */
    static Result<Optional<PeerDiscoveryProvider>> discovery(SyncConfig config) {
        if (!config.discovery()) {
            return Result.ok(Optional.empty());
        }
        return Discovery.find(config).map(Optional::of);
    }

    /** Why there is no discovery without a transport. */
    static SoftadastraError nothingToCallWith() {
        return SoftadastraError.of(
                ErrorCode.INVALID_ARGUMENT,
                "invalid sync configuration: discovery is on and transport is off, so nobody would call what it finds;"
                        + " turn transport on, or discovery off");
    }

    private static Result<Optional<Discovery>> discover(
            Optional<PeerDiscoveryProvider> provider, NodeId node, SyncTransport transport, Runnable signal) {
        if (provider.isEmpty()) {
            return Result.ok(Optional.empty());
        }
        return Discovery.open(provider.get(), node, transport, signal).map(Optional::of);
    }

    /**
     * The node that a transport works for.
     *
     * @param report what a status page shows
     */
    static TransportHost host(NodeId node, Supplier<Result<SyncReport>> report) {
        return new TransportHost() {
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
                return report.get();
            }
        };
    }

    SyncTransport transport() {
        return transport;
    }

    Optional<String> address() {
        return transport.address();
    }

    List<TransportLink> links() {
        return transport.links();
    }

    /** Has the transport call whom the discovery has found; the error if that does not answer. */
    Optional<SoftadastraError> handOver() {
        return discovery.flatMap(Discovery::handOver);
    }

    @Override
    public void close() {
        try {
            discovery.ifPresent(Discovery::close);
        } finally {
            transport.close();
        }
    }
}
