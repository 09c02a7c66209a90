package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.ErrorCode;
import softadastra.core.Result;

class StoreAsyncTest {

    /** More than may be under way at once. */
    private static final int WRITES = 2 * AsyncWrites.MAX_IN_FLIGHT;

    @TempDir
    Path directory;

    private StoreConfig config(boolean autoFlush) {
        return StoreConfig.durable(directory.resolve("a.wal")).withAutoFlush(autoFlush);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsAnsweredIsDurableAndInOrder(boolean autoFlush) {
        List<CompletableFuture<Result<PutResult>>> answers = new ArrayList<>();
        try (StoreEngine store = StoreEngine.open(config(autoFlush)).orElseThrow()) {
            for (int i = 0; i < WRITES; i++) {
                answers.add(store.putAsync(Key.of("k" + i % 10), Value.fromString("v" + i)));
            }
            for (int i = 0; i < WRITES; i++) {
                PutResult put = answers.get(i).join().orElseThrow();
                assertEquals(i + 1, put.sequence());
                assertEquals(i / 10 + 1, put.version());
            }
            assertTrue(store.stats().durableSequence() >= WRITES);
            assertEquals(
                    "v" + (WRITES - 1),
                    store.get(Key.of("k" + (WRITES - 1) % 10))
                            .orElseThrow()
                            .value()
                            .asString());
            assertTrue(store.removeAsync(Key.of("k1")).join().orElseThrow().deleted());
            Batch batch = new Batch().put(Key.of("a"), Value.fromString("1")).remove(Key.of("k2"));
            assertEquals(1, store.writeAsync(batch).join().orElseThrow().created());
            assertEquals(9, store.size());
        }
    }

    @Test
    void whatDependsOnAnAnswerMayWrite() {
        try (StoreEngine store = StoreEngine.open(config(true)).orElseThrow()) {
            Result<PutResult> second = store.putAsync(Key.of("a"), Value.fromString("1"))
                    .thenCompose(first -> store.putAsync(Key.of("b"), Value.fromString("2")))
                    .join();
            assertEquals(2, second.orElseThrow().sequence());
        }
    }

    @Test
    void closingAnswersAll() {
        StoreEngine store = StoreEngine.open(config(true)).orElseThrow();
        List<CompletableFuture<Result<PutResult>>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(store.putAsync(Key.of("k" + i), Value.fromString("v")));
        }
        store.close();

        assertTrue(answers.stream()
                .allMatch(answer -> answer.isDone() && answer.join().isOk()));
        assertEquals(
                ErrorCode.INVALID_STATE,
                store.putAsync(Key.of("k"), Value.fromString("v"))
                        .join()
                        .error()
                        .code());
    }

    @Test
    void whatIsRefusedIsAnsweredAtOnce() {
        try (StoreEngine store = StoreEngine.open(config(true)).orElseThrow()) {
            CompletableFuture<Result<PutResult>> empty = store.putAsync(Key.of(""), Value.fromString("v"));
            assertTrue(empty.isDone());
            assertEquals(ErrorCode.INVALID_ARGUMENT, empty.join().error().code());
        }
    }
}
