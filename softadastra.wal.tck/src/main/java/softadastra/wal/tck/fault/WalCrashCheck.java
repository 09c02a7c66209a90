package softadastra.wal.tck.fault;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProvider;

/**
 * What a log guarantees about crashes, checked on one disk:
 *
 * <ol>
 *   <li>A reader, which may not recover, sees a prefix of what was appended, at least what was acknowledged, and a whole
 *       checkpoint, at least as new as the last one that was published.
 *   <li>The log opens: what a crash leaves is never taken for corruption. It holds a prefix of what was appended, at least what
 *       was acknowledged, every batch whole or not at all, and what the reader saw.
 *   <li>It goes on: a further batch takes the next sequences.
 *   <li>After a second crash in the middle of all this, it holds what was recovered, and the further batch.
 *   <li>After a clean close, the same again, for a reader too.
 * </ol>
 */
public final class WalCrashCheck implements CrashCheck {

    private static final int PROBE_TYPE = 64;
    private static final List<WrittenRecord> PROBE = probe();

    private final WalProvider provider;

    /** A check of the logs of a provider. */
    public WalCrashCheck(WalProvider provider) {
        this.provider = provider;
    }

    private static List<WrittenRecord> probe() {
        byte[] second = new byte[700];
        Arrays.fill(second, (byte) 7);
        return List.of(new WrittenRecord(PROBE_TYPE, new byte[] {1, 2, 3}), new WrittenRecord(PROBE_TYPE, second));
    }

    @Override
    public void check(SimulatedStorage disk, WalConfig config, CrashExpectation expectation, RandomGenerator random) {
        FoundLog seen = readOnly(config, expectation);
        FoundLog expected;
        SimulatedStorage again;
        try (WalLog log = open(config, OpenMode.OWN, "recovery")) {
            FoundLog recovered = FoundLog.of(log);
            expectation.check("the recovered log", recovered);
            long last = recovered.lastSequence();
            if (log.recovery().lastSequence() != last || log.durableSequence() != last) {
                throw new AssertionError("recovery left the records to " + last + ", and says of itself "
                        + log.recovery() + ", durable to " + log.durableSequence());
            }
            assertSame("the log that was recovered from what a reader saw", seen, recovered);
            expected = recovered.with(PROBE);
            appendProbe(log, expected.lastSequence());
            again = disk.crash(CrashChoice.random(random));
        }
        WalConfig second = config.withStorage(path -> again);
        try (WalLog log = open(second, OpenMode.OWN, "the second recovery")) {
            assertSame("the log that was recovered twice", expected, FoundLog.of(log));
        }
        try (WalLog log = open(second, OpenMode.READ, "a reader after a clean close")) {
            assertSame("the log after a clean close", expected, FoundLog.of(log));
        }
    }

    /** As {@link #check}, without a second crash: for a log on any storage. */
    void checkInPlace(WalConfig config, CrashExpectation expectation) {
        FoundLog seen = readOnly(config, expectation);
        FoundLog expected;
        try (WalLog log = open(config, OpenMode.OWN, "recovery")) {
            FoundLog recovered = FoundLog.of(log);
            expectation.check("the recovered log", recovered);
            assertSame("the log that was recovered from what a reader saw", seen, recovered);
            expected = recovered.with(PROBE);
            appendProbe(log, expected.lastSequence());
        }
        try (WalLog log = open(config, OpenMode.READ, "a reader after a clean close")) {
            assertSame("the log after a clean close", expected, FoundLog.of(log));
        }
    }

    private FoundLog readOnly(WalConfig config, CrashExpectation expectation) {
        Result<WalLog> reader = provider.open(config, OpenMode.READ);
        if (reader.isErr() && reader.error().code() == ErrorCode.NOT_FOUND && expectation.acknowledged() == 0) {
            return FoundLog.EMPTY;
        }
        try (WalLog log = opened("a reader", reader)) {
            FoundLog seen = FoundLog.of(log);
            expectation.check("the log as a reader sees it", seen);
            return seen;
        }
    }

    private static void appendProbe(WalLog log, long expected) {
        WalBatch batch = new WalBatch();
        PROBE.forEach(record -> batch.add(record.typeCode(), record.payload()));
        long last = log.submit(batch);
        log.awaitDurable(last);
        if (last != expected) {
            throw new AssertionError(
                    "the batch after recovery ends with sequence " + last + " and not with " + expected);
        }
    }

    private WalLog open(WalConfig config, OpenMode mode, String what) {
        return opened(what, provider.open(config, mode));
    }

    private static WalLog opened(String what, Result<WalLog> answer) {
        if (answer.isErr()) {
            throw new AssertionError(
                    what + " failed: " + answer.error(), answer.error().cause());
        }
        return answer.value();
    }

    /** The same, but that history which is not needed may have gone meanwhile. */
    private static void assertSame(String what, FoundLog expected, FoundLog found) {
        long gone = found.firstSequence() - expected.firstSequence();
        boolean same = gone >= 0
                && gone <= expected.records().size()
                && expected.checkpoint().equals(found.checkpoint())
                && expected.records()
                        .subList((int) gone, expected.records().size())
                        .equals(found.records());
        if (!same) {
            throw new AssertionError(what + " has the records " + found.firstSequence() + " to " + found.lastSequence()
                    + " and checkpoint " + found.checkpoint() + ", and not " + expected.firstSequence() + " to "
                    + expected.lastSequence() + " and checkpoint " + expected.checkpoint() + ": " + found.records());
        }
    }
}
