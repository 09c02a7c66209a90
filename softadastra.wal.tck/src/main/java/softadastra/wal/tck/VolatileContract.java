package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;

import java.util.List;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** A log in memory lives and dies with its handle. */
public interface VolatileContract extends WalUnderTest {

    private static WalConfig memory(VolatileContract contract) {
        assumeTrue(contract.can(WalCapability.VOLATILE), "not a volatile provider");
        return WalConfig.memory().withProvider(contract.provider());
    }

    @Test
    default void aLogInMemoryIsReadThroughItsHandleOnly() {
        WalConfig config = memory(this);
        assertEquals(ErrorCode.INVALID_ARGUMENT, WalReader.open(config).error().code());
        assertEquals(
                ErrorCode.UNSUPPORTED_OPERATION,
                WalInspector.open(config).error().code());
    }

    @Test
    default void everyOpenIsANewLog() {
        WalConfig config = memory(this);
        try (Wal one = Wal.open(config).orElseThrow();
                WalWriter writer = one.writer();
                Wal two = Wal.open(config).orElseThrow()) {
            writer.append(WalRecordType.PUT, bytes("one")).orElseThrow();
            assertEquals(1, all(one).size());
            assertEquals(List.of(), all(two));
            assertNotEquals(one.identity().epoch(), two.identity().epoch());
            assertNotEquals(one.identity().logId(), two.identity().logId());
            assertTrue(two.recovery().created());
        }
        try (Wal again = Wal.open(config).orElseThrow()) {
            assertEquals(List.of(), all(again));
        }
    }
}
