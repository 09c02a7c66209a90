package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;

/** A node says what keeps it from its work when that begins, when it changes, and when it has passed, and not each time it looks. */
class NodeHealthTest {
    private static final SoftadastraError FORK = SoftadastraError.of(ErrorCode.ORIGIN_FORK, "two nodes take part as b");
    private static final SoftadastraError FULL =
            SoftadastraError.of(ErrorCode.NO_SPACE, "failed to append WAL record: no space left on device");

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Io io = new Io(
            new ByteArrayOutputStream(),
            err,
            new ByteArrayInputStream(new byte[0]),
            new Terminal(false, false, StandardCharsets.UTF_8));
    private Optional<SoftadastraError> store = Optional.empty();
    private Optional<SoftadastraError> sync = Optional.empty();
    private final NodeHealth health = new NodeHealth(io, () -> store, () -> sync);

    private String said() {
        health.look();
        String said = err.toString(StandardCharsets.UTF_8);
        err.reset();
        return said;
    }

    @Test
    void whatChangesIsSaidOnce() {
        assertEquals("", said());
        sync = Optional.of(FORK);
        assertEquals("failing: nothing is exchanged, it is tried again: two nodes take part as b\n", said());
        sync = Optional.of(FORK.withContext("at another offset"));
        assertEquals("", said());
        sync = Optional.of(FULL);
        assertTrue(said().contains("no space left on device"));
        sync = Optional.empty();
        assertEquals("recovered: operations are exchanged again\n", said());
        assertEquals("", said());
    }

    @Test
    void inJsonToo() {
        io.useJson(true);
        sync = Optional.of(FORK);
        assertEquals("ORIGIN_FORK", Cli.text(Cli.object(Cli.json(said()), "failing"), "code"));
        sync = Optional.empty();
        assertEquals("true", Cli.text(Cli.json(said()), "recovered"));
    }

    @Test
    void aStoreThatTakesNothingMoreIsTheEnd() {
        store = Optional.of(FULL);
        assertEquals(
                FULL, assertThrows(SoftadastraException.class, health::look).error());
    }
}
