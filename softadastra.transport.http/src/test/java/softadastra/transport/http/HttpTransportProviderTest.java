package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.sync.SyncTransport;
import softadastra.sync.TransportConfig;

/** A configuration is judged when the transport is opened, and the error says what is wrong with it. */
class HttpTransportProviderTest {
    private static final String TOKEN = "sixteen letters!";

    private static Result<SyncTransport> open(TransportConfig config) {
        return new HttpTransportProvider().open(config, FakeHost.of("node"));
    }

    private static void refused(ErrorCode code, String text, TransportConfig config) {
        Result<SyncTransport> result = open(config);
        result.ifOk(SyncTransport::close);
        assertTrue(result.isErr(), () -> "opened: " + config);
        assertEquals(code, result.error().code());
        assertTrue(result.error().message().contains(text), result.error().message());
    }

    @Test
    void itsNameIsHttp() {
        assertEquals("http", new HttpTransportProvider().name());
    }

    @Test
    void theNodeThatNeitherListensNorCallsIsFine() {
        try (SyncTransport transport = open(TransportConfig.none()).orElseThrow()) {
            assertEquals(List.of(), transport.links());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:0", "[::]:0"})
    void listeningForEverybodyNeedsProofOrIsSaidToBeMeant(String listen) {
        TransportConfig config = TransportConfig.none().withListen(listen);
        refused(ErrorCode.INVALID_ARGUMENT, "lets everybody read and write everything", config);
        open(config.withToken(TOKEN)).orElseThrow().close();
        try (SyncTransport transport = open(config.withUnauthenticated(true)).orElseThrow()) {
            assertFalse(transport.address().orElseThrow().contains("0.0.0.0"));
        }
    }

    @Test
    void aTokenHasSixteenCharacters() {
        refused(
                ErrorCode.INVALID_ARGUMENT,
                "shorter than 16 characters",
                TransportConfig.none().withToken(TOKEN.substring(1)));
        open(TransportConfig.none().withToken(TOKEN)).orElseThrow().close();
    }

    @Test
    void clientCertificatesNeedTls() {
        refused(
                ErrorCode.INVALID_ARGUMENT,
                "client certificates need TLS",
                TransportConfig.none().withClientCertificates(true));
    }

    @Test
    void aTlsContextThatCannotBeUsedIsAnErrorAndNoException() throws Exception {
        SSLContext uninitialised = SSLContext.getInstance("TLS");
        TransportConfig config = TransportConfig.none().withTls(uninitialised);
        String problem = "the TLS context cannot be used";
        refused(ErrorCode.INVALID_ARGUMENT, problem, config.withListen("127.0.0.1:0"));
        refused(ErrorCode.INVALID_ARGUMENT, problem, config.withPeers(List.of("https://localhost:7420")));
        refused(ErrorCode.INVALID_ARGUMENT, problem, config);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:7420x, has no port",
        "127.0.0.1:-1, has no port",
        "127.0.0.1:65536, has no port",
        "'', has no port",
        "::1:7420, needs brackets",
    })
    void addressesToListenAtAreJudged(String listen, String problem) {
        refused(ErrorCode.INVALID_ARGUMENT, problem, TransportConfig.none().withListen(listen));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:7420, does not begin with http://",
        "http:/localhost, does not begin with http://",
        "localhost, does not begin with http://",
        "ftp://localhost, does not begin with http://",
        "http://, not a URL",
        "http:///x, has no host",
        "http://user@localhost, has more than",
        "http://localhost/path, has more than",
        "http://localhost/?query, has more than",
        "http://localhost:0, has no port",
        "http://localhost:70000, has no port",
        "http://localhost:7420x, has no port",
        "http://::1:7420, needs brackets",
        "http://a+b:7420, has a host that is none",
        "'', does not begin with http://",
    })
    void addressesOfPeersAreJudged(String peer, String problem) {
        refused(ErrorCode.INVALID_ARGUMENT, problem, TransportConfig.none().withPeers(List.of(peer)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://my_node:7420", "http://[::1]:7420/", "HTTPS://localhost", "http://node-1.example:"})
    void addressesOfPeersMayBeWrittenAsPeopleDo(String peer) {
        open(TransportConfig.none().withPeers(List.of(peer))).orElseThrow().close();
    }

    @Test
    void whatCannotBeOpenedIsSeenWithoutOpeningIt() {
        HttpTransportProvider provider = new HttpTransportProvider();
        TransportConfig none = TransportConfig.none();
        assertTrue(provider.check(none.withListen("127.0.0.1:0")).isOk());
        List.of(
                        none.withListen("0.0.0.0:0"),
                        none.withListen("127.0.0.1"),
                        none.withPeers(List.of("localhost:7420")),
                        none.withToken("short"))
                .forEach(wrong -> assertEquals(
                        open(wrong).error().message(),
                        provider.check(wrong).error().message()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://user:secret@localhost", "http://user:secret/@x y", "ftp://user:secr@et@localhost"})
    void aPasswordInAnAddressIsNotTold(String peer) {
        SoftadastraError error =
                open(TransportConfig.none().withPeers(List.of(peer))).error();
        assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
        assertTrue(error.message().contains("://...@"), error.message());
        assertFalse(error.display().contains("secr"), error.display());
    }

    @Test
    void anAddressThatIsInUseOrElsewhereIsSaidSo() {
        try (Probe first =
                new Probe("node", open(TransportConfig.none().withListen("0")).orElseThrow())) {
            refused(
                    ErrorCode.IO_ERROR,
                    "failed to listen at 127.0.0.1:" + first.port() + ": the address is in use",
                    TransportConfig.none().withListen("127.0.0.1:" + first.port()));
        }
        refused(
                ErrorCode.IO_ERROR,
                "not an address of this machine",
                TransportConfig.none().withListen("192.0.2.1:7420").withToken(TOKEN));
        refused(
                ErrorCode.INVALID_ARGUMENT,
                "unknown host",
                TransportConfig.none().withListen("nobody.invalid:7420").withToken(TOKEN));
    }
}
