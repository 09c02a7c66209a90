package softadastra.it.nodes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.sync.TransportConfig;
import softadastra.wal.spi.WalConfig;

/** A node whose clock is off, in a JVM of its own; it does what is said to it on its standard input, line by line. */
final class SkewedChild {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final StoreEngine store;
    private final SyncEngine sync;

    private SkewedChild(StoreEngine store, SyncEngine sync) {
        this.store = store;
        this.sync = sync;
    }

    /** Log, node id, how many minutes its clock is ahead, then the peers. */
    public static void main(String[] args) throws IOException {
        Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(Long.parseLong(args[2])));
        WalConfig log = WalConfig.durable(args[0])
                .withNodeId(NodeId.of(args[1]).orElseThrow().value())
                .withClock(clock);
        SyncConfig config = SyncConfig.local()
                .withNetwork(TransportConfig.none()
                        .withListen("127.0.0.1:0")
                        .withPeers(List.of(args).subList(3, args.length))
                        .withToken(NodesUnderKillTest.TOKEN));
        try (StoreEngine store = StoreEngine.open(StoreConfig.of(log)).orElseThrow();
                SyncEngine sync = SyncEngine.open(store, config).orElseThrow()) {
            sync.start().orElseThrow();
            say(sync.report().orElseThrow().address().orElseThrow());
            new SkewedChild(store, sync).obey();
        }
    }

    private void obey() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "put" -> {
                    store.put(Key.of(words[1]), Value.fromString(words[2])).orElseThrow();
                    say("ok");
                }
                case "get" ->
                    say(store.get(Key.of(words[1]))
                            .map(entry -> entry.value().asString() + " " + entry.version() + " " + entry.timestamp())
                            .orElse("nothing"));
                case "outbox" -> say(Long.toString(sync.state().orElseThrow().outboxSize()));
                case "synced" -> say(sync.awaitSynced(PATIENCE).orElseThrow().toString());
                case "failed" -> say(Long.toString(sync.state().orElseThrow().failedCount()));
                case "lost" ->
                    say(sync.conflicts().orElseThrow().stream()
                            .filter(conflict -> conflict.key().asString().equals(words[1]))
                            .map(conflict ->
                                    conflict.lost().map(Value::asString).orElse("removal"))
                            .sorted()
                            .toList()
                            .toString());
                default -> throw new IOException("unknown: " + line);
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
