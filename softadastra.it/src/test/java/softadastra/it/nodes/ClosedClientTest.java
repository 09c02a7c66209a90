package softadastra.it.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.NodeId;
import softadastra.sdk.Client;
import softadastra.sdk.ClientOptions;
import softadastra.sync.SyncEvent;

/** A client in memory that is closed is not waited for: the others have been told, over real sockets. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ClosedClientTest {

    private static final String TOKEN = "a secret that both nodes share";
    private static final NodeId GOES = new NodeId("goes");

    /** Closing waits a second at most for its last word to be taken, which a machine that stands still for so long does not do. */
    private static final int TRIES = 3;

    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    Path directory;

    /** Opens both and says which is which: who stays, then who goes. */
    private interface Pair {
        List<Client> open(Path log);
    }

    private static boolean isTold(Client stays, Client goes) throws InterruptedException {
        CountDownLatch joined = new CountDownLatch(2);
        CountDownLatch fenced = new CountDownLatch(1);
        for (Client each : List.of(stays, goes)) {
            each.addSyncListener(event -> {
                        if (event instanceof SyncEvent.MemberJoined) {
                            joined.countDown();
                        }
                        if (event.equals(new SyncEvent.MemberFenced(GOES))) {
                            fenced.countDown();
                        }
                    })
                    .orElseThrow();
            each.startSync().orElseThrow();
        }
        joined.await();
        goes.close();
        return fenced.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private void closed(Pair pair) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            List<Client> both = pair.open(directory.resolve("log" + i));
            try (Client stays = both.get(0);
                    Client goes = both.get(1)) {
                if (isTold(stays, goes)) {
                    stays.put("k", "v").orElseThrow();
                    assertEquals(List.of(), stays.syncReport().orElseThrow().peers());
                    assertEquals(List.of(), stays.syncReport().orElseThrow().openFences());
                    return;
                }
            }
        }
        fail("never told, in " + TRIES + " tries");
    }

    private static ClientOptions durable(Path log) {
        return ClientOptions.persistent("stays", log.toString()).withToken(TOKEN);
    }

    private static ClientOptions inMemory() {
        return ClientOptions.memoryOnly(GOES.value()).withToken(TOKEN);
    }

    private static Client opened(ClientOptions options) {
        Client client = new Client(options);
        client.open().orElseThrow();
        return client;
    }

    private static String address(Client client) {
        return client.syncReport().orElseThrow().address().orElseThrow();
    }

    @Test
    void oneThatHasCalledHasToldTheOther() throws InterruptedException {
        closed(log -> {
            Client stays = opened(durable(log).withListen("127.0.0.1:0"));
            return List.of(stays, opened(inMemory().withPeers(address(stays))));
        });
    }

    @Test
    void oneThatWasCalledHasToldTheOther() throws InterruptedException {
        closed(log -> {
            Client goes = opened(inMemory().withListen("127.0.0.1:0"));
            return List.of(opened(durable(log).withPeers(address(goes))), goes);
        });
    }

    @Test
    void whoIsInterruptedClosesAllTheSame() {
        Client goes = opened(inMemory().withListen("127.0.0.1:0"));
        Thread.currentThread().interrupt();
        goes.close();
        assertTrue(Thread.interrupted());
    }
}
