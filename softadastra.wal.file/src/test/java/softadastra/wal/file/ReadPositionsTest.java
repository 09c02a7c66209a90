package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.tck.fault.SimulatedStorage;

/** Who reads a log in pieces does not read it from the start of each segment again. */
class ReadPositionsTest {

    private static final int RECORDS = 6_000;

    private int fromTheStart;
    private final Storage disk = Intercepted.storage(SimulatedStorage.create(), call -> {
        boolean atFirstFrame = call.method().equals("read") && call.number(0) == SegmentHeader.BYTES;
        fromTheStart += atFirstFrame ? 1 : 0;
    });

    private final WalConfig config = WalConfig.durable("simulated.wal")
            .withProvider(new FileWalProvider())
            .withAutoFlush(false)
            .withStorage(path -> disk);

    /** Singles and batches of all lengths up to 40, each record with its sequence. */
    private static void fill(WalLog log, Random random) {
        long sequence = log.lastSequence() + 1;
        while (sequence <= RECORDS) {
            if (random.nextBoolean()) {
                log.submit(WalRecordType.PUT.code(), payload(sequence++));
            } else {
                WalBatch batch = new WalBatch();
                for (int i = random.nextInt(40); i >= 0; i--) {
                    batch.add(WalRecordType.PUT, payload(sequence++));
                }
                log.submit(batch);
            }
        }
    }

    private static byte[] payload(long sequence) {
        return ByteBuffer.allocate(100).putLong(sequence).array();
    }

    /** Reads so many records, and checks each; the sequence to go on with. */
    private static long piece(WalLog log, long from, int records) {
        List<Long> seen = new ArrayList<>();
        log.read(from, (sequence, type, status, timestamp, buffer, offset, length) -> {
            assertEquals(sequence, ByteBuffer.wrap(buffer, offset, length).getLong());
            assertEquals(from + seen.size(), sequence);
            seen.add(sequence);
            return seen.size() < records;
        });
        assertEquals(Math.min(records, log.lastSequence() - from + 1), seen.size());
        return from + seen.size();
    }

    @Test
    void readersThatGoOnBeginWhereTheyEnded() {
        try (Wal wal = Wal.open(config).orElseThrow()) {
            WalLog log = wal.log();
            fill(log, new Random(1));
            log.flush();
            long segments = wal.log().stats().segments();
            fromTheStart = 0;
            long[] readers = {1, 1, 1};
            int pieces = 0;
            while (readers[0] <= log.lastSequence()) {
                for (int i = 0; i < readers.length; i++) {
                    readers[i] = readers[i] <= log.lastSequence() ? piece(log, readers[i], 37) : readers[i];
                    pieces++;
                }
            }
            assertTrue(pieces > 10 * segments, pieces + " pieces of " + segments + " segments");
            assertTrue(
                    fromTheStart <= 2 * segments * readers.length,
                    fromTheStart + " times from the start of one of " + segments + " segments");
        }
    }

    @Test
    void readersAnywhereSeeWhatIsThere() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            SimulatedStorage storage = SimulatedStorage.create();
            try (Wal wal = Wal.open(config.withStorage(path -> storage)).orElseThrow()) {
                fill(wal.log(), random);
                for (int i = 0; i < 300; i++) {
                    long from = 1L + random.nextInt((int) wal.log().lastSequence());
                    long unused = piece(wal.log(), from, 1 + random.nextInt(200));
                    wal.log().submit(WalRecordType.PUT.code(), payload(wal.log().lastSequence() + 1));
                }
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }
}
