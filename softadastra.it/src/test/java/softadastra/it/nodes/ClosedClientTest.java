package softadastra.it.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ClosedClientTest {

    private static final String TOKEN = "a secret that both nodes share";

    @TempDir
    Path directory;

    private static void closed(Client stays, Client goes, NodeId node) throws InterruptedException {
        CountDownLatch joined = new CountDownLatch(2);
        CountDownLatch fenced = new CountDownLatch(1);
        for (Client each : List.of(stays, goes)) {
            each.addSyncListener(event -> {
                        if (event instanceof SyncEvent.MemberJoined) {
                            joined.countDown();
                        }
                        if (event.equals(new SyncEvent.MemberFenced(node))) {
                            fenced.countDown();
                        }
                    })
                    .orElseThrow();
            each.startSync().orElseThrow();
        }
        joined.await();
        goes.close();
        fenced.await();
        stays.put("k", "v").orElseThrow();
        assertEquals(List.of(), stays.syncReport().orElseThrow().peers());
        assertEquals(List.of(), stays.syncReport().orElseThrow().openFences());
    }

    private ClientOptions durable() {
        return ClientOptions.persistent("stays", directory.resolve("log").toString())
                .withToken(TOKEN);
    }

    private static ClientOptions inMemory() {
        return ClientOptions.memoryOnly("goes").withToken(TOKEN);
    }

    @Test
    void oneThatHasCalledHasToldTheOther() throws InterruptedException {
        try (Client stays = new Client(durable().withListen("127.0.0.1:0"))) {
            stays.open().orElseThrow();
            String address = stays.syncReport().orElseThrow().address().orElseThrow();
            Client goes = new Client(inMemory().withPeers(address));
            goes.open().orElseThrow();
            closed(stays, goes, new NodeId("goes"));
        }
    }

    @Test
    void oneThatWasCalledHasToldTheOther() throws InterruptedException {
        Client goes = new Client(inMemory().withListen("127.0.0.1:0"));
        goes.open().orElseThrow();
        String address = goes.syncReport().orElseThrow().address().orElseThrow();
        try (Client stays = new Client(durable().withPeers(address))) {
            stays.open().orElseThrow();
            closed(stays, goes, new NodeId("goes"));
        }
    }

    @Test
    void whoIsInterruptedClosesAllTheSame() throws InterruptedException {
        Client goes = new Client(inMemory().withListen("127.0.0.1:0"));
        goes.open().orElseThrow();
        Thread.currentThread().interrupt();
        goes.close();
        assertTrue(Thread.interrupted());
    }
}
