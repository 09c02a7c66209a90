package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
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

    private final List<String> said = new ArrayList<>();
    private Optional<SoftadastraError> store = Optional.empty();
    private Optional<SoftadastraError> sync = Optional.empty();
    private NodeHealth health = health(false);

    private NodeHealth health(boolean json) {
        return new NodeHealth(json, said::add, () -> store, () -> sync);
    }

    private String said() {
        health.look();
        String all = String.join("\n", said);
        said.clear();
        return all;
    }

    @Test
    void whatChangesIsSaidOnce() {
        assertEquals("", said());
        sync = Optional.of(FORK);
        assertEquals("failing: nothing is exchanged, it is tried again: two nodes take part as b", said());
        sync = Optional.of(FORK.withContext("at another offset"));
        assertEquals("", said());
        sync = Optional.of(FULL);
        assertTrue(said().contains("no space left on device"));
        sync = Optional.empty();
        assertEquals("recovered: operations are exchanged again", said());
        assertEquals("", said());
    }

    @Test
    void inJsonToo() {
        health = health(true);
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
