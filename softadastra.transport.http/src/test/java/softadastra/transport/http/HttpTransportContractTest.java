package softadastra.transport.http;

import java.util.List;
import softadastra.sync.TransportConfig;

/** The contract over plain HTTP, with a token. */
class HttpTransportContractTest extends SyncTransportContract {
    private static final TransportConfig CONFIG = TransportConfig.none().withToken("a token of the contract's test");

    @Override
    Probe listening(FakeHost host) {
        return open(host, CONFIG.withListen("127.0.0.1:0"));
    }

    @Override
    Probe calling(FakeHost host, Probe other) {
        return open(host, CONFIG.withPeers(List.of(other.url())));
    }

    private static Probe open(FakeHost host, TransportConfig config) {
        return new Probe(
                host.node().value(),
                new HttpTransportProvider().open(config, host).orElseThrow());
    }
}
