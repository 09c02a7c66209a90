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
import softadastra.sync.TransportLink;

/** A node says what keeps it from its work when that begins, when it changes, and when it has passed, and not each time it looks. */
class NodeHealthTest {
    private static final SoftadastraError FORK = SoftadastraError.of(ErrorCode.ORIGIN_FORK, "two nodes take part as b");
    private static final SoftadastraError FULL =
            SoftadastraError.of(ErrorCode.NO_SPACE, "failed to append WAL record: no space left on device");

    private static final String PEER = "http://192.0.2.7:7420";

    private final List<String> said = new ArrayList<>();
    private Optional<SoftadastraError> store = Optional.empty();
    private Optional<SoftadastraError> sync = Optional.empty();
    private List<TransportLink> links = List.of();
    private NodeHealth health = health(false);

    private NodeHealth health(boolean json) {
        return new NodeHealth(json, said::add, () -> store, () -> sync, List.of(PEER), () -> links);
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
        for (int i = 1; i < NodeHealth.WELL; i++) {
            assertEquals("", said());
        }
        assertEquals("recovered: operations are exchanged again", said());
        assertEquals("", said());
    }

    @Test
    void aStepThatGoesWellBetweenTwoThatFailIsNoRecovery() {
        sync = Optional.of(FULL);
        assertTrue(said().startsWith("failing: "));
        for (int i = 1; i < NodeHealth.WELL; i++) {
            sync = Optional.empty();
            assertEquals("", said());
            sync = Optional.of(FULL);
            assertEquals("", said());
        }
    }

    private void down(String problem) {
        links = List.of(
                new TransportLink(PEER, Optional.empty(), false, Optional.of(problem)),
                new TransportLink("192.0.2.8", Optional.empty(), false, Optional.of("who called is gone")));
    }

    @Test
    void whyAPeerIsNotReachedIsSaidOnceItHasHadItsTime() {
        down("connection refused");
        for (int i = 1; i < NodeHealth.LOOKS; i++) {
            assertEquals("", said());
        }
        assertEquals("unreached: http://192.0.2.7:7420: connection refused; it is tried again", said());
        assertEquals("", said());
        down("unknown host");
        assertTrue(said().contains("unknown host"));
        down("connection refused");
        assertEquals("", said());
        links = List.of(new TransportLink(PEER, Optional.empty(), true, Optional.empty()));
        assertEquals("reached: http://192.0.2.7:7420", said());
        assertEquals("", said());
        down("connection refused");
        assertEquals("", said());
    }

    @Test
    void aPeerThatAnswersInTimeIsNoNews() {
        down("connection refused");
        assertEquals("", said());
        links = List.of(new TransportLink(PEER, Optional.empty(), true, Optional.empty()));
        assertEquals("", said());
    }

    @Test
    void inJsonToo() {
        health = health(true);
        sync = Optional.of(FORK);
        assertEquals("ORIGIN_FORK", Cli.text(Cli.object(Cli.json(said()), "failing"), "code"));
        sync = Optional.empty();
        for (int i = 1; i < NodeHealth.WELL; i++) {
            assertEquals("", said());
        }
        assertEquals("true", Cli.text(Cli.json(said()), "recovered"));
        down("connection refused");
        for (int i = 1; i < NodeHealth.LOOKS; i++) {
            assertEquals("", said());
        }
        assertEquals("connection refused", Cli.text(Cli.object(Cli.json(said()), "unreached"), "problem"));
        links = List.of(new TransportLink(PEER, Optional.empty(), true, Optional.empty()));
        assertEquals(PEER, Cli.text(Cli.object(Cli.json(said()), "reached"), "address"));
    }

    @Test
    void aStoreThatTakesNothingMoreIsTheEnd() {
        store = Optional.of(FULL);
        assertEquals(
                FULL, assertThrows(SoftadastraException.class, health::look).error());
    }
}
