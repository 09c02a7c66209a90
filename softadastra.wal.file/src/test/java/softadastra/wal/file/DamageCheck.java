package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.storage.Storage;

/**
 * Opens a log that may be damaged, as a reader, as an inspector and as its owner: never a wrong byte, and never less than was
 * acknowledged without a word.
 *
 * @param image what the log was
 */
record DamageCheck(LogImage image) {

    /** How damage ends. */
    enum Outcome {
        /** Whoever reads is refused, at the opening or on the way. */
        ERROR,
        /** Whoever reads gets what is whole, and a verification tells of the rest. */
        REPORT,
        /** Everything is there, and there is nothing to tell of. */
        UNNOTICED
    }

    private static final FileWalProvider PROVIDER = new FileWalProvider();
    private static final List<ErrorCode> REFUSALS = List.of(
            ErrorCode.CORRUPTION,
            ErrorCode.UNSUPPORTED_VERSION,
            ErrorCode.NOT_FOUND,
            ErrorCode.INVALID_ARGUMENT,
            ErrorCode.PROVIDER_MISMATCH);

    /**
     * Checks a damaged log.
     *
     * @param alsoAsOwner whether it is opened to be written too, which changes it
     */
    Outcome check(String what, Storage storage, boolean alsoAsOwner) {
        WalConfig config = LogImage.config(storage);
        Outcome outcome = checkReader(what, config);
        if (outcome != Outcome.ERROR && isReported(what, config)) {
            outcome = Outcome.REPORT;
        }
        if (alsoAsOwner) {
            checkOwner(what, config, outcome);
        }
        return outcome;
    }

    /** Verifies; whether there was an error or a finding. If not, every record is there. */
    private boolean isReported(String what, WalConfig config) {
        Result<WalInspector.Verification> verification =
                PROVIDER.inspect(config).flatMap(inspector -> inspector.verify(WalProgress.NONE));
        if (verification.isErr() || !verification.value().findings().isEmpty()) {
            return true;
        }
        assertEquals(image.records().size(), verification.value().records(), what);
        return false;
    }

    /** Reads without recovering. */
    private Outcome checkReader(String what, WalConfig config) {
        Result<WalLog> opened = PROVIDER.open(config, OpenMode.READ);
        if (opened.isErr()) {
            return refusal(what, opened.error());
        }
        try (WalLog log = opened.value()) {
            int seen = read(what, log);
            assertTrue(
                    seen == image.records().size() || !image.closed(),
                    () -> what + ": a reader saw " + seen + " records and no error");
            checkCheckpoint(what, log);
            return Outcome.UNNOTICED;
        } catch (SoftadastraException e) {
            return refusal(what, e.error());
        }
    }

    private void checkOwner(String what, WalConfig config, Outcome outcome) {
        Result<WalLog> opened = PROVIDER.open(config, OpenMode.OWN);
        if (opened.isErr()) {
            assertEquals(Outcome.ERROR, refusal(what, opened.error()));
            assertTrue(outcome != Outcome.UNNOTICED, () -> what + ": " + opened.error());
            return;
        }
        try (WalLog log = opened.value()) {
            int left = read(what, log);
            boolean whole = left == image.records().size();
            assertTrue(whole || !image.closed(), () -> what + ": " + left + " acknowledged records left");
            assertTrue(whole || !log.recovery().findings().isEmpty(), () -> what + ": lost without a report");
            assertTrue(whole || outcome != Outcome.UNNOTICED, what);
            assertEquals(image.identity(), log.identity(), what);
            if (outcome == Outcome.UNNOTICED) {
                checkCheckpoint(what, log);
            }
        }
    }

    /** Reads all there is; how many records that is. What comes before an error is right, too. */
    private int read(String what, WalLog log) {
        int[] seen = new int[1];
        long unused = log.read(0, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
            assertTrue(seen[0] < image.records().size(), () -> what + ": a record of sequence " + sequence);
            WalRecord expected = image.records().get(seen[0]++);
            byte[] payload = expected.payload();
            if (sequence != expected.sequence()
                    || typeCode != expected.typeCode()
                    || timestamp != expected.timestamp().packed()
                    || !Arrays.equals(buffer, offset, offset + length, payload, 0, payload.length)) {
                throw new AssertionError(what + ": sequence " + sequence + " where " + expected + " was written");
            }
            return true;
        });
        return seen[0];
    }

    private void checkCheckpoint(String what, WalLog log) {
        Optional<WalCheckpoint> checkpoint = log.checkpoint();
        assertEquals(image.kind().checkpointed(), checkpoint.isPresent(), what);
        if (checkpoint.isPresent()) {
            try (WalCheckpointReader reader = checkpoint.get().open()) {
                byte[] content = new byte[Math.toIntExact(reader.length())];
                reader.read(0, content, 0, content.length);
                assertArrayEquals(image.checkpoint(), content, what);
            }
        }
    }

    private static Outcome refusal(String what, SoftadastraError error) {
        assertTrue(REFUSALS.contains(error.code()), () -> what + ": " + error);
        assertFalse(error.message().isEmpty());
        return Outcome.ERROR;
    }
}
