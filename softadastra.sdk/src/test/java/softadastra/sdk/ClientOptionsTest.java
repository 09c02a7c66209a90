package softadastra.sdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The defaults are those of the table in the Javadoc. */
class ClientOptionsTest {

    private static ClientOptions options(boolean wal, String path, boolean autoFlush) {
        return new ClientOptions("node-a", wal, path, autoFlush, false, false, Optional.empty());
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
        assertEquals(new ClientOptions("node-a", false, "", false, true, true, Optional.of("file")), after);
        assertEquals(ClientOptions.local("node-a"), before);
    }
}
