package softadastra.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTest {
    private static final SoftadastraError ERROR =
            SoftadastraError.of(ErrorCode.NOT_FOUND, "key not found").withContext("user:1");

    @Test
    void aSuccessHoldsItsValue() {
        Result<String> result = Result.ok("dark");
        assertTrue(result.isOk());
        assertFalse(result.isErr());
        assertEquals("dark", result.value());
        assertEquals("dark", result.orElseThrow());
        assertEquals("dark", result.orElse("light"));
        assertEquals("dark", result.orElseGet(SoftadastraError::message));
        assertEquals(new Ok<>("dark"), result);
    }

    @Test
    void aFailureHoldsItsError() {
        Result<String> result = Result.err(ERROR);
        assertFalse(result.isOk());
        assertTrue(result.isErr());
        assertSame(ERROR, result.error());
        assertEquals("light", result.orElse("light"));
        assertEquals("key not found", result.orElseGet(SoftadastraError::message));
        assertEquals(new Err<>(ERROR), result);
    }

    @Test
    void theValueOfAFailureIsAnExceptionThatCarriesTheError() {
        Result<String> result = Result.err(ERROR);
        assertSame(
                ERROR, assertThrows(SoftadastraException.class, result::value).error());
        assertSame(
                ERROR,
                assertThrows(SoftadastraException.class, result::orElseThrow).error());
    }

    @Test
    void theErrorOfASuccessIsAnInvalidState() {
        SoftadastraException thrown = assertThrows(SoftadastraException.class, Result.ok(1)::error);
        assertEquals(ErrorCode.INVALID_STATE, thrown.code());
    }

    @Test
    void theEmptySuccessIsOneObject() {
        assertSame(Result.ok(), Result.ok());
        assertSame(Unit.UNIT, Result.ok().value());
        assertEquals("()", Unit.UNIT.toString());
    }

    @Test
    void flatMapObeysTheMonadLaws() {
        for (int n = -3; n <= 12; n++) {
            Result<Integer> start = n < 0 ? Result.err(ERROR) : Result.ok(n);
            assertEquals(half(n), Result.ok(n).flatMap(ResultTest::half), "left identity for " + n);
            assertEquals(start, start.flatMap(Result::ok), "right identity for " + n);
            assertEquals(
                    start.flatMap(ResultTest::half).flatMap(ResultTest::lessOne),
                    start.flatMap(m -> half(m).flatMap(ResultTest::lessOne)),
                    "associativity for " + n);
        }
    }

    @Test
    void mapIsFlatMapWithAFunctionThatCannotFail() {
        for (Result<Integer> start : List.of(Result.ok(7), Result.<Integer>err(ERROR))) {
            assertEquals(start, start.map(n -> n));
            assertEquals(start.flatMap(n -> Result.ok(n + 1)), start.map(n -> n + 1));
            assertEquals(start.map(n -> (n + 1) * 2), start.map(n -> n + 1).map(n -> n * 2));
        }
    }

    @Test
    void aFailureRunsNoFunctionButThoseForErrors() {
        Result<Integer> failure = Result.err(ERROR);
        assertSame(
                ERROR,
                failure.map(n -> {
                            throw new AssertionError("ran");
                        })
                        .error());
        assertSame(
                ERROR,
                failure.<String>flatMap(n -> {
                            throw new AssertionError("ran");
                        })
                        .error());
        assertEquals(
                "doc/1", failure.mapError(e -> e.withContext("doc/1")).error().context());
        assertEquals(Result.ok(1), Result.ok(1).mapError(e -> ERROR));
    }

    @Test
    void consumersSeeTheirSideOnly() {
        List<Object> seen = new ArrayList<>();
        Result<Integer> success = Result.ok(1);
        Result<Integer> failure = Result.err(ERROR);
        assertSame(success, success.ifOk(seen::add).ifErr(seen::add));
        assertSame(failure, failure.ifOk(seen::add).ifErr(seen::add));
        assertEquals(List.of(1, ERROR), seen);
    }

    @Test
    void anAttemptTurnsOurExceptionIntoAFailure() {
        assertEquals(Result.ok(5), Result.attempt(() -> 5));
        assertEquals(Result.err(ERROR), Result.attempt(() -> {
            throw ERROR.toException();
        }));
        assertEquals(Result.ok(), Result.attemptRun(() -> {}));
        assertEquals(Result.err(ERROR), Result.attemptRun(() -> {
            throw ERROR.toException();
        }));
    }

    @Test
    void anAttemptLetsOtherExceptionsPass() {
        IllegalStateException bug = new IllegalStateException("bug");
        assertSame(
                bug,
                assertThrows(
                        IllegalStateException.class,
                        () -> Result.attempt(() -> {
                            throw bug;
                        })));
        assertSame(
                bug,
                assertThrows(
                        IllegalStateException.class,
                        () -> Result.attemptRun(() -> {
                            throw bug;
                        })));
    }

    private static Result<Integer> half(int n) {
        return n % 2 == 0 ? Result.ok(n / 2) : Result.err(ErrorCode.INVALID_ARGUMENT, "odd number " + n);
    }

    private static Result<Integer> lessOne(int n) {
        return n > 0 ? Result.ok(n - 1) : Result.err(ErrorCode.INVALID_STATE, "nothing left");
    }
}
