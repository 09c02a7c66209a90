package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.tck.fault.SimulatedStorage;

/** Without automatic flush segments have holes: they hold no space in advance, and a full disk is found by writing to them. */
class SparseSegmentsTest {

    private static final int BLOCK = 4096;

    /** Its frame ends where a block does, so that whatever comes next needs room. */
    private static final byte[] VALUE = new byte[3 * BLOCK - Frame.HEADER_BYTES];

    /** The blocks that each file has, as a file system counts them. */
    private final Map<String, Set<Long>> blocks = new HashMap<>();

    private final AtomicLong written = new AtomicLong();
    private long capacity = Long.MAX_VALUE;
    private final SimulatedStorage simulated = SimulatedStorage.create();
    private final Storage disk = Intercepted.storage(simulated, this::count);
    private final WalConfig config = WalConfig.durable("simulated.wal")
            .withProvider(new FileWalProvider())
            .withAutoFlush(false)
            .withStorage(path -> disk);

    private synchronized void count(Intercepted.Call call) throws IOException {
        switch (call.method()) {
            case "delete" -> blocks.remove(call.file());
            case "rename" -> blocks.put((String) call.arguments().get(1), blocks.remove(call.file()));
            case "write" -> {
                Set<Long> mine = blocks.computeIfAbsent(call.file(), name -> new HashSet<>());
                for (long at = call.number(0) / BLOCK; at * BLOCK < call.number(0) + call.number(3); at++) {
                    if (!mine.contains(at) && (blocks() + 1) * BLOCK > capacity) {
                        throw new IOException("No space left on device");
                    }
                    mine.add(at);
                }
                written.addAndGet(call.number(3));
            }
            default -> {}
        }
    }

    private synchronized long blocks() {
        return blocks.values().stream().mapToLong(Set::size).sum();
    }

    private synchronized void setCapacity(long bytes) {
        capacity = bytes;
    }

    private static void put(WalLog log) {
        assertTrue(log.submit(WalRecordType.PUT.code(), VALUE) > 0);
    }

    private static void remove(WalLog log) {
        assertTrue(log.submit(WalRecordType.DELETE.code(), new byte[20]) > 0);
    }

    private static void assertFull(WalLog log) {
        assertEquals(
                ErrorCode.NO_SPACE,
                assertThrows(SoftadastraException.class, () -> put(log)).code());
    }

    private static void assertReads(Wal wal, long first, long last) {
        assertEquals(last - first + 1, wal.reader().forEach(first, record -> {}).value());
    }

    /** Puts until there is no room; the last sequence. */
    private static long fill(WalLog log) {
        while (true) {
            try {
                put(log);
            } catch (SoftadastraException e) {
                assertEquals(ErrorCode.NO_SPACE, e.code());
                return log.lastSequence();
            }
        }
    }

    private void fillFirst(WalLog log, int megabytes) {
        for (int i = 0; i < megabytes * 100; i++) {
            put(log);
        }
    }

    @Test
    void nothingIsWrittenTwiceAndLittleIsHeldInAdvance() {
        try (Wal wal = Wal.open(config).orElseThrow()) {
            fillFirst(wal.log(), 2);
            long before = written.get();
            long first = wal.log().lastSequence();
            fillFirst(wal.log(), 40);
            wal.log().flush();
            long payload = (wal.log().lastSequence() - first) * VALUE.length;
            // The first of them had a spare of zeros yet.
            assertTrue(written.get() - before < payload + payload / 10, () -> written.get() - before + " bytes");
            long all = wal.log().lastSequence() * VALUE.length;
            assertTrue(blocks() * BLOCK < all + all / 20, () -> blocks() + " blocks");
            assertTrue(wal.stats().bytes() < all + all / 20, () -> wal.stats().toString());
            assertTrue(wal.stats().segments() <= 12, () -> wal.stats().toString());
        }
    }

    @Test
    void whoFlushesOftenGetsZeros() throws IOException {
        try (Wal wal = Wal.open(config).orElseThrow()) {
            for (int i = 0; i < 400; i++) {
                put(wal.log());
                if (i % 10 == 0) {
                    wal.log().flush();
                }
            }
        }
        assertFalse(LogLayout.read(disk, WalMarker.read(disk).value().orElseThrow()).segments().stream()
                .anyMatch(segment -> segment.requireHeader().sparse()));
    }

    @Test
    void whoForcesEachAppendGetsASegmentOfZeros() throws IOException {
        try (Wal wal = Wal.open(config).orElseThrow()) {
            fillFirst(wal.log(), 3);
        }
        WalMarker marker = WalMarker.read(disk).value().orElseThrow();
        assertTrue(LogLayout.read(disk, marker).last().requireHeader().sparse());
        WalConfig durable = config.withAutoFlush(true);
        for (int i = 1; i <= 3; i++) {
            try (Wal wal = Wal.open(durable).orElseThrow()) {
                put(wal.log());
                assertReads(wal, 1, 300 + i);
                assertFalse(LogLayout.read(disk, marker).last().requireHeader().sparse());
            }
        }
        // One that has no room goes on where it is.
        try (Wal wal = Wal.open(config).orElseThrow()) {
            fillFirst(wal.log(), 10);
        }
        assertTrue(LogLayout.read(disk, marker).last().requireHeader().sparse());
        setCapacity((blocks() + 4) * BLOCK);
        try (Wal wal = Wal.open(durable).orElseThrow()) {
            assertReads(wal, 1, 1_303);
            remove(wal.log());
        }
    }

    @Test
    void aFullDiskRefusesAppendsAndTakesThemAgainOnceThereIsRoom() {
        long last;
        try (Wal wal = Wal.open(config).orElseThrow()) {
            WalLog log = wal.log();
            fillFirst(log, 5);
            setCapacity(20 << 20);
            last = fill(log);
            assertTrue(last > 1_000, () -> log.lastSequence() + " fitted");
            for (int i = 0; i < 3; i++) {
                assertFull(log);
            }
            assertReads(wal, 1, last);
            log.flush();
            assertEquals(last, log.durableSequence());
            setCapacity(60 << 20);
            for (int i = 0; i < 300; i++) {
                put(log);
            }
            assertReads(wal, 1, last + 300);
            last = fill(log);
            assertReads(wal, 1, last);
        }
        setCapacity(Long.MAX_VALUE);
        try (Wal wal = Wal.open(config).orElseThrow()) {
            assertReads(wal, 1, last);
        }
    }

    @Test
    void removesAndCheckpointsMakeRoomOnAFullDisk() {
        try (Wal wal = Wal.open(config).orElseThrow()) {
            WalLog log = wal.log();
            fillFirst(log, 5);
            setCapacity(20 << 20);
            long last = fill(log);
            for (int i = 0; i < 2_000; i++) {
                remove(log);
            }
            log.flush();
            assertReads(wal, 1, last + 2_000);
            assertFull(log);
            try (WalCheckpointWriter writer = log.beginCheckpoint()) {
                writer.write(new byte[10_000], 0, 10_000);
                assertEquals(last + 2_000, writer.publish(last + 2_000).endSequence());
            }
            for (int i = 0; i < 500; i++) {
                put(log);
            }
            assertReads(wal, last + 2_001, last + 2_500);
        }
    }

    @Test
    void whatTheLogSaysOfItselfNeedsNoRoomOnAFullDisk() {
        long last;
        try (Wal wal = Wal.open(config).orElseThrow()) {
            WalLog log = wal.log();
            fillFirst(log, 5);
            setCapacity(20 << 20);
            last = fill(log);
            assertFull(log);
            log.flush();
            setCapacity(blocks() * BLOCK);
            Handwork background = new Handwork();
            for (int i = 0; i < 3; i++) {
                background.background(log);
            }
            assertReads(wal, 1, last);
            log.flush();
        }
        setCapacity(Long.MAX_VALUE);
        try (Wal wal = Wal.open(config).orElseThrow()) {
            assertReads(wal, 1, last);
            put(wal.log());
        }
    }
}
