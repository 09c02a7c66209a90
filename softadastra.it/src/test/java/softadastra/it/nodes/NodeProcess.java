package softadastra.it.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import softadastra.it.ChildJvm;

/** A node as its user runs it: {@code node start} of the linked image, and commands beside it. */
final class NodeProcess implements AutoCloseable {
    private static final Path IMAGE = Path.of(System.getProperty("softadastra.image"));
    private static final int PATIENCE_MILLIS = 60_000;
    private static final String LISTENING = "listening : http://127.0.0.1:";

    private final String id;
    private final Path log;
    private final Path token;
    private final List<String> peers;
    private @Nullable ChildJvm process;
    private int port;

    NodeProcess(String id, Path log, Path token, List<String> peers) {
        this.id = id;
        this.log = log;
        this.token = token;
        this.peers = List.copyOf(peers);
    }

    String id() {
        return id;
    }

    Path log() {
        return log;
    }

    /** Starts the command of the image on this node's log. */
    ChildJvm command(String... words) {
        List<String> all = new ArrayList<>(List.of(
                // Of a process that lives for seconds.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-m",
                "softadastra.cli/softadastra.cli.Main",
                "--wal",
                log.toString(),
                "--node-id",
                id));
        all.addAll(List.of(words));
        return ChildJvm.start(ChildJvm.java(IMAGE), all);
    }

    /** Runs a command to its end, which has to be good. */
    String run(String... words) {
        try (ChildJvm command = command(words)) {
            ChildJvm.Outcome outcome = command.toEnd();
            assertEquals(0, outcome.exit(), () -> id + " " + List.of(words) + ": " + outcome.output());
            return outcome.output();
        }
    }

    /** Starts the node, and answers the port it listens at once it is ready. */
    int start() {
        List<String> words =
                new ArrayList<>(List.of("node", "start", "--listen", "127.0.0.1:0", "--token-file", token.toString()));
        peers.forEach(peer -> words.addAll(List.of("--peer", peer)));
        ChildJvm started = command(words.toArray(String[]::new));
        process = started;
        List<String> said = new ArrayList<>();
        for (Optional<String> line = started.line(); line.isPresent(); line = started.line()) {
            said.add(line.get());
            if (line.get().startsWith(LISTENING)) {
                port = Integer.parseInt(line.get().substring(LISTENING.length()));
            }
            if (line.get().equals("ready")) {
                drain(started);
                return port;
            }
        }
        return fail("node " + id + " has not started: " + said);
    }

    /** What it prints of conflicts is many lines; a full pipe would stop it. */
    private static void drain(ChildJvm started) {
        Thread thread = new Thread(() -> {
            Optional<String> line;
            do {
                line = started.line();
            } while (line.isPresent());
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** Kills it, as {@code kill -9} does, and waits until it is gone. */
    void kill() {
        try (ChildJvm running = running()) {
            running.kill();
        }
    }

    private ChildJvm running() {
        ChildJvm running = process;
        return running == null ? fail("node " + id + " was not started") : running;
    }

    /** Asks it to stop; its exit code. */
    int stop() {
        try {
            return ProcessHandle.of(running().pid()).orElseThrow().destroy()
                    ? running().waitFor()
                    : -1;
        } finally {
            process = null;
        }
    }

    /** A number on the status page that it serves. */
    long status(String name) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) new URL("http://127.0.0.1:" + port + "/status.json").openConnection();
            connection.setRequestProperty("Authorization", "Bearer " + NodesUnderKillTest.TOKEN);
            connection.setConnectTimeout(PATIENCE_MILLIS);
            connection.setReadTimeout(PATIENCE_MILLIS);
            try (InputStream in = connection.getInputStream()) {
                String page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                Matcher number = Pattern.compile("\"" + name + "\" *: *(\\d+)").matcher(page);
                return number.find() ? Long.parseLong(number.group(1)) : fail(name + " is not in " + page);
            }
        } catch (IOException e) {
            return fail("node " + id + " does not answer", e);
        }
    }

    @Override
    public void close() {
        ChildJvm running = process;
        if (running != null) {
            running.close();
        }
    }
}
