package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Value;
import softadastra.sync.Conflict;
import softadastra.sync.FailedOperation;
import softadastra.sync.RejectionCode;
import softadastra.sync.SyncEvent;
import softadastra.sync.SyncEvent.ClockAnomaly;

/** Each event there is has words of its own, for people and for programs. */
class EventTextTest {
    private static final NodeId NODE = new NodeId("node-a");
    private static final OperationId ID = new OperationId(NODE, 7, 1);
    private static final HybridTimestamp STAMP = HybridTimestamp.of(1_000, 0);

    private static final List<SyncEvent> ALL = List.of(
            new SyncEvent.ConflictDecided(
                    new Conflict(Key.of("k"), ID, ID, STAMP, Optional.of(Value.fromString("lost")))),
            new SyncEvent.ConflictsDropped(5),
            new SyncEvent.OperationFailed(new FailedOperation(
                    ID, Key.of("k"), false, STAMP, NODE, RejectionCode.TOO_LARGE, "too large", Instant.EPOCH)),
            new SyncEvent.RejectionsDropped(6, 7),
            new SyncEvent.ContentsDiverged(NODE),
            new SyncEvent.MemberJoined(NODE),
            new SyncEvent.MemberFenced(NODE),
            new SyncEvent.Rebased(3),
            new SyncEvent.OriginForked(new Origin(NODE, 7)),
            new SyncEvent.IdentityForked(ID, Key.of("k"), STAMP, HybridTimestamp.of(2_000, 0)),
            anomaly(ClockAnomaly.Response.LIMITED));

    private static ClockAnomaly anomaly(ClockAnomaly.Response response) {
        return new ClockAnomaly(NODE, STAMP, Duration.ofHours(1), response);
    }

    @Test
    void noneIsLeftToItsToString() {
        assertEquals(
                Set.of(SyncEvent.class.getPermittedSubclasses()),
                ALL.stream().map(Object::getClass).collect(Collectors.toSet()),
                "an example of each event there is");
        for (SyncEvent event : ALL) {
            EventText text = EventText.of(event);
            assertFalse(text.line().contains(event.getClass().getSimpleName()), text::line);
            assertFalse(text.json().toString().contains("\"event\""), text.json()::toString);
        }
        assertEquals(
                ALL.size(),
                ALL.stream()
                        .map(event -> EventText.of(event).line().split(":", -1)[0])
                        .distinct()
                        .count());
    }

    @Test
    void whatWasDroppedIsANumber() {
        EventText conflicts = EventText.of(new SyncEvent.ConflictsDropped(5));
        assertEquals("{\"conflictsDropped\":5}", conflicts.json().toString());
        assertTrue(conflicts.line().startsWith("conflicts dropped: 5, "), conflicts::line);
        EventText rejections = EventText.of(new SyncEvent.RejectionsDropped(6, 7));
        assertEquals(
                "{\"rejectionsDropped\":{\"failed\":6,\"untold\":7}}",
                rejections.json().toString());
    }

    @Test
    void aClockThatIsAheadIsNamedAndWhatWasDone() {
        EventText taken = EventText.of(anomaly(ClockAnomaly.Response.LIMITED));
        assertEquals(
                "clock: a stamp of node-a is 3600000 ms ahead of this machine's clock: taken, and followed by two minutes at most",
                taken.line());
        assertEquals(
                "{\"clock\":\"node-a\",\"aheadMillis\":3600000,\"response\":\"LIMITED\"}",
                taken.json().toString());
        assertEquals(
                "clock: a stamp of node-a is 3600000 ms ahead of this machine's clock: this node goes on above it, having joined",
                EventText.of(anomaly(ClockAnomaly.Response.FOLLOWED)).line());
    }
}
