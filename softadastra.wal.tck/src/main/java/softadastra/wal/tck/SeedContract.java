package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;
import static softadastra.wal.tck.Payloads.sequences;

import java.util.List;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalSeed;

/** A log may begin with a checkpoint in place of its first records; until that is published there is no log. */
public interface SeedContract extends WalUnderTest {

    private static WalSeed seed(boolean provisional) {
        NodeId node = NodeId.of("seeded").orElseThrow();
        return new WalSeed(node, provisional, 41, HybridTimestamp.of(4_000_000_000_000L, 7));
    }

    private static WalCheckpointWriter begin(SeedContract contract, WalConfig config) {
        assumeTrue(contract.can(WalCapability.DURABLE), "keeps nothing");
        Result<WalCheckpointWriter> writer = Wal.seed(config, seed(false));
        assumeTrue(
                writer.isOk() || writer.error().code() != ErrorCode.UNSUPPORTED_OPERATION,
                "has no logs that begin with a checkpoint");
        return writer.orElseThrow();
    }

    private static void make(SeedContract contract, WalConfig config, byte[] content) {
        try (WalCheckpointWriter writer = begin(contract, config)) {
            assertEquals(42, writer.beginSequence());
            for (int at = 0; at < content.length; at += 70_000) {
                writer.write(content, at, Math.min(70_000, content.length - at));
            }
            assertEquals(content.length, writer.length());
            assertEquals(41, writer.publish(41).endSequence());
        }
    }

    @Test
    default void aSeededLogGoesOnBehindItsCheckpoint() {
        byte[] content = new byte[300_000];
        content[299_999] = 1;
        make(this, config(), content);
        for (int appended = 0; appended < 3; appended++) {
            try (Wal wal = Wal.open(config()).orElseThrow()) {
                assertEquals("seeded", wal.identity().node().value());
                assertFalse(wal.identity().provisional());
                assertEquals(42, wal.log().firstSequence());
                assertEquals(41 + appended, wal.log().lastSequence());
                assertTrue(wal.recovery().clean(), "it was left closed");
                WalCheckpoint checkpoint = wal.log().checkpoint().orElseThrow();
                assertEquals(42, checkpoint.beginSequence());
                assertEquals(41, checkpoint.endSequence());
                try (WalCheckpointReader reader = checkpoint.open()) {
                    byte[] read = new byte[content.length];
                    reader.read(0, read, 0, read.length);
                    assertArrayEquals(content, read);
                }
                assertEquals(
                        42 + appended, wal.writer().append(64, bytes("record")).orElseThrow());
                assertTrue(wal.log().lastTimestamp().isAfter(seed(false).lastTimestamp()), "its time goes on");
                assertEquals(appended + 1, all(wal).size());
                assertEquals(
                        ErrorCode.HISTORY_GONE,
                        wal.reader().forEach(41, record -> {}).error().code());
            }
        }
        try (WalReader reader = WalReader.open(config()).orElseThrow()) {
            assertEquals(List.of(42L, 43L, 44L), sequences(reader.readAll().orElseThrow()));
        }
    }

    @Test
    default void aSeededLogIsAnotherLog() {
        make(this, config(), bytes("one"));
        make(this, durable(directory().resolve("other.wal")), bytes("one"));
        try (Wal one = Wal.open(config()).orElseThrow();
                Wal other = Wal.open(durable(directory().resolve("other.wal"))).orElseThrow()) {
            assertNotEquals(one.identity().logId(), other.identity().logId());
            assertNotEquals(one.identity().epoch(), other.identity().epoch());
        }
    }

    @Test
    default void whatIsNotPublishedIsNoLog() {
        try (WalCheckpointWriter writer = begin(this, config())) {
            writer.write(bytes("content"), 0, 7);
            assertEquals(ErrorCode.NOT_FOUND, WalReader.open(config()).error().code());
            SoftadastraException refused = assertThrows(SoftadastraException.class, () -> writer.publish(42));
            assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
        }
        assertEquals(ErrorCode.NOT_FOUND, WalReader.open(config()).error().code());
        make(this, config(), bytes("again"));
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            assertEquals(5, wal.log().checkpoint().orElseThrow().length());
        }
    }

    @Test
    default void aSeedIsNeverWrittenOverSomething() {
        make(this, config(), bytes("first"));
        Result<WalCheckpointWriter> over = Wal.seed(config(), seed(false));
        assertEquals(ErrorCode.INVALID_ARGUMENT, over.error().code());
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            assertEquals(5, wal.log().checkpoint().orElseThrow().length());
        }
    }

    @Test
    default void theNodeIsTheSeedsUnlessThatIsProvisional() {
        assumeTrue(can(WalCapability.DURABLE), "keeps nothing");
        Result<WalCheckpointWriter> wrong = Wal.seed(config().withNodeId("other"), seed(false));
        assumeTrue(wrong.error().code() != ErrorCode.UNSUPPORTED_OPERATION, "has no logs that begin with a checkpoint");
        assertEquals(ErrorCode.WRONG_NODE, wrong.error().code());
        try (WalCheckpointWriter writer =
                Wal.seed(config().withNodeId("other"), seed(true)).orElseThrow()) {
            assertEquals(41, writer.publish(41).endSequence());
        }
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            assertEquals("other", wal.identity().node().value());
            assertFalse(wal.identity().provisional());
        }
    }
}
