package softadastra.it.examples;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import softadastra.sdk.Client;
import softadastra.sdk.ClientOptions;
import softadastra.sync.SyncEvent;

/** Two nodes write the same key while neither hears of the other, then meet: they agree, and both know what has lost. */
public final class TwoNodes {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private TwoNodes() {}

    private static ClientOptions options(String node) {
        return ClientOptions.persistent(node, "data/" + node + ".wal").withToken("a secret that both nodes share");
    }

    public static void main(String[] args) throws InterruptedException {
        try (Client a = new Client(options("node-a").withListen("127.0.0.1:0"))) {
            a.open().orElseThrow();
            String address = a.syncReport().orElseThrow().address().orElseThrow();
            try (Client b = new Client(options("node-b").withPeers(address))) {
                b.open().orElseThrow();
                a.put("doc/1", "local").orElseThrow();
                b.put("doc/1", "remote").orElseThrow();
                show("persisted", a, b);

                CountDownLatch decided = new CountDownLatch(2);
                for (Client client : new Client[] {a, b}) {
                    client.addSyncListener(event -> {
                                if (event instanceof SyncEvent.ConflictDecided) {
                                    decided.countDown();
                                }
                            })
                            .orElseThrow();
                    client.startSync().orElseThrow();
                }
                decided.await();
                boolean unused = a.awaitSynced(PATIENCE).orElseThrow()
                        && b.awaitSynced(PATIENCE).orElseThrow();
                show("synced", a, b);
                System.out.println("lost at a: " + lost(a) + ", at b: " + lost(b));
            }
        }
    }

    private static long outbox(Client client) {
        return client.syncState().orElseThrow().outboxSize();
    }

    private static String lost(Client client) {
        return client.conflicts().orElseThrow().get(0).lost().orElseThrow().asString();
    }

    private static void show(String when, Client a, Client b) {
        System.out.println(when + ": a has " + a.get("doc/1").orElseThrow() + ", b has "
                + b.get("doc/1").orElseThrow() + ", outboxes " + outbox(a) + " and " + outbox(b));
    }
}
