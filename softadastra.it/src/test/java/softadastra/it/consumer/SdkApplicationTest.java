package softadastra.it.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.ChildJvm;
import softadastra.it.ChildJvm.Outcome;

/** An application that requires softadastra.sdk and nothing else of ours. */
@Tag("packaged")
class SdkApplicationTest {

    @TempDir
    Path directory;

    @Test
    void keepsItsNotes() {
        Path notes = Applications.jar("notes", Jars.CORE, Jars.SPI, Jars.STORE, Jars.SYNC, Jars.SDK);
        List<Path> jars = List.of(notes, Jars.SDK, Jars.SYNC, Jars.STORE, Jars.SPI, Jars.CORE, Jars.FILE);
        assertEquals(new Outcome(0, "key not found\noutbox: 1"), run(jars, "buy milk"));
        assertEquals(new Outcome(0, "found: buy milk\noutbox: 2"), run(jars, "bought"));
    }

    private Outcome run(List<Path> jars, String note) {
        String log = directory.resolve("desk.wal").toString();
        return ChildJvm.run(ChildJvm.java(), List.of("-p", ChildJvm.path(jars), "-m", "notes/notes.Main", log, note));
    }
}
