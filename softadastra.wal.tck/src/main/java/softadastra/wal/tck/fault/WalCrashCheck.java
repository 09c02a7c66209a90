package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProvider;

/**
 * What a log guarantees about crashes, checked on one disk:
 *
 * <ol>
 *   <li>A reader, which may not recover, sees a prefix of what was appended, at least what was acknowledged.
 *   <li>The log opens: what a crash leaves is never taken for corruption. It holds a prefix of what was appended, at least what
 *       was acknowledged, every batch whole or not at all, and what the reader saw.
 *   <li>It goes on: a further batch takes the next sequences.
 *   <li>After a second crash in the middle of all this, it holds what was recovered, and the further batch.
 *   <li>After a clean close, the same again, for a reader too.
 * </ol>
 */
public final class WalCrashCheck implements CrashCheck {

    private static final int PROBE_TYPE = 64;

    private final WalProvider provider;

    /** A check of the logs of a provider. */
    public WalCrashCheck(WalProvider provider) {
        this.provider = provider;
    }

    @Override
    public void check(SimulatedStorage disk, WalConfig config, CrashExpectation expectation, RandomGenerator random) {
        List<WrittenRecord> seen = readOnly(config, expectation);
        List<WrittenRecord> recovered;
        SimulatedStorage again;
        try (WalLog log = open(config, OpenMode.OWN, "recovery").orElseThrow()) {
            recovered = records(log);
            expectation.check("the recovered log", recovered);
            if (log.recovery().lastSequence() != recovered.size() || log.durableSequence() != recovered.size()) {
                throw new AssertionError("recovery left " + recovered.size() + " records, and says of itself "
                        + log.recovery() + ", durable to " + log.durableSequence());
            }
            if (!seen.equals(recovered)) {
                throw new AssertionError("a reader saw " + seen.size() + " records, and recovery left "
                        + recovered.size() + ": " + recovered);
            }
            appendProbe(log, recovered);
            again = disk.crash(CrashChoice.random(random));
        }
        WalConfig second = config.withStorage(path -> again);
        try (WalLog log = open(second, OpenMode.OWN, "the second recovery").orElseThrow()) {
            assertSame("the log that was recovered twice", recovered, records(log));
        }
        try (WalLog log =
                open(second, OpenMode.READ, "a reader after a clean close").orElseThrow()) {
            assertSame("the log after a clean close", recovered, records(log));
        }
    }

    private List<WrittenRecord> readOnly(WalConfig config, CrashExpectation expectation) {
        Result<WalLog> reader = provider.open(config, OpenMode.READ);
        if (reader.isErr() && reader.error().code() == ErrorCode.NOT_FOUND && expectation.acknowledged() == 0) {
            return List.of();
        }
        try (WalLog log = opened("a reader", reader).orElseThrow()) {
            List<WrittenRecord> seen = records(log);
            expectation.check("the log as a reader sees it", seen);
            return seen;
        }
    }

    private static void appendProbe(WalLog log, List<WrittenRecord> recovered) {
        byte[] first = new byte[] {1, 2, 3};
        byte[] second = new byte[700];
        Arrays.fill(second, (byte) 7);
        long last = log.submit(new WalBatch().add(PROBE_TYPE, first).add(PROBE_TYPE, second));
        log.awaitDurable(last);
        recovered.add(new WrittenRecord(PROBE_TYPE, first));
        recovered.add(new WrittenRecord(PROBE_TYPE, second));
        if (last != recovered.size()) {
            throw new AssertionError(
                    "the batch after recovery ends with sequence " + last + " and not with " + recovered.size());
        }
    }

    private Result<WalLog> open(WalConfig config, OpenMode mode, String what) {
        return opened(what, provider.open(config, mode));
    }

    private static Result<WalLog> opened(String what, Result<WalLog> answer) {
        if (answer.isErr()) {
            throw new AssertionError(
                    what + " failed: " + answer.error(), answer.error().cause());
        }
        return answer;
    }

    private static List<WrittenRecord> records(WalLog log) {
        List<WrittenRecord> records = new ArrayList<>();
        try {
            log.read(1, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
                if (sequence != records.size() + 1) {
                    throw new AssertionError("sequence " + sequence + " after " + records.size());
                }
                records.add(new WrittenRecord(typeCode, Arrays.copyOfRange(buffer, offset, offset + length)));
                return true;
            });
        } catch (SoftadastraException e) {
            throw new AssertionError("reading failed after sequence " + records.size() + ": " + e.error(), e);
        }
        return records;
    }

    private static void assertSame(String what, List<WrittenRecord> expected, List<WrittenRecord> found) {
        if (!expected.equals(found)) {
            throw new AssertionError(
                    what + " has " + found.size() + " records and not " + expected.size() + ": " + found);
        }
    }
}
