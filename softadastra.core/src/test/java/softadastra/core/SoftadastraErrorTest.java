package softadastra.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

class SoftadastraErrorTest {
    private static final SoftadastraError PLAIN =
            SoftadastraError.of(ErrorCode.INVALID_ARGUMENT, "invalid key: key is empty");

    @Test
    void anErrorIsShownAsItsMessageWithItsContextInParentheses() {
        assertEquals("invalid key: key is empty", PLAIN.display());
        assertEquals("invalid key: key is empty (put)", PLAIN.withContext("put").display());
        assertEquals("INVALID_ARGUMENT: invalid key: key is empty", PLAIN.toString());
        assertEquals(
                "IO_ERROR: failed to flush WAL (s1) [cause: java.io.IOException: reset]",
                SoftadastraError.of(ErrorCode.IO_ERROR, "failed to flush WAL", new IOException("reset"))
                        .withContext("s1")
                        .toString());
    }

    @Test
    void eachWithChangesOnePart() {
        IOException cause = new IOException("reset");
        SoftadastraError error = PLAIN.withContext("here").withCause(cause).withSeverity(Severity.WARNING);
        assertEquals(new SoftadastraError(PLAIN.code(), Severity.WARNING, PLAIN.message(), "here", cause), error);
        assertNull(error.withCause(null).cause());
    }

    @Test
    void anErrorHasItsCodesSeverityUnlessSaidOtherwise() {
        for (ErrorCode code : ErrorCode.values()) {
            assertEquals(code.defaultSeverity(), SoftadastraError.of(code, "x").severity());
        }
        assertEquals(Severity.FATAL, ErrorCode.CORRUPTION.defaultSeverity());
        assertEquals(Severity.ERROR, ErrorCode.LOCKED.defaultSeverity());
    }

    @Test
    void anErrorWithoutAMessageIsRefused() {
        SoftadastraException thrown =
                assertThrows(SoftadastraException.class, () -> SoftadastraError.of(ErrorCode.LOCKED, ""));
        assertEquals(ErrorCode.INVALID_ARGUMENT, thrown.code());
    }

    @Test
    void theExceptionShowsTheErrorAndItsCause() {
        IOException cause = new IOException("reset");
        SoftadastraError error = PLAIN.withContext("put").withCause(cause);
        SoftadastraException exception = error.toException();
        assertSame(error, exception.error());
        assertSame(error.code(), exception.code());
        assertEquals(error.display(), exception.getMessage());
        assertSame(cause, exception.getCause());
        assertSame(
                cause,
                new SoftadastraException(ErrorCode.IO_ERROR, "failed", cause)
                        .error()
                        .cause());
    }

    @Test
    void theExceptionSurvivesSerialization() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(PLAIN.withContext("put").toException());
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            SoftadastraException read = (SoftadastraException) in.readObject();
            assertEquals(PLAIN.withContext("put"), read.error());
        }
    }
}
