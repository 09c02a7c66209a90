package softadastra.sdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import softadastra.sync.SyncConfig;
import softadastra.sync.TransportConfig;

/** The defaults are those of the table in the Javadoc. */
class ClientOptionsTest {

    private static ClientOptions options(boolean wal, String path, boolean autoFlush) {
        return new ClientOptions("node-a", wal, path, autoFlush, Optional.empty(), SyncConfig.local());
    }

    @Test
    void eachFactoryBeginsAsTheTableSays() {
        assertEquals(options(false, "", true), ClientOptions.local("node-a"));
        assertEquals(options(false, "", true), ClientOptions.memoryOnly("node-a"));
        assertEquals(options(true, "data/node-a.wal", true), ClientOptions.persistent("node-a", "data/node-a.wal"));
        assertEquals(options(true, "data/node-a.wal", false), ClientOptions.fast("node-a", "data/node-a.wal"));
    }

    @Test
    void whoeverNamesALogMeansToUseIt() {
        ClientOptions options = ClientOptions.local("node-a").withWalPath("data/node-a.wal");
        assertTrue(options.wal());
        assertEquals("data/node-a.wal", options.walPath());
        assertFalse(options.withWal(false).wal());
        assertEquals("data/node-a.wal", options.withWal(false).walPath());
    }

    @Test
    void changesAreCopies() {
        ClientOptions before = ClientOptions.local("node-a");
        ClientOptions after = before.withAutoFlush(false)
                .withTransport(true)
                .withDiscovery(true)
                .withProvider("file");
        SyncConfig sync = SyncConfig.local().withTransport(true).withDiscovery(true);
        assertEquals(new ClientOptions("node-a", false, "", false, Optional.of("file"), sync), after);
        assertTrue(after.transport() && after.discovery());
        assertEquals(ClientOptions.local("node-a"), before);
    }

    @Test
    void howLongOthersAreRememberedIsPassedOn() {
        ClientOptions options =
                ClientOptions.local("node-a").withGrace(Duration.ofHours(2)).withRetention(Duration.ofDays(3));
        assertEquals(Duration.ofHours(2), options.sync().grace());
        assertEquals(Duration.ofDays(3), options.sync().retention());
        assertFalse(options.transport());
        assertThrows(IllegalArgumentException.class, () -> options.withRetention(Duration.ofSeconds(2)));
        assertThrows(IllegalArgumentException.class, () -> options.withGrace(Duration.ZERO));
    }

    @Test
    void whoeverNamesAPlaceToListenOrAPeerMeansToUseATransport() {
        ClientOptions options = ClientOptions.local("node-a")
                .withListen("127.0.0.1:0")
                .withPeers("http://192.0.2.7:7420", "http://192.0.2.8:7420")
                .withToken("a secret that all nodes share");
        TransportConfig network = TransportConfig.none()
                .withListen("127.0.0.1:0")
                .withPeers(List.of("http://192.0.2.7:7420", "http://192.0.2.8:7420"))
                .withToken("a secret that all nodes share");
        assertTrue(options.transport());
        assertEquals(network, options.sync().network());
        assertFalse(options.toString().contains("a secret"), options::toString);
        assertEquals(Optional.of("http"), options.withTransport("http").sync().provider());
        assertFalse(options.withTransport(false).transport());
    }
}
