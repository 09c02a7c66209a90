package softadastra.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

class BenchmarksTest {

    @TempDir
    Path directory;

    @Test
    void everyWorkRunsAndIsChecked() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<Row> rows;
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            rows = Benchmarks.run(directory, Sizes.TINY, List.of(), out);
        }
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(37, rows.size(), () -> rows.toString());
        assertEquals("| work | ours | raw limit | ratio | ours to the peers' | target |", lines.get(2));
        assertEquals(4 + rows.size(), lines.size(), () -> lines.toString());
        assertEquals(0, Folders.bytes(directory));
        for (Row row : rows) {
            // Each compares with the peers or says why not.
            for (String peer : peersOf(row.work())) {
                assertTrue(row.peers().contains(peer), row::toString);
            }
        }
    }

    private static List<String> peersOf(String work) {
        if (work.contains("append") && (work.contains("peers") || work.contains("threads"))) {
            return List.of("Artemis NIO", "Artemis ASYNCIO", "RocksDB");
        }
        boolean ofStores = work.startsWith("durable put,") || work.startsWith("get") || work.startsWith("put");
        return ofStores ? List.of("RocksDB", "H2 MVStore", "Xodus", "SQLite") : List.of();
    }

    @Test
    void indexesAreComparedWhereThatIsAskedFor() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            List<Row> rows = Benchmarks.run(directory, Sizes.TINY, List.of("index"), out);
            assertEquals(8, rows.size(), () -> rows.toString());
        }
    }

    @Test
    void aLargeStoreIsFilledAndOpenedByProcessesOfTheirOwn() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            List<Row> rows = Benchmarks.run(directory, Sizes.TINY, List.of("store-large"), out);
            assertEquals(7, rows.size(), () -> rows.toString());
        }
    }

    @Test
    void aPeerThatDoesNotRunHereIsLeftOutAndTold() throws Exception {
        try (Peers<PeerLog> peers = new Peers<PeerLog>(directory)
                .add("somewhere else", folder -> {
                    throw new UnsatisfiedLinkError("no such library");
                })
                .add("RocksDB", folder -> new RocksLog(folder, 1, false))) {
            Alternation turns = new Alternation();
            peers.take(turns, 10);
            Alternation.Outcome outcome = turns.run(0, 1);
            String told = peers.compare(new Figures(1), outcome);
            assertTrue(told.contains(" x RocksDB ("), told);
            assertTrue(
                    told.endsWith(
                            "; somewhere else does not run here (java.lang.UnsatisfiedLinkError: no such library)"),
                    told);
        }
    }

    @Test
    void aPeerThatLostARecordEndsTheRun() throws Exception {
        try (PeerLog forgetful = new RocksLog(directory.resolve("peer"), 2, false) {
            @Override
            void append(byte[] record) throws RocksDBException {
                if (RecordSource.number(record, 0, record.length) != RecordSource.RANGE + 3) {
                    super.append(record);
                }
            }
        }) {
            Alternation turns = new Alternation().add(forgetful, 10);
            WrongResultException wrong = assertThrows(WrongResultException.class, () -> turns.run(0, 1));
            assertEquals("record of source 1: expected 3, found 4", wrong.getMessage());
        }
    }

    @Test
    void aWorkThatNobodyKnowsIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> Benchmarks.run(directory, Sizes.TINY, List.of("nothing"), System.out));
    }

    @Test
    void aRecordThatIsMissingIsFound() {
        RecordSource source = new RecordSource(0);
        RecordCheck check = new RecordCheck(1);
        check.accept(source.next(), 0, RecordSource.BYTES);
        source.next();
        byte[] third = source.next();
        assertThrows(WrongResultException.class, () -> check.accept(third, 0, RecordSource.BYTES));
        assertThrows(WrongResultException.class, () -> check.complete(2));
    }

    @Test
    void aRecordWithAnyWrongByteIsFound() {
        byte[] record = new RecordSource(3).next();
        assertEquals(3 * RecordSource.RANGE, RecordSource.number(record, 0, record.length));
        for (int i = 0; i < record.length; i++) {
            byte[] damaged = record.clone();
            damaged[i] ^= 1;
            int at = i;
            assertThrows(
                    WrongResultException.class,
                    () -> RecordSource.number(damaged, 0, damaged.length),
                    () -> "byte " + at);
        }
    }

    @Test
    void recordsAreNumberedThroughEveryDigit() {
        RecordSource source = new RecordSource(1);
        for (long i = 0; i < 12_345; i++) {
            assertEquals(RecordSource.RANGE + i, RecordSource.number(source.next(), 0, RecordSource.BYTES));
        }
        assertEquals("user:01000012345", source.nextKey());
    }

    @Test
    void aRatioIsTheMedianOverNeighbouringBlocks() {
        Figures limit = new Figures(100, 400, 100, 200, 1_000);
        Figures ours = new Figures(110, 400, 125, 100, 10_000);
        assertEquals(100 / 110.0, ours.speedTo(limit, 0.5), 1e-9);
        assertEquals(200, limit.medianNanos());
    }

    @Test
    void aContenderThatLostSomethingEndsTheRun() {
        Contender forgetful = new Contender() {
            @Override
            public String name() {
                return "forgetful";
            }

            @Override
            public void run(int operations) {}

            @Override
            public void verify() {
                WrongResultException.require(1, 0, "records");
            }

            @Override
            public void close() {}
        };
        WrongResultException wrong = assertThrows(
                WrongResultException.class,
                () -> new Alternation().add(forgetful, 1).run(0, 1));
        assertEquals("records: expected 1, found 0", wrong.getMessage());
    }
}
