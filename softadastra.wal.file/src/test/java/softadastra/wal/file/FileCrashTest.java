package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.tck.fault.CrashChoice;
import softadastra.wal.tck.fault.CrashExplorer;
import softadastra.wal.tck.fault.CrashWitness;
import softadastra.wal.tck.fault.SimulatedStorage;

/**
 * Power cuts after every disk operation: what was acknowledged is there, in order, every batch whole or not at all, and the
 * log goes on; however often that happens.
 */
class FileCrashTest {

    private static final boolean LARGE = "ci".equals(System.getProperty("softadastra.slice"));

    private static CrashExplorer explorer(long seed) {
        return CrashExplorer.of(new FileWalProvider()).withSeed(seed).withStatesPerOperation(LARGE ? 200 : 12);
    }

    private static WalBatch batch(SplittableRandom random, int records, int largest) {
        WalBatch batch = new WalBatch();
        for (int i = 0; i < records; i++) {
            byte[] payload = new byte[random.nextInt(largest)];
            random.nextBytes(payload);
            batch.add(64 + random.nextInt(100), payload);
        }
        return batch;
    }

    private static void run(WalConfig config, CrashWitness witness, SplittableRandom random, int batches, int largest) {
        try (Wal wal = Wal.open(config).orElseThrow()) {
            for (int i = 0; i < batches; i++) {
                long last = witness.submit(wal, batch(random, 1 + random.nextInt(3), largest));
                if (random.nextInt(3) > 0) {
                    witness.await(wal, last);
                }
            }
        }
    }

    private static void assertMany(CrashExplorer.Report report) {
        assertTrue(report.operations() > 10 && report.distinct() > 50, report::toString);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void acknowledgedRecordsSurviveAnyCrash(long seed) throws Exception {
        assertMany(explorer(seed).explore((config, witness) -> {
            SplittableRandom random = new SplittableRandom(seed);
            run(config, witness, random, 12, 900);
            run(config, witness, random, 6, 200);
            run(config, witness, random, 1, 30);
        }));
    }

    @Test
    void acknowledgedRecordsSurviveAnyCrashWithoutAutomaticFlush() throws Exception {
        assertMany(explorer(3).explore((config, witness) -> {
            SplittableRandom random = new SplittableRandom(3);
            WalConfig unflushed = config.withAutoFlush(false);
            run(unflushed, witness, random, 20, 700);
            run(unflushed, witness, random, 20, 3_000);
        }));
    }

    @Test
    void rotationSurvivesAnyCrash() throws Exception {
        CrashExplorer explorer =
                explorer(4).withConfiguration(config -> config.withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES));
        assertMany(explorer.explore((config, witness) -> {
            SplittableRandom random = new SplittableRandom(4);
            run(config, witness, random, 10, 18_000);
            run(config, witness, random, 5, 30_000);
        }));
    }

    /** The recovery is what is crashed here: it starts on a disk that a crash left. */
    @Test
    void aRecoveryThatIsCrashedIsDoneAgain() throws Exception {
        SimulatedStorage storage = SimulatedStorage.create();
        WalConfig config = WalConfig.durable("simulated.wal")
                .withProvider(new FileWalProvider())
                .withStorage(path -> storage);
        SplittableRandom random = new SplittableRandom(5);
        try (Wal wal = Wal.open(config).orElseThrow()) {
            for (int i = 0; i < 10; i++) {
                long last = wal.log().submit(batch(random, 2, 2_000));
                if (i % 4 == 0) {
                    wal.log().awaitDurable(last);
                }
                if (i > 6) {
                    for (int crash = 0; crash < (LARGE ? 40 : 4); crash++) {
                        exploreRecovery(storage.crash(CrashChoice.random(random)), random.nextLong());
                    }
                }
            }
        }
    }

    private static void exploreRecovery(SimulatedStorage crashed, long seed) throws Exception {
        List<WalBatch> found = new ArrayList<>();
        SimulatedStorage copy = crashed.copy();
        WalConfig config = WalConfig.durable("simulated.wal").withStorage(path -> copy);
        try (WalLog log = new FileWalProvider().open(config, OpenMode.OWN).orElseThrow()) {
            log.read(1, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
                byte[] payload = new byte[length];
                System.arraycopy(buffer, offset, payload, 0, length);
                found.add(WalBatch.of(typeCode, payload));
                return true;
            });
        }
        explorer(seed).explore(crashed, (again, witness) -> {
            for (int i = 0; i < found.size(); i++) {
                witness.appended(i + 1L, found.get(i));
            }
            witness.acknowledged(found.size());
            run(again, witness, new SplittableRandom(seed), 2, 500);
        });
    }
}
