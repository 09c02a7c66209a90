package softadastra.cli;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import softadastra.cli.control.Unresolved;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.Entry;
import softadastra.store.OperationId;
import softadastra.store.Value;
import softadastra.sync.Conflict;
import softadastra.sync.FailedOperation;
import softadastra.sync.OpenFence;
import softadastra.sync.PeerState;
import softadastra.sync.RejectionCode;
import softadastra.sync.SyncEvent;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncStage;
import softadastra.sync.SyncState;
import softadastra.sync.TransportLink;

/** Words what synchronisation tells, for people and as JSON. */
final class SyncText {
    private static final Pattern OPERATION = Pattern.compile("(.+)@([0-9a-f]{16}):(\\d{1,18})");

    private SyncText() {}

    static List<String> lines(SyncState state) {
        return List.of(
                "outbox size : " + state.outboxSize(),
                "pending : " + state.pendingCount(),
                "queued : " + state.queuedCount(),
                "in flight : " + state.inFlightCount(),
                "failed : " + state.failedCount(),
                "acknowledged : " + state.acknowledgedCount(),
                "retries : " + state.totalRetries());
    }

    static JsonObject json(SyncState state) {
        return new JsonObject()
                .put("outboxSize", state.outboxSize())
                .put("pending", state.pendingCount())
                .put("queued", state.queuedCount())
                .put("inFlight", state.inFlightCount())
                .put("failed", state.failedCount())
                .put("acknowledged", state.acknowledgedCount())
                .put("retries", state.totalRetries());
    }

    /** What is known of a peer, and if there is no way to it, why. */
    static String line(PeerState peer, List<TransportLink> links) {
        return Texts.visible(peer.node().value()) + " " + (peer.up() ? "up" : "down")
                + peer.address().map(address -> " " + Texts.visible(address)).orElse("") + " behind=" + peer.behind()
                + " ahead=" + peer.ahead()
                + " in-flight=" + peer.inFlight() + " retries=" + peer.retries()
                + millis(" heard=", peer.heardMillisAgo(), "ms-ago")
                + millis(" clock-offset=", peer.clockOffsetMillis(), "ms")
                + (peer.subscription().isEmpty() ? "" : " keys=" + keys(peer.subscription()))
                + problem(peer, links)
                        .map(problem -> ": " + Texts.visible(problem))
                        .orElse("");
    }

    private static Optional<String> problem(PeerState peer, List<TransportLink> links) {
        return peer.up()
                ? Optional.empty()
                : links.stream()
                        .filter(link -> link.node().equals(Optional.of(peer.node())))
                        .flatMap(link -> link.problem().stream())
                        .findFirst();
    }

    /** The ways where nobody has answered yet, so that no peer tells of them. */
    static List<TransportLink> unanswered(SyncReport report) {
        return report.links().stream().filter(link -> link.node().isEmpty()).toList();
    }

    /** Which keys somebody wants. */
    static String keys(List<String> subscription) {
        return subscription.isEmpty()
                ? "all"
                : subscription.stream()
                        .map(prefix -> Texts.visible(prefix) + "*")
                        .collect(Collectors.joining(","));
    }

    private static String millis(String name, OptionalLong value, String unit) {
        return value.isPresent() ? name + value.getAsLong() + unit : "";
    }

    static JsonObject json(PeerState peer, List<TransportLink> links) {
        JsonObject json = new JsonObject()
                .put("node", peer.node().value())
                .put("up", peer.up())
                .put("address", peer.address())
                .put("behind", peer.behind())
                .put("ahead", peer.ahead())
                .put("inFlight", peer.inFlight())
                .put("retries", peer.retries())
                .putTexts("subscription", peer.subscription());
        peer.heardMillisAgo().ifPresent(millis -> json.put("heardMillisAgo", millis));
        peer.clockOffsetMillis().ifPresent(millis -> json.put("clockOffsetMillis", millis));
        return json.put("problem", problem(peer, links));
    }

    static String line(TransportLink link) {
        return Texts.visible(link.address()) + " " + (link.up() ? "up" : "down")
                + link.node()
                        .map(node -> " node " + Texts.visible(node.value()))
                        .orElse("")
                + link.problem().map(problem -> ": " + Texts.visible(problem)).orElse("");
    }

    static JsonObject json(TransportLink link) {
        return new JsonObject()
                .put("address", link.address())
                .put("up", link.up())
                .put("node", link.node().map(node -> node.value()))
                .put("problem", link.problem());
    }

    static String line(SyncStage stage) {
        return "stage : " + stage.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static String line(OpenFence fence) {
        return Texts.visible(fence.fenced().toString())
                + (fence.waitsFor().isEmpty()
                        ? " is about to close"
                        : " waits for "
                                + fence.waitsFor().stream()
                                        .map(node -> Texts.visible(node.value()))
                                        .collect(Collectors.joining(", ")));
    }

    static JsonObject json(OpenFence fence) {
        return new JsonObject()
                .put("fence", fence.fenced().node().value())
                .put("epoch", Long.toHexString(fence.fenced().epoch()))
                .putTexts(
                        "waitsFor", fence.waitsFor().stream().map(NodeId::value).toList());
    }

    /** Says what to do about open fences, if there are any. */
    static void hint(SoftadastraCommand root, SyncReport report) {
        if (!report.openFences().isEmpty()) {
            root.io()
                    .hint(
                            "an open fence keeps nodes from joining and from coming back until those it waits for are heard of;"
                                    + " if one of them will not come back: " + root.command("sync forget NODE"));
        }
    }

    /** How many conflicts wait, and how many do not any more, for want of room. */
    static String conflicts(SyncReport report) {
        long dropped = report.conflictsDropped();
        return "conflicts : " + report.conflicts() + (dropped == 0 ? "" : " (dropped : " + dropped + ")");
    }

    static String line(SyncEvent.ClockAnomaly anomaly) {
        boolean followed = anomaly.response() == SyncEvent.ClockAnomaly.Response.FOLLOWED;
        return "a stamp of " + anomaly.node() + " is " + anomaly.ahead().toMillis()
                + " ms ahead of this machine's clock: "
                + (followed
                        ? "this node goes on above it, having joined"
                        : "taken, and followed by two minutes at most");
    }

    static JsonObject json(SyncEvent.ClockAnomaly anomaly) {
        return new JsonObject()
                .put("clock", anomaly.node().value())
                .put("aheadMillis", anomaly.ahead().toMillis())
                .put("response", anomaly.response().name());
    }

    /** What was seen that points to a wrong program, a wrong clock or a copied log; nothing if all is well. */
    static List<String> anomalies(SyncReport report) {
        List<String> lines = new ArrayList<>();
        if (report.malformed() > 0) {
            lines.add("malformed : " + report.malformed() + " messages"
                    + report.malformedProblem()
                            .map(problem -> ", the last one: " + Texts.visible(problem))
                            .orElse(""));
        }
        if (report.clockAnomalies() > 0) {
            lines.add("clock anomalies : " + report.clockAnomalies()
                    + " (stamps more than two minutes ahead of this machine's clock)");
        }
        if (report.forks() > 0) {
            lines.add("forks : " + report.forks() + " (operations with one identity and two contents)");
        }
        return lines;
    }

    static JsonObject json(SyncReport report) {
        return json(report.state())
                .put("stage", report.stage().name())
                .put("conflicts", report.conflicts())
                .put("conflictsDropped", report.conflictsDropped())
                .put("malformed", report.malformed())
                .put("malformedProblem", report.malformedProblem())
                .put("clockAnomalies", report.clockAnomalies())
                .put("forks", report.forks())
                .putTexts("subscription", report.subscription())
                .put(
                        "peers",
                        report.peers().stream()
                                .map(peer -> json(peer, report.links()))
                                .toList())
                .put(
                        "openFences",
                        report.openFences().stream().map(SyncText::json).toList())
                .put("links", report.links().stream().map(SyncText::json).toList())
                .put("failure", report.failure().map(error -> error.display()));
    }

    /**
     * The operation that a text names.
     *
     * @throws CommandFailure INVALID_ARGUMENT if it names none
     */
    static OperationId operationId(String text) {
        Matcher matcher = OPERATION.matcher(text);
        if (matcher.matches()) {
            Result<NodeId> node = NodeId.of(matcher.group(1));
            long counter = Long.parseLong(matcher.group(3));
            if (node.isOk() && counter > 0) {
                return new OperationId(node.value(), HexFormat.fromHexDigitsToLong(matcher.group(2)), counter);
            }
        }
        throw new CommandFailure(
                ErrorCode.INVALID_ARGUMENT,
                "invalid operation id '" + text + "'",
                "an id is such as node-a@9c1f0e3f5a7b2d46:17");
    }

    static String line(FailedOperation failed) {
        return failed.id() + " " + (failed.removal() ? "removal of " : "")
                + Texts.visible(failed.key().asString())
                + " : rejected by " + Texts.visible(failed.peer().value()) + " at " + failed.since() + ", "
                + word(failed.code()) + ": " + Texts.visible(failed.reason());
    }

    private static String word(RejectionCode code) {
        return code.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static JsonObject json(FailedOperation failed) {
        return new JsonObject()
                .put("id", failed.id().toString())
                .put("key", failed.key().asString())
                .put("removal", failed.removal())
                .put("timestamp", failed.stamp().toString())
                .put("peer", failed.peer().value())
                .put("code", failed.code().name())
                .put("reason", failed.reason())
                .put("since", failed.since().toString());
    }

    static String line(Conflict conflict) {
        return Texts.visible(conflict.key().asString()) + " : lost "
                + conflict.lost().map(SyncText::text).orElse("a removal") + " of " + conflict.loser() + " at "
                + conflict.loserStamp() + ", won " + conflict.winner();
    }

    /** A conflict, and what its key has now. */
    static String line(Unresolved unresolved, Optional<Entry> entry) {
        return line(unresolved.conflict()) + ", has "
                + entry.map(now -> text(now.value())).orElse("no value") + " sequence=" + unresolved.sequence();
    }

    private static String text(Value value) {
        return "'" + Texts.visible(value.toString()) + "'";
    }

    static JsonObject json(Conflict conflict) {
        JsonObject json = new JsonObject()
                .put("key", conflict.key().asString())
                .put("winner", conflict.winner().toString())
                .put("loser", conflict.loser().toString())
                .put("loserTimestamp", conflict.loserStamp().toString());
        Optional<Value> lost = conflict.lost();
        return lost.isPresent() ? EntryText.putValue(json, lost.get()) : json.put("removed", true);
    }

    static JsonObject json(Unresolved unresolved, Optional<Entry> entry) {
        JsonObject json = json(unresolved.conflict()).put("sequence", unresolved.sequence());
        return entry.isPresent() ? json.put("current", EntryText.json(entry.get())) : json;
    }
}
