package softadastra.it.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written while there is no peer waits for one, through any kill, and never fails for want of one. */
@Tag("packaged")
class OutboxAfterKillTest {
    @TempDir
    Path directory;

    private NodeProcess node(String id, List<String> peers) throws IOException {
        Path token = Files.writeString(directory.resolve("token"), NodesUnderKillTest.TOKEN);
        return new NodeProcess(id, directory.resolve(id + ".wal"), token, peers);
    }

    @Test
    void aPutBeforeAKillArrivesAtThePeerThatComesLater() throws Exception {
        try (NodeProcess a = node("node-a", List.of())) {
            int unused = a.start();
            a.run("store", "put", "doc/1", "written beside the node");
            assertEquals(1, a.status("outboxSize"));
            assertEquals(0, a.status("failedCount"));
            a.kill();
            a.run("store", "put", "doc/2", "written without it");
            assertTrue(a.run("sync", "status").contains("outbox size : 2"));

            int port = a.start();
            assertEquals(2, a.status("outboxSize"));
            try (NodeProcess b = node("node-b", List.of("http://127.0.0.1:" + port))) {
                int unusedToo = b.start();
                assertEquals(
                        2,
                        b.run("store", "watch", "--from", "1", "--count", "2")
                                .lines()
                                .count());
                assertEquals("written beside the node", b.run("store", "get", "doc/1"));
                assertEquals("written without it", b.run("store", "get", "doc/2"));
                assertEquals(0, b.stop());
            }
            assertEquals(0, a.status("failedCount"));
            assertEquals(0, a.stop());
        }
    }
}
