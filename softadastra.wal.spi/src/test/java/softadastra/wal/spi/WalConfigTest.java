package softadastra.wal.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;

/** A configuration keeps what it is given, and judges it only when asked. */
class WalConfigTest {

    @Test
    void theDefaultsAreDurableAndCareful() {
        WalConfig config = WalConfig.durable("data/a.wal");
        assertEquals(WalConfig.Medium.DURABLE, config.medium());
        assertEquals("data/a.wal", config.location());
        assertTrue(config.autoFlush());
        assertEquals(RecoveryMode.TORN_TAIL, config.recovery());
        assertEquals(WalConfig.DEFAULT_SEGMENT_BYTES, config.segmentBytes());
        assertEquals(Optional.empty(), config.provider());
        assertEquals(Optional.empty(), config.nodeId());
        assertEquals(Path.of("data/a.wal"), config.path().value());
    }

    @Test
    void eachWithChangesItsOwnPartAndNothingElse() {
        WalConfig config = WalConfig.durable("data/a.wal");
        InstantSource clock = InstantSource.fixed(Instant.EPOCH);
        WalConfig changed = config.withAutoFlush(false)
                .withProvider("third")
                .withNodeId("node-a")
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                .withRecovery(RecoveryMode.STRICT)
                .withClock(clock)
                .withHistory(WalHistory.PINNED);
        assertEquals(
                new WalConfig(
                        config.medium(),
                        config.location(),
                        FileSystems.getDefault(),
                        false,
                        Optional.empty(),
                        Optional.of("third"),
                        Optional.of("node-a"),
                        WalConfig.MIN_SEGMENT_BYTES,
                        RecoveryMode.STRICT,
                        clock,
                        WalHistory.PINNED,
                        config.storage()),
                changed);
        WalProvider instance = FakeProvider.durable("mine");
        assertEquals(Optional.of(instance), config.withProvider(instance).providerInstance());
        assertEquals(
                Optional.of("node-b"), config.withNodeId(new NodeId("node-b")).nodeId());
    }

    @Test
    void badTextIsKeptUntilItIsJudged() {
        assertEquals("", WalConfig.durable("").location());
        assertEquals(
                "invalid WAL path: path is empty",
                WalConfig.durable("").path().error().message());
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                WalConfig.durable("a\0b").path().error().code());
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                WalConfig.memory().withNodeId("no/id").node().error().code());
        assertEquals(Optional.empty(), WalConfig.memory().node().value());
    }
}
