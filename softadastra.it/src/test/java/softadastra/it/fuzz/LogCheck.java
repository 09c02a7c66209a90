package softadastra.it.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.tck.fault.MemoryStorage;

/** Whatever a log's files hold: what is read is what verifies, and the rest is an error of ours. */
final class LogCheck {

    private static final WalProvider FILE = WalProviders.available().orElseThrow().stream()
            .filter(provider -> provider.name().equals("file"))
            .findFirst()
            .orElseThrow();

    /** What may be written to a disk; who writes more was led astray by what it read. */
    private static final long MOST_BYTES = 8 << 20;

    private final MemoryStorage storage;
    private final WalConfig config;
    private final List<LogBytes.Found> verified;
    private final Set<LogBytes.Found> anywhere;
    private final boolean complete;

    /**
     * A check of one log.
     *
     * @param verified the records of all frames that verify
     * @param complete whether a reading that ends without an error has all of these
     */
    LogCheck(MemoryStorage storage, RecoveryMode mode, List<LogBytes.Found> verified, boolean complete) {
        this.storage = storage;
        this.config = WalConfig.durable(Path.of("fuzzed"))
                .withProvider(FILE)
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                .withRecovery(mode)
                .withStorage(path -> storage);
        this.verified = verified;
        this.anywhere = new HashSet<>(verified);
        this.complete = complete;
    }

    /** A directory without files. */
    static MemoryStorage disk() {
        return new MemoryStorage(Map.of(), MOST_BYTES);
    }

    static void put(MemoryStorage disk, String name, byte[] bytes) {
        var unused = disk.with(name, bytes, bytes.length);
    }

    WalConfig config() {
        return config;
    }

    void run(boolean alsoAsOwner) {
        inspect();
        read();
        if (config.recovery() == RecoveryMode.SALVAGE) {
            repair();
        }
        if (alsoAsOwner) {
            own();
        }
    }

    private void inspect() {
        Result<WalInspector> opened = WalInspector.open(config);
        if (opened.isErr()) {
            Refusals.requireExpected(opened.error());
            return;
        }
        accepted(opened.value().info());
        List<WalRecord> dumped = new ArrayList<>();
        accepted(opened.value().dump(entry -> entry.record().ifPresent(dumped::add)));
        requireVerified(dumped);
        Result<WalInspector.Verification> verification = opened.value().verify(WalProgress.NONE);
        if (accepted(verification) && complete) {
            assertEquals(verified.size(), verification.value().records());
        }
    }

    private void read() {
        Result<WalReader> opened = WalReader.open(config);
        if (!accepted(opened)) {
            return;
        }
        List<WalRecord> seen = new ArrayList<>();
        try (WalReader reader = opened.value()) {
            boolean whole = accepted(reader.forEach(seen::add));
            requireVerified(seen);
            assertTrue(!whole || !complete || seen.size() == verified.size(), "records left out without an error");
        } catch (SoftadastraException e) {
            Refusals.requireExpected(e.error());
        }
    }

    /** Makes a new log of what is left; that is whole, and has nothing else but what fills its holes. */
    private void repair() {
        MemoryStorage repaired = disk();
        WalConfig target = WalConfig.durable(Path.of("repaired"))
                .withProvider(FILE)
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                .withRecovery(RecoveryMode.STRICT)
                .withStorage(path -> repaired);
        Result<WalInspector.Repair> made =
                WalInspector.open(config).flatMap(inspector -> inspector.repair(target, WalProgress.NONE));
        if (made.isErr()) {
            // Between two sequences there may be more lost ones than there is room for. What was accepted without flush
            // may find
            // that out when it is handed over.
            SoftadastraError error = made.error();
            boolean noSpace = error.code() == ErrorCode.NO_SPACE
                    || (error.code() == ErrorCode.INDETERMINATE
                            && error.message().endsWith("no space left on device"));
            if (!noSpace) {
                Refusals.requireExpected(error);
            }
            return;
        }
        try (Wal wal = Wal.open(target).orElseThrow()) {
            List<WalRecord> kept = new ArrayList<>();
            long unused = wal.reader()
                    .forEach(record -> {
                        if (record.type() != WalRecordType.NOOP) {
                            kept.add(record);
                        }
                    })
                    .orElseThrow();
            Set<LogBytes.Found> left = new HashSet<>();
            verified.forEach(found -> left.add(found.at(0)));
            for (WalRecord record : kept) {
                // Timestamps that no clock has given (0, or less than the one before) are not kept.
                assertTrue(left.contains(found(record).at(0)), () -> "not what any frame held: " + record);
            }
        }
    }

    private static LogBytes.Found found(WalRecord record) {
        return new LogBytes.Found(
                record.sequence(), record.typeCode(), record.timestamp().packed(), LogBytes.boxed(record.payload()));
    }

    private void own() {
        Map<String, String> before = fingerprint();
        Result<Wal> opened = Wal.open(config);
        if (!accepted(opened)) {
            Map<String, String> after = fingerprint();
            after.keySet().retainAll(before.keySet());
            assertEquals(before, after, "a refused log was changed");
            return;
        }
        List<WalRecord> recovered;
        boolean appended;
        try (Wal wal = opened.value()) {
            recovered = wal.reader().readAll().orElseThrow();
            requireVerified(recovered);
            assertTrue(!complete || recovered.size() == verified.size(), "records lost without an error");
            appended =
                    wal.writer().append(WalRecordType.PUT, new byte[] {1, 2, 3}).isOk();
        }
        assertTrue(appended, "a recovered log takes no record");
        try (Wal wal = Wal.open(config.withRecovery(RecoveryMode.TORN_TAIL)).orElseThrow()) {
            List<WalRecord> again = wal.reader().readAll().orElseThrow();
            assertEquals(recovered.size() + 1, again.size(), "records after another open");
            requireVerified(again.subList(0, recovered.size()));
        }
    }

    private static boolean accepted(Result<?> result) {
        if (result.isErr()) {
            Refusals.requireExpected(result.error());
        }
        return result.isOk();
    }

    private void requireVerified(List<WalRecord> records) {
        for (int i = 0; i < records.size(); i++) {
            WalRecord record = records.get(i);
            assertTrue(anywhere.contains(found(record)), () -> "not what any frame holds: " + record);
            assertTrue(
                    record.typeCode() >= 1 && record.typeCode() <= WalRecordType.MAX_CODE,
                    () -> "no record type: " + record);
            boolean next = i == 0 || record.sequence() == records.get(i - 1).sequence() + 1;
            boolean after = i == 0 || record.sequence() > records.get(i - 1).sequence();
            assertTrue(
                    next || (after && config.recovery() == RecoveryMode.SALVAGE), () -> "out of sequence: " + record);
        }
    }

    /** What all files hold, in short. */
    private Map<String, String> fingerprint() {
        return storage.content().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, file -> file.getValue().length + ":" + Arrays.hashCode(file.getValue())));
    }
}
