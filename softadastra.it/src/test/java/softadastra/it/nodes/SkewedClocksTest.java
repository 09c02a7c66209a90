package softadastra.it.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.ChildJvm;

/** Three nodes in JVMs of their own, over HTTP, whose clocks are an hour apart from one to the next. */
class SkewedClocksTest {
    private static final int[] MINUTES_AHEAD = {60, 0, -60};
    private static final int KEYS = 10;

    @TempDir
    Path directory;

    private final List<FaultyProxy> wires = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final List<ChildJvm> nodes = new ArrayList<>();

    @BeforeEach
    void start() {
        for (int unused : MINUTES_AHEAD) {
            wires.add(new FaultyProxy(1, new AtomicLong()));
        }
        for (int i = 0; i < MINUTES_AHEAD.length; i++) {
            int self = i;
            List<String> arguments = new ArrayList<>(
                    List.of(directory.resolve(i + ".wal").toString(), "node-" + i, Integer.toString(MINUTES_AHEAD[i])));
            IntStream.range(0, MINUTES_AHEAD.length)
                    .filter(other -> other != self)
                    .forEach(other -> arguments.add(wires.get(other).url()));
            ChildJvm child = ChildJvm.ofTests(
                    List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                    SkewedChild.class,
                    arguments.toArray(String[]::new));
            nodes.add(child);
        }
        for (ChildJvm child : nodes) {
            String address = child.line().orElseThrow();
            ports.add(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
        }
    }

    @AfterEach
    void stop() {
        nodes.forEach(ChildJvm::close);
        wires.forEach(FaultyProxy::close);
    }

    private String ask(int node, String line) {
        OutputStream in = nodes.get(node).input();
        try {
            in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
        } catch (IOException e) {
            throw new AssertionError(
                    "node " + node + " has ended: " + nodes.get(node).toEnd(), e);
        }
        return nodes.get(node).line().orElseThrow();
    }

    /**
     * Waits until every node has acknowledged what every other one wrote. A node says so of those it knows, and may have met but one of
     * them the first time round; when all have said so, each has heard of all that the others had heard of.
     */
    private void awaitAllAcknowledged() {
        for (int round = 0; round < 2; round++) {
            for (int node = 0; node < nodes.size(); node++) {
                assertEquals("true", ask(node, "synced"), "node " + node);
            }
        }
    }

    private String valueOf(int node, String key) {
        return ask(node, "get " + key);
    }

    @Test
    void allAgreeConflictsAreToldAndWhoHasSeenAValueOverwritesItWhateverTheClockSays() {
        // Apart: nobody gets through to anybody. Whose clock is behind the most writes last.
        for (int node = 0; node < nodes.size(); node++) {
            for (int key = 0; key < KEYS; key++) {
                assertEquals("ok", ask(node, "put doc/" + key + " of-" + node));
            }
        }
        for (int node = 0; node < nodes.size(); node++) {
            assertEquals(Integer.toString(KEYS), ask(node, "outbox"));
        }
        // Not before all are asked: from the first wire on, others get through too.
        for (int node = 0; node < nodes.size(); node++) {
            wires.get(node).leadTo(ports.get(node));
        }
        awaitAllAcknowledged();
        for (int key = 0; key < KEYS; key++) {
            String name = "doc/" + key;
            String first = valueOf(0, name);
            assertTrue(first.startsWith("of-0 "), first);
            for (int node = 0; node < nodes.size(); node++) {
                assertEquals(first, valueOf(node, name), "node " + node);
                assertEquals("[of-1, of-2]", ask(node, "lost " + name), "node " + node);
            }
        }

        // The clock of the writer is two hours behind that of the value it has seen.
        for (int writer = nodes.size() - 1; writer >= 0; writer--) {
            assertEquals("ok", ask(writer, "put doc/0 seen-by-" + writer));
            awaitAllAcknowledged();
            for (int node = 0; node < nodes.size(); node++) {
                assertTrue(valueOf(node, "doc/0").startsWith("seen-by-" + writer + " "), "node " + node);
                assertEquals("[of-1, of-2]", ask(node, "lost doc/0"), "no new conflict at node " + node);
                assertEquals("0", ask(node, "failed"));
            }
        }
    }
}
