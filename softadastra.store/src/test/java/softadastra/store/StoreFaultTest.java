package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.tck.fault.CrashChoice;
import softadastra.wal.tck.fault.FaultInjectingStorage;
import softadastra.wal.tck.fault.IoFailure;
import softadastra.wal.tck.fault.IoFaults;
import softadastra.wal.tck.fault.SimulatedStorage;

/**
 * Every call on the disk fails once, in turn, and then all calls from it on: what was answered ok is there after a reopen and
 * after a power cut, what was refused is not, and only what was answered INDETERMINATE may be either.
 */
class StoreFaultTest {

    private static final List<Batch> WRITES = List.of(
            batch("a=1"),
            batch("b=1"),
            batch("a=2", "c=1", "b"),
            batch("c"),
            batch("a=3"),
            batch("d=1", "d=2"),
            batch("a"));

    private static final long SEED = 7;

    private static Batch batch(String... operations) {
        Batch batch = new Batch();
        for (String operation : operations) {
            String[] parts = operation.split("=", 2);
            if (parts.length == 2) {
                batch.put(Key.of(parts[0]), Value.fromString(parts[1]));
            } else {
                batch.remove(Key.of(parts[0]));
            }
        }
        return batch;
    }

    /** What one run was told. */
    private static final class Told {
        final Map<Key, Value> sure = new TreeMap<>();
        Optional<Batch> maybe = Optional.empty();
        boolean failed;

        Map<Key, Value> withMaybe() {
            Map<Key, Value> all = new TreeMap<>(sure);
            maybe.ifPresent(batch -> apply(batch, all));
            return all;
        }
    }

    private static void apply(Batch batch, Map<Key, Value> state) {
        for (Operation operation : batch.operations()) {
            operation.value().ifPresentOrElse(v -> state.put(operation.key(), v), () -> state.remove(operation.key()));
        }
    }

    @ParameterizedTest
    @EnumSource(IoFailure.class)
    void eachCallFailsOnce(IoFailure failure) {
        failInTurn(failure, number -> IoFaults.once(number, failure));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "INTERRUPT")
    void eachCallAndAllAfterItFail(IoFailure failure) {
        failInTurn(failure, number -> IoFaults.from(number, failure));
    }

    private static void failInTurn(IoFailure failure, Function<Long, IoFaults> faults) {
        boolean clean = false;
        for (long number = 1; !clean; number++) {
            SimulatedStorage disk = SimulatedStorage.create();
            FaultInjectingStorage faulty = new FaultInjectingStorage(disk, faults.apply(number));
            String at = failure + " at call " + number + ", seed " + SEED;
            Told told = run(faulty, at);
            clean = faulty.failures() == 0;
            assertTrue(!clean || !told.failed, at);
            // The flag that an interrupted call set is the caller's, and was kept for it.
            boolean interrupted = Thread.interrupted();
            assertTrue(!interrupted || failure == IoFailure.INTERRUPT, at);
            checkReopened(disk.copy(), told, at + ", reopened");
            checkReopened(disk.crash(CrashChoice.random(new Random(SEED + number))), told, at + ", power cut");
        }
    }

    private static Told run(Storage storage, String at) {
        Told told = new Told();
        Result<StoreEngine> opened = attempt(() -> StoreEngine.open(config(storage)));
        if (opened.isErr()) {
            told.failed = true;
            return told;
        }
        StoreEngine store = opened.value();
        for (Batch batch : WRITES) {
            Result<BatchResult> written = attempt(() -> store.write(batch));
            if (written.isOk()) {
                assertTrue(told.maybe.isEmpty(), at + ": ok after indeterminate");
                apply(batch, told.sure);
            } else if (written.error().code() == ErrorCode.INDETERMINATE) {
                assertTrue(told.maybe.isEmpty(), at + ": indeterminate twice");
                told.maybe = Optional.of(batch);
            }
            told.failed |= written.isErr();
            assertEquals(told.sure, state(store), at + ": readers see what was answered ok");
        }
        Result<?> closed = attempt(() -> Result.attemptRun(store::close));
        told.failed |= closed.isErr();
        return told;
    }

    /** An {@code Error} on the way leaves as open as INDETERMINATE what happened. */
    private static <T> Result<T> attempt(java.util.function.Supplier<Result<T>> call) {
        try {
            return call.get();
        } catch (OutOfMemoryError e) {
            return Result.err(ErrorCode.INDETERMINATE, "out of memory");
        }
    }

    private static StoreConfig config(Storage storage) {
        return StoreConfig.of(WalConfig.durable("a.wal").withNodeId("a").withStorage(path -> storage));
    }

    private static Map<Key, Value> state(StoreEngine store) {
        Map<Key, Value> state = new TreeMap<>();
        store.entries().forEach(e -> state.put(e.key(), e.value()));
        return state;
    }

    private static void checkReopened(Storage disk, Told told, String at) {
        try (StoreEngine store = StoreEngine.open(config(disk)).value()) {
            Map<Key, Value> found = state(store);
            List<Map<Key, Value>> allowed = new ArrayList<>(List.of(told.sure, told.withMaybe()));
            assertTrue(allowed.contains(found), at + ": found " + found + ", told " + allowed);
            assertTrue(store.put(Key.of("again"), Value.fromString("1")).isOk(), at);
        } catch (SoftadastraException e) {
            throw new AssertionError(at + ": " + e.error(), e);
        }
    }
}
