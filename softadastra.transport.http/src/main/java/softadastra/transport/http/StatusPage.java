package softadastra.transport.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.sync.OpenFence;
import softadastra.sync.PeerState;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncState;
import softadastra.sync.TransportLink;

/** A node's report, as text for people and as JSON for programs. */
final class StatusPage {
    static final String TEXT_TYPE = "text/plain; charset=utf-8";
    static final String JSON_TYPE = "application/json";

    private final SyncReport report;
    private final Counters counters;

    StatusPage(SyncReport report, Counters counters) {
        this.report = report;
        this.counters = counters;
    }

    String text() {
        SyncState state = report.state();
        StringBuilder out = new StringBuilder();
        line(out, "node", report.node() + " (epoch " + Long.toHexString(report.epoch()) + ")");
        line(out, "address", report.address().orElse("listens nowhere"));
        line(out, "entries", "" + report.entries());
        line(out, "stage", report.stage().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        line(
                out,
                "outbox",
                state.outboxSize() + " (pending " + state.pendingCount() + ", queued " + state.queuedCount()
                        + ", in flight " + state.inFlightCount() + ", failed " + state.failedCount() + ")");
        line(out, "retries", "" + state.totalRetries());
        line(out, "conflicts", report.conflicts() + " (dropped " + report.conflictsDropped() + ")");
        line(
                out,
                "malformed",
                report.malformed()
                        + report.malformedProblem()
                                .map(problem -> " (the last one: " + visible(problem) + ")")
                                .orElse(""));
        line(out, "forks", "" + report.forks());
        line(out, "clocks", report.clockAnomalies() + " stamps too far ahead");
        line(out, "failure", report.failure().map(error -> error.message()).orElse("none"));
        out.append("\nPeers\n");
        for (PeerState peer : report.peers()) {
            out.append("  ").append(peer.node()).append(peer.up() ? "  up" : "  down");
            out.append("  behind ").append(peer.behind());
            out.append("  ahead ").append(peer.ahead()).append("  in flight ").append(peer.inFlight());
            out.append("  heard ").append(seconds(peer.heardMillisAgo())).append('\n');
        }
        if (!report.openFences().isEmpty()) {
            out.append("\nOpen fences\n");
        }
        for (OpenFence fence : report.openFences()) {
            out.append("  ").append(fence.fenced()).append("  waits for ");
            out.append(fence.waitsFor().isEmpty() ? "nobody" : String.join(" ", nodes(fence)))
                    .append('\n');
        }
        out.append("\nLinks\n");
        for (TransportLink link : report.links()) {
            out.append("  ").append(visible(link.address())).append(link.up() ? "  up" : "  down");
            link.node().ifPresent(node -> out.append("  ").append(node));
            link.problem().ifPresent(problem -> out.append("  ").append(visible(problem)));
            out.append('\n');
        }
        out.append("\nTransport\n");
        counters.all()
                .forEach((name, count) ->
                        out.append("  ").append(name).append("  ").append(count).append('\n'));
        counters.refusals()
                .forEach((status, count) -> out.append("  refused with ")
                        .append(status)
                        .append("  ")
                        .append(count)
                        .append('\n'));
        return out.toString();
    }

    String json() {
        SyncState state = report.state();
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("node", report.node().value());
        all.put("epoch", Long.toHexString(report.epoch()));
        all.put("address", text(report.address()));
        all.put("entries", report.entries());
        all.put("stage", report.stage().name());
        all.put("outboxSize", state.outboxSize());
        all.put("pendingCount", state.pendingCount());
        all.put("queuedCount", state.queuedCount());
        all.put("inFlightCount", state.inFlightCount());
        all.put("acknowledgedCount", state.acknowledgedCount());
        all.put("failedCount", state.failedCount());
        all.put("totalRetries", state.totalRetries());
        all.put("conflicts", report.conflicts());
        all.put("conflictsDropped", report.conflictsDropped());
        all.put("malformed", report.malformed());
        all.put("malformedProblem", text(report.malformedProblem()));
        all.put("clockAnomalies", report.clockAnomalies());
        all.put("forks", report.forks());
        all.put(
                "failure",
                report.failure().map(error -> (Object) error.message()).orElse(null));
        all.put("peers", report.peers().stream().map(StatusPage::peer).toList());
        all.put(
                "openFences",
                report.openFences().stream().map(StatusPage::fence).toList());
        all.put("links", report.links().stream().map(StatusPage::link).toList());
        all.put("transport", counters.all());
        all.put("refusals", counters.refusals());
        return json(all) + "\n";
    }

    /** What stands in for a page that is not served. */
    static String error(int status, String why) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("status", status);
        all.put("error", why);
        return json(all);
    }

    private static Map<String, @Nullable Object> peer(PeerState peer) {
        Map<String, @Nullable Object> one = new LinkedHashMap<>();
        one.put("node", peer.node().value());
        one.put("address", text(peer.address()));
        one.put("up", peer.up());
        one.put("behind", peer.behind());
        one.put("ahead", peer.ahead());
        one.put("inFlight", peer.inFlight());
        one.put("retries", peer.retries());
        one.put("heardMillisAgo", number(peer.heardMillisAgo()));
        one.put("clockOffsetMillis", number(peer.clockOffsetMillis()));
        return one;
    }

    private static Map<String, @Nullable Object> fence(OpenFence fence) {
        Map<String, @Nullable Object> one = new LinkedHashMap<>();
        one.put("fence", fence.fenced().node().value());
        one.put("epoch", Long.toHexString(fence.fenced().epoch()));
        one.put("waitsFor", nodes(fence));
        return one;
    }

    private static List<String> nodes(OpenFence fence) {
        return fence.waitsFor().stream().map(NodeId::value).toList();
    }

    private static Map<String, @Nullable Object> link(TransportLink link) {
        Map<String, @Nullable Object> one = new LinkedHashMap<>();
        one.put("address", link.address());
        one.put("node", text(link.node().map(node -> node.value())));
        one.put("up", link.up());
        one.put("problem", text(link.problem()));
        return one;
    }

    private static @Nullable Object text(Optional<String> text) {
        return text.orElse(null);
    }

    private static @Nullable Object number(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }

    private static String json(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            StringJoiner out = new StringJoiner(",", "{", "}");
            map.forEach((name, inner) -> out.add(quoted(String.valueOf(name)) + ":" + json(inner)));
            return out.toString();
        }
        if (value instanceof List<?> list) {
            StringJoiner out = new StringJoiner(",", "[", "]");
            list.forEach(inner -> out.add(json(inner)));
            return out.toString();
        }
        return value instanceof String text ? quoted(text) : String.valueOf(value);
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    /** Text that stays on its line and commands no terminal: an address that was found may be anything. */
    private static String visible(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.chars().forEach(c -> out.append(Character.isISOControl(c) ? '?' : (char) c));
        return out.toString();
    }

    private static String seconds(OptionalLong millis) {
        return millis.isPresent() ? millis.getAsLong() / 1000 + " s ago" : "never";
    }

    private static void line(StringBuilder out, String name, String value) {
        out.append(String.format("%-10s: %s%n", name, value).replace("\r\n", "\n"));
    }
}
