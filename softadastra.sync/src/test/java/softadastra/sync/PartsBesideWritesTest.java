package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.store.Adoption;
import softadastra.store.Key;
import softadastra.store.Replicated;

/**
 * What a node writes over while it is told in parts what stands elsewhere stands beside that in the end, as it does everywhere else:
 * whenever it is written, whoever begins anew, and whatever was rejected.
 */
@Timeout(60)
class PartsBesideWritesTest extends PartsNodes {

    /** A node that has had half of the hundred keys of another one, which it may write over. */
    private Node halfWay(Node from) {
        Node late = new Node("b");
        while (late.contents().size() < 50) {
            tick(from, late);
        }
        return late;
    }

    private void join(Node... all) {
        cutOff();
        tick(400, all);
    }

    @Test
    void aStepEndsWhoeverWritesMeanwhile() {
        Node a = new Node("a");
        fill(a, "m", 0, 100);
        Node b = halfWay(a);
        int[] asked = new int[1];
        b.put(key("m", 20), 10);
        b.beforeDeciding = () -> {
            assertTrue(asked[0]++ < 1_000, "a step that does not end");
            // What stands again is written over at once.
            b.put(key("m", 20), 10);
        };
        tick(20, a, b);
        b.beforeDeciding = () -> {};
        join(a, b);
        assertEquals(a.contents(), b.contents());
        assertEquals(2, b.beside(key("m", 20)));
    }

    private static Admitting refusing(String key, String writer) {
        return incoming -> incoming.operation().key().equals(Key.of(key))
                        && incoming.id().node().equals(node(writer))
                ? Optional.of(new Admitting.No(RejectionCode.REFUSED, "as the test wants it"))
                : Optional.empty();
    }

    /** What one has written comes to another one with a part, and by itself after that. */
    private Node comesTwice(Admitting atFirst, Admitting atLate) {
        Node a = new Node("a", atFirst);
        Node c = new Node("c");
        c.put("m000", 50);
        tick(50, a, c);
        cutOff("c");
        fill(a, "m", 1, 100);
        Node b = new Node("b", atLate);
        b.put("m000", 10);
        while (b.contents().size() < 50) {
            tick(a, b);
        }
        cutOff();
        tick(2, c, b);
        tick(400, a, b, c);
        return b;
    }

    @Test
    void whatIsRejectedHereAndComesOnceMoreStaysRejected() {
        Node b = comesTwice(Admitting.EVERYTHING, refusing("m000", "c"));
        assertEquals(1, b.exchange.rejecting().missing().all().size());
        assertEquals(1, b.beside("m000"));
    }

    @Test
    void whatWasRejectedElsewhereIsTakenFromSomebodyElse() {
        Node b = comesTwice(refusing("m000", "c"), Admitting.EVERYTHING);
        assertEquals(List.of(), List.copyOf(b.exchange.rejecting().missing().all()));
        assertEquals(2, b.beside("m000"));
    }

    /** Two nodes have the same, and one of them has more that is not to be told operation by operation. */
    private void haveTheSame(Node a, Node c) {
        tick(50, a, c);
        fill(a, "m", 0, 100);
        tick(400, a, c);
        assertEquals(a.contents(), c.contents());
        c.store.checkpoint().orElseThrow();
        cutOff("c");
        a.put("zz", 10);
        a.store.checkpoint().orElseThrow();
    }

    @Test
    void whatWasReplacedElsewhereDoesNotStandAgain() {
        Node a = new Node("a");
        Node c = new Node("c");
        haveTheSame(a, c);
        c.put("m040", 77);
        c.store.checkpoint().orElseThrow();
        Node b = halfWay(a);
        assertEquals(1, b.beside("m040"));
        cutOff("a");
        int[] decisions = new int[1];
        b.beforeDeciding = () -> {
            // Whatever is decided on with the part of its key, and between that and the part before.
            if (b.through().equals(Optional.of("m039"))) {
                decisions[0]++;
                b.put("m040", 10);
            }
        };
        tick(1_000, b, c);
        assertTrue(decisions[0] > 0);
        b.beforeDeciding = () -> {};
        join(a, b, c);
        assertEquals(c.contents(), a.contents());
        assertEquals(a.contents(), b.contents());
        assertEquals(2, b.beside("m040"));
    }

    @Test
    void whoeverBeginsAnewInVainHasNothingForgotten() {
        Node a = new Node("a");
        Node c = new Node("c");
        haveTheSame(a, c);
        Node b = halfWay(a);
        b.put("m020", 10);
        cutOff("a");
        Optional<String> before = b.through();
        Result<Step> step;
        int steps = 0;
        do {
            long time = next();
            var unused = c.exchange.tick(time).orElseThrow();
            // Until then it waits for who has begun.
            b.isFull = steps++ > 150;
            step = b.exchange.tick(time);
            assertTrue(steps < 1_000, "nobody begins anew");
        } while (step.isOk());
        assertEquals(ErrorCode.NO_SPACE, step.error().code());
        assertEquals(before, b.through());
        b.isFull = false;
        cutOff("c");
        tick(600, a, b);
        assertEquals(2, b.beside("m020"));
        join(a, b, c);
        assertEquals(a.contents(), b.contents());
    }

    /** As a kill would leave it between two batches. */
    @Test
    void whatThereIsOfOneKeyStandsAgainAtOnce() {
        Node a = new Node("a");
        Node c = new Node("c");
        tick(10, a, c);
        cutOff("c");
        a.put("m020", 3 << 20);
        c.put("m020", 3 << 20);
        cutOff();
        tick(200, a, c);
        assertEquals(2, a.beside("m020"));
        fill(a, "m", 30, 100);
        cutOff("c");
        Node b = new Node("b");
        while (b.contents().size() < 10) {
            tick(a, b);
        }
        assertEquals(2, b.beside("m020"));
        b.put("m020", 10);
        Adoption nothing = new Adoption(List.of(), List.of(), Optional.empty());
        Replicated again = b.store
                .replication()
                .adopt(nothing.restoring(), new PolicyArbiter(SimulationPolicies.ALL))
                .orElseThrow();
        assertEquals(2, again.won());
        b.kill();
        b.open();
        tick(400, a, b);
        assertEquals(a.contents(), b.contents());
        assertEquals(3, b.beside("m020"));
    }

    @Test
    void whatIsWrittenWhileTheEngineIsOpenedCounts() {
        Node a = new Node("a");
        fill(a, "m", 0, 100);
        Node b = halfWay(a);
        b.kill();
        boolean[] written = new boolean[1];
        b.beforeDeciding = () -> {
            if (!written[0]) {
                written[0] = true;
                b.put("m020", 10);
            }
        };
        b.open();
        assertTrue(written[0]);
        tick(400, a, b);
        assertEquals(a.contents(), b.contents());
        assertEquals(2, b.beside("m020"));
    }
}
