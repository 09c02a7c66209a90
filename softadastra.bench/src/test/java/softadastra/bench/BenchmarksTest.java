package softadastra.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        assertEquals(16, rows.size(), () -> rows.toString());
        assertEquals("| work | ours | raw limit | ratio | target |", lines.get(2));
        assertEquals(4 + rows.size(), lines.size(), () -> lines.toString());
        assertEquals(0, Folders.bytes(directory));
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
