package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.wal.spi.WalConfig;

/** What becomes of rejections where a node goes on in a new epoch. */
class RejectionEpochsTest extends ExchangeNodes {

    private Node rejectingAllOf(String writer, String name) {
        Admission admission =
                (origin, operation) -> origin.value().equals(writer) ? Optional.of("no") : Optional.empty();
        return new Node(name, Admitting.of(new NodeId(name), admission, Integer.MAX_VALUE));
    }

    private static List<OperationId> failed(Node node) {
        return node.exchange.rejecting().failed().stream()
                .map(FailedOperation::id)
                .toList();
    }

    @Test
    void whoHasRejectedSaysSoInTheEpochThatItHasThen() {
        Node a = new Node("a");
        Node c = new Node("c");
        Node b = rejectingAllOf("a", "b");
        pass(20);
        Origin before = b.exchange.self();
        a.exchange.forget(b.id).orElseThrow();
        pass(60);
        assertNotEquals(before, b.exchange.self());
        assertTrue(c.exchange.members().has(b.exchange.self()));
        a.put("k", "of a");
        pass(20);
        assertEquals(
                List.of(b.exchange.self()),
                a.exchange.rejecting().claims().stream()
                        .map(Rejections.Claim::by)
                        .toList());
        assertEquals(Set.of(), b.exchange.rejecting().untoldOperations());
    }

    @Test
    void whatAFenceRefusesHasNotFailed() {
        Node a = new Node("a");
        Node b = rejectingAllOf("a", "b");
        Node c = new Node("c");
        pass(20);
        // Those who stay have nothing of what a has written, and b has rejected: the limit of its fence is before that.
        network.cutOff(Set.of(c.id));
        a.put("k", "of a");
        pass(20);
        List<OperationId> failed = failed(a);
        assertEquals(1, failed.size());
        network.cutOff(Set.of(a.id, b.id));
        c.exchange.forget(b.id).orElseThrow();
        c.exchange.forget(a.id).orElseThrow();
        pass(20);
        network.cutOff(Set.of());
        pass(90);
        assertTrue(c.exchange.members().refuses(failed.get(0)), "beyond the limit");
        assertEquals(Set.of("a", "b", "c"), c.members());
        assertEquals("of a", c.store.get(Key.of("k")).orElseThrow().value().asString());
        // What was written again is rejected again, by another id.
        List<OperationId> again = failed(a);
        assertEquals(1, again.size());
        assertNotEquals(failed, again);
        assertEquals(1, a.exchange.state().failedCount());
        assertEquals(
                ErrorCode.NOT_FOUND,
                a.exchange.rejecting().retry(failed.get(0)).error().code());
        try (SyncLog log = SyncLog.read(WalConfig.durable(a.log())).orElseThrow()) {
            assertEquals(1, log.state().orElseThrow().failedCount());
        }
    }
}
