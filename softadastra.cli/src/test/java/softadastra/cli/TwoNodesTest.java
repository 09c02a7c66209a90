package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes that run, over HTTP, and the commands beside them. */
@Timeout(600)
class TwoNodesTest {
    /** What {@code sync conflicts} says of a key that has 'remote'. */
    private static final Pattern TOLD = Pattern.compile("(?s).*, has 'remote' sequence=([0-9]+)\n");

    @TempDir
    Path directory;

    private Cli cli(String name) {
        return new Cli(directory.resolve(name + ".wal"));
    }

    private StartedNode start(String name, String... options) {
        String[] all = new String[options.length + 4];
        System.arraycopy(new String[] {"--node-id", name, "--token-file", secret().toString()}, 0, all, 0, 4);
        System.arraycopy(options, 0, all, 4, options.length);
        return StartedNode.on(cli(name).wal(), all);
    }

    private Path secret() {
        try {
            return Files.writeString(directory.resolve("token"), "a secret of both nodes\n");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for changes of the log, of whomever. */
    private static void awaitChanges(Cli cli, long from, int count) {
        var unused = cli.run("store", "watch", "--from", Long.toString(from), "--count", Integer.toString(count))
                .ok();
    }

    @Test
    void whatTheOtherDoesNotTakeHasFailed() {
        Cli a = cli("a");
        Cli b = cli("b");
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0");
                StartedNode ofB = start("b", "--peer", ofA.said("listening"), "--largest-value", "4")) {
            a.run("store", "put", "doc/1", "too large").ok();
            a.run("store", "put", "doc/2", "fits").ok();
            awaitChanges(b, 1, 1);
            assertEquals(3, b.run("store", "get", "doc/1").exit());
            // Once it is told, a node says so.
            String told = ofA.awaitErr("failed: ");
            assertTrue(told.contains("value has 9 bytes, and at most 4 are taken"), told);
            String line = a.run("sync", "failed").ok().lines().get(0);
            assertTrue(line.contains(" doc/1 : rejected by b at "), line);
            assertTrue(line.endsWith(", too large: value has 9 bytes, and at most 4 are taken"), line);
            assertEquals(
                    "TOO_LARGE", Cli.text(a.run("--json", "sync", "failed").ok().json(), "code"));
            assertTrue(a.run("sync", "status").ok().lines().contains("failed : 1"));
            // For ever, were that waited for.
            Cli.Run waited = a.run("sync", "status", "--wait", "1000000000").exits(ExitCode.FAILURE);
            assertTrue(waited.err().contains("1 operation is yet to be acknowledged, of which 1 rejected for good"));
            a.run("sync", "discard", line.substring(0, line.indexOf(' '))).ok();
            assertEquals("", a.run("sync", "failed").ok().out());
            assertEquals("joined: a", ofB.awaitErr("joined: a\n").strip());
        }
    }

    @Test
    void whatIsPutAtOneIsGotAtTheOther() {
        Cli a = cli("a");
        Cli b = cli("b");
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0");
                StartedNode ofB = start("b", "--peer", ofA.said("listening"))) {
            a.run("store", "put", "doc/1", "from a").ok();
            awaitChanges(b, 1, 1);
            assertEquals("from a", b.run("store", "get", "doc/1").ok().out());
            b.run("store", "put", "doc/2", "from b").ok();
            // By its key: which sequence the first has there depends on who was heard of before it.
            var unused = a.run("store", "watch", "--prefix", "doc/2", "--from", "1", "--count", "1")
                    .ok();
            assertEquals("from b", a.run("store", "get", "doc/2").ok().out());

            Map<String, Object> peer =
                    b.run("--json", "sync", "peers").ok().ndjson().get(0);
            assertEquals("a", Cli.text(peer, "node"));
            assertEquals("true", Cli.text(peer, "up"));
            assertTrue(a.run("sync", "peers").ok().out().startsWith("b up"));
            assertTrue(b.run("node", "info").ok().out().contains("way : " + ofA.said("listening") + " up node a"));
            assertEquals(0, ofB.stop());
            assertEquals(0, ofA.stop());
        }
    }

    @Test
    void whyAPeerIsNotReachedIsSaidWhereverPeopleLook() throws IOException {
        Cli b = cli("b");
        String other = Files.writeString(directory.resolve("other"), "another secret, of nobody\n")
                .toString();
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0")) {
            String address = ofA.said("listening");
            try (StartedNode ofB =
                    StartedNode.on(b.wal(), "--node-id", "b", "--peer", address, "--token-file", other)) {
                ofB.awaitErr("unreached: " + address + ": not authorised: the token there is another one");
                String status = b.run("sync", "status").ok().out();
                assertTrue(status.contains("way : " + address + " down: not authorised"), status);
            }
            try (StartedNode ofB = start("b", "--peer", address)) {
                ofB.awaitErr("joined: a");
                ofA.awaitErr("joined: b");
                assertEquals(0, ofA.stop());
                String at = address.substring("http://".length());
                try (StartedNode again = StartedNode.on(cli("a").wal(), "--listen", at, "--token-file", other)) {
                    ofB.awaitErr("unreached: " + address + ": not authorised");
                    String peers = b.run("sync", "peers").ok().out();
                    assertTrue(peers.startsWith("a down ") && peers.contains(": not authorised"), peers);
                    String problem = Cli.text(
                            b.run("--json", "sync", "peers").ok().ndjson().get(0), "problem");
                    assertTrue(problem.startsWith("not authorised"), problem);
                    assertEquals(0, again.stop());
                }
            }
        }
    }

    @Test
    void whoIsForgottenComesBackWithWhatOnlyItHas() {
        Cli a = cli("a");
        Cli b = cli("b");
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0")) {
            try (StartedNode ofB = start("b", "--peer", ofA.said("listening"))) {
                a.run("store", "put", "doc/1", "from a").ok();
                a.run("sync", "status", "--wait", "60").ok();
                assertEquals(0, ofB.stop());
            }
            b.run("store", "put", "doc/2", "only at b").ok();
            a.run("sync", "forget", "nobody").exits(ExitCode.NOT_FOUND);
            assertEquals(
                    List.of("forgotten: b"), a.run("sync", "forget", "b").ok().lines());
            ofA.awaitErr("fenced: b ");
            assertEquals("", a.run("sync", "peers").ok().out());
            a.run("store", "remove", "doc/1").ok();
            try (StartedNode ofB = start("b", "--peer", ofA.said("listening"))) {
                ofB.awaitErr("came back: what only this node had was written again, keys: 1");
                b.run("sync", "status", "--wait", "60").ok();
                assertEquals("only at b", a.run("store", "get", "doc/2").ok().out());
                b.run("store", "get", "doc/1").exits(ExitCode.NOT_FOUND);
                assertEquals(0, ofB.stop());
            }
            assertEquals(0, ofA.stop());
        }
    }

    @Test
    void whoLeavesIsNotWaitedForAndComesBackWhenItIsStarted() {
        Cli a = cli("a");
        Cli b = cli("b");
        b.run("sync", "leave").exits(ExitCode.NOT_FOUND);
        b.run("--node-id", "b", "store", "put", "doc/1", "from b").ok();
        Cli.Run alone = b.run("sync", "leave").exits(ExitCode.FAILURE);
        assertTrue(alone.err().contains("no node runs on this log, so nobody would be told"), alone.err());
        assertTrue(alone.err().contains("node start --peer URL"), alone.err());
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0")) {
            String address = ofA.said("listening");
            try (StartedNode ofB = start("b", "--peer", address)) {
                awaitSynced(b);
                b.run("sync", "leave").ok();
                ofA.awaitErr("fenced: b ");
                assertEquals("stage : left", stage(b));
                assertEquals("b", Cli.text(b.run("--json", "sync", "leave").ok().json(), "node"));
                b.run("store", "put", "doc/2", "while it had left").ok();
                Cli.Run unsynced = b.run("sync", "leave").exits(ExitCode.FAILURE);
                assertTrue(unsynced.err().contains("1 operation is yet to be acknowledged"), unsynced.err());
                assertTrue(unsynced.err().contains("--force"), unsynced.err());
                b.run("sync", "leave", "--force").ok();
                assertEquals(0, ofB.stop());
            }
            a.run("store", "get", "doc/2").exits(ExitCode.NOT_FOUND);
            a.run("store", "put", "doc/3", "from a").ok();
            a.run("sync", "peers").ok();
            try (StartedNode ofB = start("b", "--peer", address)) {
                ofB.awaitErr("came back: ");
                awaitSynced(b);
                awaitSynced(a);
                assertEquals("stage : takes part", stage(b));
                assertEquals(
                        "while it had left", a.run("store", "get", "doc/2").ok().out());
                assertEquals("from a", b.run("store", "get", "doc/3").ok().out());
                assertEquals(0, ofB.stop());
            }
            assertEquals(0, ofA.stop());
        }
    }

    private static String stage(Cli cli) {
        return cli.run("sync", "status").ok().lines().stream()
                .filter(line -> line.startsWith("stage : "))
                .findFirst()
                .orElseThrow();
    }

    /** Takes somewhat more than the least retention there is, a minute. */
    @Test
    void whoIsSilentBeyondTheRetentionIsFencedAndComesBackWithItsOwnWork() {
        Cli a = cli("a");
        Cli c = cli("c");
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0", "--retention", "1m", "--grace", "1s")) {
            String[] all = {"--peer", ofA.said("listening"), "--retention", "1m", "--grace", "1s"};
            try (StartedNode ofB = start("b", all)) {
                try (StartedNode ofC = start("c", all)) {
                    ofB.awaitErr("joined: c");
                    ofC.awaitErr("joined: b");
                    a.run("store", "put", "doc/1", "from a").ok();
                    awaitSynced(a);
                    assertEquals(0, ofC.stop());
                }
                c.run("store", "put", "doc/2", "only at c").ok();
                a.run("store", "remove", "doc/1").ok();
                ofA.awaitErr("fenced: c ");
                ofB.awaitErr("fenced: c ");
                // Nobody waits for it any more.
                awaitSynced(a);
                try (StartedNode ofC = start("c", all)) {
                    ofC.awaitErr("came back: what only this node had was written again, keys: 1");
                    awaitSynced(c);
                    assertEquals(
                            "only at c", a.run("store", "get", "doc/2").ok().out());
                    c.run("store", "get", "doc/1").exits(ExitCode.NOT_FOUND);
                    assertEquals(0, ofC.stop());
                }
                assertEquals(0, ofB.stop());
            }
            assertEquals(0, ofA.stop());
        }
    }

    @Test
    void anOpenFenceIsShownWithWhatToDoAboutIt() {
        Cli a = cli("a");
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0")) {
            try (StartedNode ofB = start("b", "--peer", ofA.said("listening"));
                    StartedNode ofC = start("c", "--peer", ofA.said("listening"))) {
                ofB.awaitErr("joined: c");
                ofC.awaitErr("joined: b");
                a.run("store", "put", "doc/1", "from a").ok();
                a.run("sync", "status", "--wait", "60").ok();
                assertEquals(0, ofB.stop());
                assertEquals(0, ofC.stop());
            }
            assertTrue(a.run("sync", "status").ok().lines().contains("open fences : 0"));
            a.run("sync", "forget", "c").ok();
            Cli.Run status = a.run("sync", "status").exits(ExitCode.OK);
            assertTrue(status.lines().contains("stage : takes part"), status.out());
            assertTrue(status.lines().contains("open fences : 1"), status.out());
            assertTrue(status.out().matches("(?s).*\n  c@[0-9a-f]{16} waits for b\n.*"), status.out());
            assertTrue(status.err().startsWith("hint: an open fence "), status.err());
            assertTrue(status.err().contains("softadastra --wal " + a.wal() + " sync forget NODE"), status.err());
            Cli.Run peers = a.run("sync", "peers").exits(ExitCode.OK);
            assertTrue(peers.out().matches("(?s)b (up|down) .*\nfence of c@[0-9a-f]{16} waits for b\n"), peers.out());
            Map<String, Object> json = a.run("--json", "sync", "status").ok().json();
            assertEquals("TAKES_PART", Cli.text(json, "stage"));
            Map<String, Object> fence =
                    a.run("--json", "sync", "peers").ok().ndjson().get(1);
            assertEquals("c", Cli.text(fence, "fence"));
            assertEquals(List.of("b"), fence.get("waitsFor"));
            assertEquals(List.of(fence), json.get("openFences"));
            a.run("sync", "forget", "b").ok();
            ofA.awaitErr("fenced: b ");
            a.run("sync", "tick").ok();
            assertTrue(a.run("sync", "status").ok().lines().contains("open fences : 0"));
            assertEquals(0, ofA.stop());
        }
    }

    @Test
    void whatWasWrittenApartIsMergedAndTheConflictIsToldUntilItIsResolved() {
        Cli a = cli("a");
        Cli b = cli("b");
        a.run("--node-id", "a", "store", "put", "doc/1", "local").ok();
        b.run("--node-id", "b", "store", "put", "doc/1", "remote").ok();
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0");
                StartedNode ofB = start("b", "--peer", ofA.said("listening"))) {
            // The last writer has won, and only the other node has a change to tell of.
            awaitChanges(a, 2, 1);
            assertEquals("remote", a.run("store", "get", "doc/1").ok().out());
            assertEquals("remote", b.run("store", "get", "doc/1").ok().out());

            Map<String, Object> conflict =
                    a.run("--json", "sync", "conflicts").ok().json();
            assertEquals("doc/1", Cli.text(conflict, "key"));
            assertEquals("local", Cli.text(conflict, "value"));
            assertEquals(Set.of("local"), lost(a));

            a.run("sync", "resolve", "doc/1", "both").ok();
            assertEquals(Set.of(), lost(a));
            a.run("sync", "resolve", "doc/1").exits(ExitCode.NOT_FOUND);
            assertEquals("both", a.run("store", "get", "doc/1").ok().out());
            assertEquals(0, ofB.stop());
            assertEquals(0, ofA.stop());
        }
        // Told again by nobody, also not without a node.
        assertEquals(Set.of(), lost(a));
        // Who takes part is in the log, and so is not unknown where there is no way to them.
        Cli.Run tick = a.run("sync", "tick").exits(ExitCode.OK);
        assertTrue(tick.out().matches("nothing to do: [0-9]+ operations? waits?\n"), tick.out());
        assertTrue(tick.err().contains("no node runs on this log"), tick.err());
        assertEquals(1, Cli.number(a.run("--json", "sync", "tick").ok().json(), "peers"));
    }

    @Test
    void whatStandsBesideAValueIsToldUntilItIsResolved() {
        Cli a = cli("a");
        Cli b = cli("b");
        a.run("--node-id", "a", "store", "put", "doc/1", "local").ok();
        b.run("--node-id", "b", "store", "put", "doc/1", "remote").ok();
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0", "--policy", "doc/=manual");
                StartedNode ofB = start("b", "--peer", ofA.said("listening"), "--policy", "doc/=manual")) {
            awaitSynced(a);
            awaitSynced(b);
            assertEquals(Set.of("local"), lost(a));
            assertEquals(Set.of("local"), lost(b));
            b.run("sync", "resolve", "doc/1", "both").ok();
            awaitSynced(b);
            assertEquals(Set.of(), lost(a));
            assertEquals("both", a.run("store", "get", "doc/1").ok().out());
            assertEquals(0, ofB.stop());
            assertEquals(0, ofA.stop());
        }
        start("c", "--policy", "doc/=manual").close();
        cli("d").run("node", "start", "--listen", "127.0.0.1:0", "--policy", "doc/=guess")
                .exits(ExitCode.USAGE);
    }

    @Test
    void whatNobodyHasSeenIsNotResolved() {
        Cli a = cli("a");
        Cli b = cli("b");
        Cli c = cli("c");
        // Before the others, and so it loses against them.
        c.run("--node-id", "c", "store", "put", "doc/1", "oldest").ok();
        a.run("--node-id", "a", "store", "put", "doc/1", "local").ok();
        b.run("--node-id", "b", "store", "put", "doc/1", "remote").ok();
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0")) {
            try (StartedNode ofB = start("b", "--peer", ofA.said("listening"))) {
                awaitChanges(a, 2, 1);
                Cli.Run seen = a.run("sync", "conflicts", "doc/1").ok();
                Matcher told = TOLD.matcher(seen.out());
                assertTrue(told.matches(), seen.out());
                String sequence = told.group(1);
                // What acknowledgements append moves it on; the two commands need not have read at one place.
                assertTrue(Long.parseLong(sequence(a)) >= Long.parseLong(sequence), sequence);
                assertEquals("", a.run("sync", "conflicts", "doc/2").ok().out());

                // Knows what is there, so that it is no conflict; and nobody at a has seen it.
                b.run("store", "put", "doc/1", "newer").ok();
                awaitSynced(b);
                for (String[] words : new String[][] {
                    {"sync", "resolve", "doc/1", "mine", "--if-sequence", sequence},
                    {"sync", "resolve", "doc/1", "--if-sequence", sequence}
                }) {
                    Cli.Run refused = a.run(words).exits(ExitCode.FAILURE);
                    assertTrue(
                            refused.err().matches("(?s)error: condition failed: .* at sequence [0-9]+, .*"),
                            refused.err());
                    assertTrue(refused.err().contains("that of sequence " + sequence + "\n"), refused.err());
                    assertTrue(refused.err().contains("context: doc/1\n"), refused.err());
                    assertTrue(refused.err().contains("sync conflicts doc/1\n"), refused.err());
                }
                assertEquals("newer", a.run("store", "get", "doc/1").ok().out());
                assertEquals(Set.of("local"), lost(a));
                assertEquals(0, ofB.stop());
            }
            String sequence = sequence(a);
            try (StartedNode ofC = start("c", "--peer", ofA.said("listening"))) {
                ofA.awaitErr("lost 'oldest'");
                assertEquals(Set.of("local", "oldest"), lost(a));
                // What stands has not changed, and what has been lost since stays told.
                assertEquals(
                        List.of("resolved doc/1: 1 conflict"),
                        a.run("sync", "resolve", "doc/1", "mine", "--if-sequence", sequence)
                                .ok()
                                .lines());
                assertEquals(Set.of("oldest"), lost(a));
                assertEquals("mine", a.run("store", "get", "doc/1").ok().out());
                a.run("sync", "resolve", "doc/1", "--if-sequence", sequence).exits(ExitCode.FAILURE);
                assertEquals(0, ofC.stop());
            }
            assertEquals(0, ofA.stop());
        }
        // A checkpoint carries the conflict on; and without a node that runs it is the same.
        a.run("store", "compact").exits(ExitCode.OK);
        a.run("sync", "resolve", "doc/1", "--if-sequence", "1").exits(ExitCode.FAILURE);
        assertEquals(Set.of("oldest"), lost(a));
        a.run("sync", "resolve", "doc/1", "--if-sequence", sequence(a)).ok();
        assertEquals(Set.of(), lost(a));
        a.run("sync", "resolve", "doc/1", "--if-sequence", "0").exits(ExitCode.USAGE);
    }

    @Test
    void aSiblingThatNobodyHasSeenIsNotResolved() {
        Cli a = cli("a");
        String manual = "doc/=manual";
        for (String each : List.of("a", "b", "c")) {
            cli(each)
                    .run("--node-id", each, "store", "put", "doc/1", "of " + each)
                    .ok();
        }
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0", "--policy", manual)) {
            try (StartedNode ofB = start("b", "--peer", ofA.said("listening"), "--policy", manual)) {
                awaitSynced(cli("b"));
                String sequence = sequence(a);
                try (StartedNode ofC = start("c", "--peer", ofA.said("listening"), "--policy", manual)) {
                    awaitSynced(cli("c"));
                    Cli.Run refused = a.run("--json", "sync", "resolve", "doc/1", "all", "--if-sequence", sequence)
                            .exits(ExitCode.FAILURE);
                    var error = Cli.object(Cli.json(refused.err()), "error");
                    assertEquals("CONDITION_FAILED", error.get("code"));
                    assertEquals("doc/1", error.get("context"));
                    assertEquals(Set.of("of a", "of b"), lost(a));
                    a.run("sync", "resolve", "doc/1", "all", "--if-sequence", sequence(a))
                            .ok();
                    assertEquals(Set.of(), lost(a));
                    assertEquals("all", a.run("store", "get", "doc/1").ok().out());
                    assertEquals(0, ofC.stop());
                }
                assertEquals(0, ofB.stop());
            }
            assertEquals(0, ofA.stop());
        }
    }

    /** Up to where conflicts are told now. */
    private static String sequence(Cli cli) {
        Map<String, Object> conflict =
                cli.run("--json", "sync", "conflicts", "doc/1").ok().ndjson().get(0);
        assertEquals("doc/1", Cli.text(Cli.object(conflict, "current"), "key"));
        return Long.toString(Cli.number(conflict, "sequence"));
    }

    /** Waits until the other node has all that this one wrote. */
    private static void awaitSynced(Cli cli) {
        assertEquals(
                0,
                Cli.number(
                        cli.run("--json", "sync", "status", "--wait", "60").ok().json(), "outboxSize"));
    }

    private static Set<String> lost(Cli cli) {
        return cli.run("--json", "sync", "conflicts").ok().ndjson().stream()
                .map(conflict -> Cli.text(conflict, "value"))
                .collect(Collectors.toSet());
    }

    /** The way of a node that knows one address, once it has called there and was told why not. */
    private static String awaitProblem(Cli cli) {
        while (true) {
            List<String> ways = cli.run("node", "info").ok().lines().stream()
                    .filter(line -> line.startsWith("way : "))
                    .toList();
            assertEquals(1, ways.size(), ways::toString);
            if (ways.get(0).contains("not authorised")) {
                return ways.get(0);
            }
        }
    }

    @Test
    void withoutTheTokenNobodyGetsIn() {
        Cli b = cli("b");
        try (StartedNode ofA = start("a", "--listen", "127.0.0.1:0");
                StartedNode ofB = StartedNode.on(b.wal(), "--node-id", "b", "--peer", ofA.said("listening"))) {
            b.run("store", "put", "doc/1", "from b").ok();
            assertEquals(
                    "way : " + ofA.said("listening") + " down: not authorised: the token there is another one",
                    awaitProblem(b));
            cli("a").run("store", "get", "doc/1").exits(ExitCode.NOT_FOUND);
            assertEquals(1, Cli.number(b.run("--json", "sync", "status").ok().json(), "outboxSize"));
            assertEquals(0, ofB.stop());
            assertEquals(0, ofA.stop());
        }
    }
}
