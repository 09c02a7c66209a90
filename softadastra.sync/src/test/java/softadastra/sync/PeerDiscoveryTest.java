package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;

/** Where nodes were found is called, for as long as it is. */
class PeerDiscoveryTest {

    private final StoreEngine store =
            StoreEngine.open(StoreConfig.memoryOnly().withNodeId("node-a")).orElseThrow();
    private final CallingTransport transport = new CallingTransport();

    /** A transport that remembers whom it is to call. */
    private static final class CallingTransport extends NoTransport {
        private final List<Set<String>> called = new ArrayList<>();
        private boolean closed;

        @Override
        public void call(Set<String> addresses) {
            called.add(new TreeSet<>(addresses));
        }

        @Override
        public Optional<String> address() {
            return Optional.of("http://192.0.2.1:7420");
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** A discovery that finds what a test says. */
    private static final class ToldDiscovery implements PeerDiscovery, PeerDiscoveryProvider {
        private final String name;
        private Set<String> found = Set.of();
        private Runnable signal = () -> {};
        private Optional<DiscoveryHost> host = Optional.empty();
        private Optional<RuntimeException> fault = Optional.empty();
        private Optional<SoftadastraError> refusal = Optional.empty();
        private boolean closed;

        ToldDiscovery(String name) {
            this.name = name;
        }

        void find(String... addresses) {
            found = Set.of(addresses);
            signal.run();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Result<PeerDiscovery> open(DiscoveryHost opener) {
            host = Optional.of(opener);
            return refusal.<Result<PeerDiscovery>>map(Result::err).orElseGet(() -> Result.ok(this));
        }

        @Override
        public Set<String> addresses() {
            fault.ifPresent(thrown -> {
                throw thrown;
            });
            return found;
        }

        @Override
        public void onChange(Runnable newSignal) {
            signal = newSignal;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Result<SyncEngine> open(PeerDiscoveryProvider... providers) {
        return SyncEngine.open(store, SyncConfig.local().withDiscovery(true), transport, List.of(providers));
    }

    private static void tick(SyncEngine sync) {
        var unused = sync.tick().orElseThrow();
    }

    @Test
    void addressesAreCalledAsTheyComeAndGo() {
        ToldDiscovery discovery = new ToldDiscovery("told");
        try (SyncEngine sync = open(discovery).orElseThrow()) {
            tick(sync);
            assertEquals(List.of(), transport.called, "nothing was found yet");
            discovery.find("http://192.0.2.7:7420");
            tick(sync);
            tick(sync);
            discovery.find("http://192.0.2.7:7420", "http://192.0.2.8:7420");
            tick(sync);
            discovery.find();
            tick(sync);
            assertEquals(
                    List.of(
                            Set.of("http://192.0.2.7:7420"),
                            Set.of("http://192.0.2.7:7420", "http://192.0.2.8:7420"),
                            Set.of()),
                    transport.called);
            assertEquals("node-a", discovery.host.orElseThrow().node().value());
            assertEquals(transport.address(), discovery.host.orElseThrow().address());
        }
        assertTrue(discovery.closed && transport.closed);
    }

    @Test
    void aNodeDoesNotCallItself() {
        ToldDiscovery discovery = new ToldDiscovery("told");
        try (SyncEngine sync = open(discovery).orElseThrow()) {
            discovery.find("http://192.0.2.1:7420", "http://192.0.2.9:7420");
            tick(sync);
            assertEquals(List.of(Set.of("http://192.0.2.9:7420")), transport.called);
        }
    }

    @Test
    void aDiscoveryThatFailsIsReportedAndEndsNothing() {
        ToldDiscovery discovery = new ToldDiscovery("told");
        try (SyncEngine sync = open(discovery).orElseThrow()) {
            discovery.find("http://192.0.2.7:7420");
            tick(sync);
            discovery.fault = Optional.of(new IllegalStateException("no network"));
            discovery.find("http://192.0.2.8:7420");
            tick(sync);
            SoftadastraError failure = sync.report().orElseThrow().failure().orElseThrow();
            assertTrue(failure.message().startsWith("the peer discovery has failed: "), failure::toString);
            discovery.fault = Optional.empty();
            tick(sync);
            assertEquals(Optional.empty(), sync.report().orElseThrow().failure());
            assertEquals(List.of(Set.of("http://192.0.2.7:7420"), Set.of("http://192.0.2.8:7420")), transport.called);
        }
    }

    @Test
    void whatItCannotOpenIsTheAnswerAndTheTransportIsClosed() {
        ToldDiscovery discovery = new ToldDiscovery("told");
        discovery.refusal = Optional.of(SoftadastraError.of(ErrorCode.PERMISSION_DENIED, "no multicast here"));
        assertEquals(ErrorCode.PERMISSION_DENIED, open(discovery).error().code());
        assertTrue(transport.closed);
    }

    @Test
    void noneIsAnErrorThatSaysWhatToAdd() {
        SoftadastraError error = open().error();
        assertEquals(ErrorCode.PROVIDER_MISSING, error.code());
        assertTrue(error.message().startsWith("no peer discovery: add the jar"), error::message);
        assertTrue(error.message().endsWith("found: []"), error::message);
    }

    @Test
    void severalAreAnErrorThatSaysWhereEachComesFromUnlessOneIsNamed() {
        List<PeerDiscoveryProvider> two = List.of(new ToldDiscovery("one"), new ToldDiscovery("two"));
        SoftadastraError error = Discovery.find(Optional.empty(), two).error();
        assertEquals(ErrorCode.PROVIDER_AMBIGUOUS, error.code());
        String where = ToldDiscovery.class.getName() + " (";
        assertTrue(
                error.message().contains("'one' " + where) && error.message().contains("'two' " + where),
                error::message);
        assertTrue(error.message().contains("file:"), error::message);
        assertEquals(
                "two", Discovery.find(Optional.of("two"), two).orElseThrow().name());
        assertEquals(
                ErrorCode.PROVIDER_MISSING,
                Discovery.find(Optional.of("three"), two).error().code());
        List<PeerDiscoveryProvider> same = List.of(new ToldDiscovery("one"), new ToldDiscovery("one"));
        assertEquals(
                ErrorCode.PROVIDER_AMBIGUOUS,
                Discovery.find(Optional.of("one"), same).error().code());
    }

    @Test
    void theNameIsThatOfTheConfiguration() {
        SyncConfig config = SyncConfig.local().withDiscoveryProvider("mdns");
        assertTrue(config.discovery());
        SoftadastraError error = SyncEngine.open(store, config).error();
        assertTrue(error.message().startsWith("no peer discovery 'mdns': add the jar"), error::message);
    }
}
