package softadastra.transport.http;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import softadastra.sync.TransportConfig;

/** The contract over TLS, where both sides show certificates. */
class TlsTransportContractTest extends SyncTransportContract {
    @TempDir
    static Path directory;

    private static TransportConfig hub = TransportConfig.none();
    private static TransportConfig leaf = TransportConfig.none();

    @BeforeAll
    static void makeKeys() throws Exception {
        Keys keys = new Keys(directory).make("one", "ip:127.0.0.1").make("other", "uri:softadastra:node:leaf");
        hub = TransportConfig.none().withTls(keys.context("one", "other")).withClientCertificates(true);
        leaf = TransportConfig.none().withTls(keys.context("other", "one"));
    }

    @Override
    Probe listening(FakeHost host) {
        return open(host, hub.withListen("127.0.0.1:0"));
    }

    @Override
    Probe calling(FakeHost host, Probe other) {
        return open(host, leaf.withPeers(List.of("https://127.0.0.1:" + other.port())));
    }

    private static Probe open(FakeHost host, TransportConfig config) {
        return new Probe(
                host.node().value(),
                new HttpTransportProvider().open(config, host).orElseThrow());
    }
}
