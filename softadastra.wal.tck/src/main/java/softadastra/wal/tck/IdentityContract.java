package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.write;

import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;

/** A log has an id of its own, and belongs to one node. */
public interface IdentityContract extends WalUnderTest {

    private static void assumeDurable(IdentityContract contract) {
        assumeTrue(contract.can(WalCapability.DURABLE), "not a durable provider");
    }

    private static WalIdentity identityOf(WalConfig config) {
        try (Wal wal = Wal.open(config).orElseThrow()) {
            return wal.identity();
        }
    }

    @Test
    default void withoutANodeIdALogHasAProvisionalOne() {
        WalIdentity identity = identityOf(config());
        assertTrue(identity.provisional());
        assertFalse(identity.node().value().isEmpty());
    }

    @Test
    default void aGivenNodeIdIsTheLogs() {
        WalIdentity identity = identityOf(config().withNodeId("laptop"));
        assertFalse(identity.provisional());
        assertEquals("laptop", identity.node().value());
    }

    @Test
    default void aTextThatIsNoNodeIdIsRefused() {
        for (String text : new String[] {"", "a b", "../etc", "\u00e9"}) {
            Result<Wal> answer = Wal.open(config().withNodeId(text));
            assertEquals(ErrorCode.INVALID_ARGUMENT, answer.error().code(), text);
        }
    }

    @Test
    default void logAndEpochStayTheSameAcrossReopens() {
        assumeDurable(this);
        WalIdentity first = identityOf(config());
        write(config(), "one");
        assertEquals(first, identityOf(config()));
    }

    @Test
    default void twoLogsHaveTwoIdentities() {
        WalConfig other = can(WalCapability.DURABLE) ? durable(directory().resolve("other.wal")) : config();
        WalIdentity one = identityOf(config().withNodeId("laptop"));
        WalIdentity two = identityOf(other.withNodeId("laptop"));
        assertNotEquals(one.logId(), two.logId());
        assertNotEquals(one.epoch(), two.epoch());
        assertEquals(one.node(), two.node());
    }

    @Test
    default void theFirstExplicitNodeIdReplacesTheProvisionalOne() {
        assumeDurable(this);
        WalIdentity provisional = identityOf(config());
        write(config(), "one");
        WalIdentity named = identityOf(config().withNodeId("laptop"));
        assertEquals("laptop", named.node().value());
        assertFalse(named.provisional());
        assertEquals(provisional.logId(), named.logId());
        assertEquals(1, all(config()).size());
        assertEquals(named, identityOf(config()), "the recorded node is the default");
    }

    @Test
    default void anotherNodeIsRefusedNamingBoth() {
        assumeDurable(this);
        write(config().withNodeId("laptop"), "one");
        Result<Wal> answer = Wal.open(config().withNodeId("phone"));
        assertEquals(ErrorCode.WRONG_NODE, answer.error().code());
        String message = answer.error().message();
        assertTrue(message.contains("laptop") && message.contains("phone"), message);
        assertEquals("laptop", identityOf(config().withNodeId("laptop")).node().value());
        assertEquals(1, all(config()).size());
    }
}
