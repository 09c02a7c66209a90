package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import softadastra.sync.SyncReport;
import softadastra.sync.TransportLink;

/** What a status page says, of a report that has something of everything. */
class StatusPageTest {

    private final StatusPage page = new StatusPage(FakeHost.of("hub").report().orElseThrow(), new Counters());

    @Test
    void theTextSaysHowFarTheNodeIsAndWhatItWaitsFor() {
        String text = page.text();
        assertTrue(text.contains("\nstage     : writing again\n"), text);
        assertTrue(text.contains("\nconflicts : 0 (dropped 5)\n"), text);
        assertTrue(text.contains("\nmalformed : 3 (the last one: malformed message: flags 9)\n"), text);
        assertTrue(text.contains("\nforks     : 6\n"), text);
        assertTrue(text.contains("\nclocks    : 4 stamps too far ahead\n"), text);
        assertTrue(text.contains("\nOpen fences\n  gone@0000000000000def  waits for away hub\n"), text);
    }

    /** Somebody may have anything found for an address, and the page is read in a terminal. */
    @Test
    void anAddressStaysOnItsLineAndCommandsNoTerminal() {
        SyncReport of = FakeHost.of("hub").report().orElseThrow();
        TransportLink link =
                new TransportLink("no\naddress\u001b[2J", Optional.empty(), false, Optional.of("no\r\u009baddress"));
        SyncReport hostile = new SyncReport(
                of.node(),
                of.epoch(),
                of.address(),
                of.entries(),
                of.stage(),
                of.state(),
                of.peers(),
                of.openFences(),
                List.of(link),
                of.conflicts(),
                of.conflictsDropped(),
                of.malformed(),
                of.malformedProblem(),
                of.clockAnomalies(),
                of.forks(),
                of.subscription(),
                of.failure());
        String text = new StatusPage(hostile, new Counters()).text();
        assertTrue(text.contains("\n  no?address?[2J  down  no??address\n"), text);
    }

    @Test
    void theJsonSaysTheSame() {
        String json = page.json();
        assertTrue(json.contains("\"stage\":\"WRITING_AGAIN\""), json);
        assertTrue(json.contains("\"conflicts\":0,\"conflictsDropped\":5,"), json);
        assertTrue(json.contains("\"malformed\":3,\"malformedProblem\":\"malformed message: flags 9\","), json);
        assertTrue(json.contains("\"clockAnomalies\":4,\"forks\":6,"), json);
        assertTrue(
                json.contains(
                        "\"openFences\":[{\"fence\":\"gone\",\"epoch\":\"def\",\"waitsFor\":[\"away\",\"hub\"]}]"),
                json);
    }
}
