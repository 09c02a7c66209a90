package softadastra.cli;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import softadastra.store.Value;
import softadastra.sync.Conflict;
import softadastra.sync.PeerState;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncState;
import softadastra.sync.TransportLink;

/** Words what synchronisation tells, for people and as JSON. */
final class SyncText {
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

    static String line(PeerState peer) {
        return Texts.visible(peer.node().value()) + " " + (peer.up() ? "up" : "down")
                + peer.address().map(address -> " " + Texts.visible(address)).orElse("") + " behind=" + peer.behind()
                + " in-flight=" + peer.inFlight() + " retries=" + peer.retries()
                + millis(" heard=", peer.heardMillisAgo(), "ms-ago")
                + millis(" clock-offset=", peer.clockOffsetMillis(), "ms");
    }

    private static String millis(String name, OptionalLong value, String unit) {
        return value.isPresent() ? name + value.getAsLong() + unit : "";
    }

    static JsonObject json(PeerState peer) {
        JsonObject json = new JsonObject()
                .put("node", peer.node().value())
                .put("up", peer.up())
                .put("address", peer.address())
                .put("behind", peer.behind())
                .put("inFlight", peer.inFlight())
                .put("retries", peer.retries());
        peer.heardMillisAgo().ifPresent(millis -> json.put("heardMillisAgo", millis));
        peer.clockOffsetMillis().ifPresent(millis -> json.put("clockOffsetMillis", millis));
        return json;
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

    static JsonObject json(SyncReport report) {
        return json(report.state())
                .put("conflicts", report.conflicts())
                .put("malformed", report.malformed())
                .put("peers", report.peers().stream().map(SyncText::json).toList())
                .put("links", report.links().stream().map(SyncText::json).toList())
                .put("failure", report.failure().map(error -> error.display()));
    }

    static String line(Conflict conflict) {
        return Texts.visible(conflict.key().asString()) + " : lost "
                + conflict.lost().map(SyncText::text).orElse("a removal") + " of " + conflict.loser() + " at "
                + conflict.loserStamp() + ", won " + conflict.winner();
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
}
