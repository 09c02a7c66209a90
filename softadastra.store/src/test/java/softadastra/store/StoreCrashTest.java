package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;
import softadastra.wal.tck.fault.CrashCheck;
import softadastra.wal.tck.fault.CrashExplorer;

/**
 * Power cuts after every disk operation of a store: what comes back is the state after one of its writes, batches whole, and
 * none that was acknowledged is missing.
 */
class StoreCrashTest {

    private static final int WRITES = 25;
    private static final int STATES = "ci".equals(System.getProperty("softadastra.slice")) ? 64 : 6;

    /** The entries after each write, by the last sequence of that write. */
    private final Map<Long, List<Entry>> states = Collections.synchronizedMap(new TreeMap<>());

    private static WalProvider file() {
        return WalProviders.available().value().stream()
                .filter(provider -> provider.name().equals("file"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyCrashLeavesTheStateAfterOneOfTheWrites(boolean autoFlush) throws Exception {
        long seed = 11;
        Random random = new Random(seed);
        states.put(0L, List.of());
        long start = System.nanoTime();
        CrashExplorer.Report report = CrashExplorer.of(file())
                .withSeed(seed)
                .withStatesPerOperation(STATES)
                .withThreads(2)
                .withConfiguration(config -> config.withNodeId("a").withAutoFlush(autoFlush))
                .withCheck(check())
                .explore((config, witness) -> {
                    for (int run = 0; run < 2; run++) {
                        try (StoreEngine store = open(config)) {
                            for (int i = 0; i < WRITES; i++) {
                                BatchResult written = store.write(batch(random)).value();
                                states.put(
                                        store.stats().lastSequence(),
                                        store.entries().toList());
                                if (!autoFlush && i % 5 == 0) {
                                    store.flush().orElseThrow();
                                }
                                if (written.lastSequence() > 0 && (autoFlush || i % 5 == 0)) {
                                    witness.acknowledged(written.lastSequence());
                                }
                            }
                        }
                    }
                });
        System.out.println(report.summary("the store", System.nanoTime() - start));
        assertTrue(report.distinct() > WRITES, report.toString());
    }

    private CrashCheck check() {
        return (disk, config, expectation, random) -> {
            try (StoreEngine store = open(config)) {
                long last = store.lastRecoveredSequence();
                assertTrue(last >= expectation.acknowledged(), "ends with sequence " + last);
                assertEquals(states.get(last), store.entries().toList(), "at sequence " + last);
                assertEquals(
                        last,
                        store.context().counters().values().stream()
                                .mapToLong(Long::longValue)
                                .sum());
                long version = store.get(Key.of("k0")).map(Entry::version).orElse(0L);
                PutResult put =
                        store.put(Key.of("k0"), Value.fromString("again")).value();
                assertEquals(new PutResult(version == 0, version > 0, version + 1, last + 1), put);
            }
        };
    }

    private static StoreEngine open(WalConfig config) {
        return StoreEngine.open(StoreConfig.of(config)).value();
    }

    private static Batch batch(Random random) {
        Batch batch = new Batch();
        for (int i = random.nextInt(4); i >= 0; i--) {
            Key key = Key.of("k" + random.nextInt(6));
            if (random.nextInt(4) == 0) {
                batch.remove(key);
            } else {
                batch.put(key, Value.of(new byte[random.nextInt(600)]));
            }
        }
        return batch;
    }
}
