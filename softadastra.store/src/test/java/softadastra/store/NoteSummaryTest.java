package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;
import softadastra.wal.tck.fault.CrashChoice;
import softadastra.wal.tck.fault.CrashExplorer;
import softadastra.wal.tck.fault.FaultInjectingStorage;
import softadastra.wal.tck.fault.IoFailure;
import softadastra.wal.tck.fault.IoFaults;
import softadastra.wal.tck.fault.SimulatedStorage;

/** A checkpoint has what the notes come to in place of them: nothing is lost, and nothing counted twice. */
class NoteSummaryTest {

    private static final int COUNT = 64;
    private static final int TEXT = 70;
    private static final int STATES = "ci".equals(System.getProperty("softadastra.slice")) ? 64 : 6;

    @TempDir
    Path directory;

    /** Adds up numbers: one that is lost, or comes twice, makes another sum. Other notes it hands on. */
    private static final class Sum implements NoteSummary {
        long count;
        long sum;
        final List<byte[]> texts = new ArrayList<>();
        int visited;

        @Override
        public void visit(long sequence, int typeCode, byte[] payload) {
            visited++;
            if (typeCode == COUNT) {
                ByteReader in = new ByteReader(payload);
                count += in.readLong();
                sum += in.readLong();
            } else {
                texts.add(payload);
            }
        }

        @Override
        public void writeTo(Arbiter.NoteSink sink) {
            texts.forEach(text -> sink.add(TEXT, text));
            sink.add(COUNT, encode(count, sum));
        }
    }

    private static byte[] encode(long count, long sum) {
        ByteWriter out = new ByteWriter();
        out.writeLong(count);
        out.writeLong(sum);
        return out.toByteArray();
    }

    private static Sum read(StoreEngine store) {
        Sum sum = new Sum();
        assertEquals(sum.visited, 0);
        long count = store.replication().notes(sum).orElseThrow();
        assertEquals(count, sum.visited);
        return sum;
    }

    private static long note(StoreEngine store, long number) {
        return store.replication().note(COUNT, encode(1, number)).orElseThrow();
    }

    private StoreConfig config() {
        return StoreConfig.durable(directory.resolve("a.wal"))
                .withNodeId("a")
                .withCheckpoints(CheckpointPolicy.manual());
    }

    private static void summarise(StoreEngine store) {
        var unused = store.replication().summarise(Sum::new).orElseThrow();
    }

    @Test
    void tenThousandNotesBecomeAHandful() {
        StoreConfig memory = StoreConfig.of(WalConfig.memory().withNodeId("a"));
        try (StoreEngine store = StoreEngine.open(memory).orElseThrow()) {
            summarise(store);
            for (int i = 1; i <= 10_000; i++) {
                long unused = note(store, i);
            }
            long unused = store.replication().note(TEXT, new byte[] {7}).orElseThrow();
            store.checkpoint().orElseThrow();
            Sum sum = read(store);
            assertEquals(2, sum.visited);
            assertEquals(10_000, sum.count);
            assertEquals(50_005_000, sum.sum);
            store.checkpoint().orElseThrow();
            long more = note(store, 1);
            assertEquals(3, read(store).visited);
            assertEquals(50_005_001, read(store).sum, () -> "with note " + more);
            assertEquals(1, read(store).texts.size());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withoutAnOwnerTheyAreCarriedOnOneByOne(boolean summed) {
        try (StoreEngine store = StoreEngine.open(config()).orElseThrow()) {
            if (summed) {
                summarise(store);
            }
            for (int i = 1; i <= 5; i++) {
                long unused = note(store, i);
            }
            store.checkpoint().orElseThrow();
        }
        try (StoreEngine store = StoreEngine.open(config()).orElseThrow()) {
            long unused = note(store, 6);
            store.checkpoint().orElseThrow();
            assertEquals(summed ? 2 : 6, read(store).visited);
            assertEquals(21, read(store).sum);
            summarise(store);
            store.checkpoint().orElseThrow();
            assertEquals(1, read(store).visited);
            assertEquals(21, read(store).sum);
        }
    }

    @Test
    void aBackupHasTheSummaryAndItsRestoreToo() {
        try (StoreEngine store = StoreEngine.open(config()).orElseThrow()) {
            summarise(store);
            for (int i = 1; i <= 5; i++) {
                long unused = note(store, i);
            }
            store.backup(directory.resolve("backup")).orElseThrow();
        }
        WalConfig copy = WalConfig.durable(directory.resolve("restored.wal"));
        StoreBackup.restore(directory.resolve("backup"), StoreConfig.of(copy)).orElseThrow();
        try (StoreEngine store = StoreEngine.open(StoreConfig.of(copy)).orElseThrow()) {
            assertEquals(1, read(store).visited);
            assertEquals(15, read(store).sum);
        }
    }

    @Test
    void anOwnerThatFailsLeavesTheLogAsItIs() {
        try (StoreEngine store = StoreEngine.open(config()).orElseThrow()) {
            var unused = store.replication()
                    .summarise(() -> {
                        throw new SoftadastraException(ErrorCode.INVALID_STATE, "no summary today");
                    })
                    .orElseThrow();
            long note = note(store, 1);
            assertEquals(ErrorCode.INVALID_STATE, store.checkpoint().error().code());
            summarise(store);
            store.checkpoint().orElseThrow();
            assertEquals(1, read(store).sum, () -> "note " + note);
        }
    }

    private static WalProvider file() {
        return WalProviders.available().value().stream()
                .filter(provider -> provider.name().equals("file"))
                .findFirst()
                .orElseThrow();
    }

    /** Notes 1, 2, 3 and so on, with checkpoints in between. */
    private static void write(StoreEngine store, AtomicLong number, java.util.function.LongConsumer acknowledged) {
        summarise(store);
        for (int i = 0; i < 12; i++) {
            Result<Long> note = store.replication().note(COUNT, encode(1, number.get() + 1));
            if (note.isErr()) {
                return;
            }
            number.incrementAndGet();
            acknowledged.accept(note.value());
            if (i % 4 == 1) {
                Result<?> unused = store.checkpoint();
            }
            if (i % 3 == 0) {
                Result<?> unused = store.put(Key.of("k"), Value.of(new byte[300]));
            }
        }
    }

    private static long requireGapless(StoreEngine store) {
        Sum sum = read(store);
        assertEquals(sum.count * (sum.count + 1) / 2, sum.sum, "of " + sum.count + " notes");
        return sum.count;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsLostByACrashAtAnyPoint(boolean autoFlush) throws Exception {
        AtomicLong number = new AtomicLong();
        List<long[]> acknowledged = new ArrayList<>();
        CrashExplorer.Report report = CrashExplorer.of(file())
                .withSeed(5)
                .withStatesPerOperation(STATES)
                .withThreads(2)
                .withConfiguration(config -> config.withNodeId("a").withAutoFlush(autoFlush))
                .withCheck((disk, config, expectation, random) -> {
                    try (StoreEngine store = open(config)) {
                        long count = requireGapless(store);
                        synchronized (acknowledged) {
                            for (long[] each : acknowledged) {
                                assertTrue(
                                        each[0] > expectation.acknowledged() || each[1] <= count,
                                        "note " + each[1] + " was lost, of " + count);
                            }
                        }
                        // And once more, from what this one has left.
                        summarise(store);
                        store.checkpoint().orElseThrow();
                        assertEquals(count, requireGapless(store));
                    }
                })
                .explore((config, witness) -> {
                    for (int run = 0; run < 2; run++) {
                        try (StoreEngine store = open(config)) {
                            write(store, number, sequence -> {
                                synchronized (acknowledged) {
                                    acknowledged.add(new long[] {sequence, number.get()});
                                }
                                witness.acknowledged(sequence);
                            });
                        }
                    }
                });
        assertTrue(report.distinct() > 24, report.toString());
    }

    private static StoreEngine open(WalConfig config) {
        return StoreEngine.open(StoreConfig.of(config).withCheckpoints(CheckpointPolicy.manual()))
                .value();
    }

    /** Each call of the disk fails in turn, the writing of a checkpoint included. */
    @ParameterizedTest
    @EnumSource(value = IoFailure.class, mode = EnumSource.Mode.EXCLUDE, names = "INTERRUPT")
    void nothingIsLostByADiskThatFails(IoFailure failure) {
        boolean clean = false;
        for (long fault = 1; !clean; fault++) {
            SimulatedStorage disk = SimulatedStorage.create();
            FaultInjectingStorage faulty = new FaultInjectingStorage(disk, IoFaults.once(fault, failure));
            AtomicLong number = new AtomicLong();
            try (StoreEngine store =
                    open(WalConfig.durable("a.wal").withNodeId("a").withStorage(path -> faulty))) {
                write(store, number, sequence -> {});
            } catch (SoftadastraException | OutOfMemoryError e) {
                // What was acknowledged is looked at below.
            }
            clean = faulty.failures() == 0;
            SimulatedStorage after = disk.crash(CrashChoice.nothingWritten());
            try (StoreEngine store =
                    open(WalConfig.durable("a.wal").withNodeId("a").withStorage(path -> after))) {
                long count = requireGapless(store);
                assertTrue(count >= number.get(), failure + " at call " + fault + ": " + count + " of " + number);
            }
        }
    }
}
