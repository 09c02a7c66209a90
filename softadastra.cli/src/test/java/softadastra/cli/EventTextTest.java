package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.sync.SyncEvent.ClockAnomaly;

/** What a node that runs says of what happens. */
class EventTextTest {

    private static EventText anomaly(ClockAnomaly.Response response) {
        HybridTimestamp stamp = HybridTimestamp.of(1_000, 0);
        return EventText.of(new ClockAnomaly(new NodeId("b"), stamp, Duration.ofHours(1), response));
    }

    @Test
    void aClockThatIsAheadIsNamedAndWhatWasDone() {
        EventText taken = anomaly(ClockAnomaly.Response.LIMITED);
        assertEquals(
                "clock: a stamp of b is 3600000 ms ahead of this machine's clock: taken, and followed by two minutes at most",
                taken.line());
        assertEquals(
                "{\"clock\":\"b\",\"aheadMillis\":3600000,\"response\":\"LIMITED\"}",
                taken.json().toString());
        assertEquals(
                "clock: a stamp of b is 3600000 ms ahead of this machine's clock: this node goes on above it, having joined",
                anomaly(ClockAnomaly.Response.FOLLOWED).line());
    }
}
