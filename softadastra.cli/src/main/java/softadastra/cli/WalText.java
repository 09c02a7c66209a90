package softadastra.cli;

import java.util.List;
import java.util.Locale;
import softadastra.core.Severity;
import softadastra.wal.spi.LostSequences;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalInspector;

/** Words what inspection tells of a log. */
final class WalText {
    private WalText() {}

    static List<String> lines(WalInspector.Info info) {
        return List.of(
                "path : " + Texts.visible(info.location()),
                "provider : " + info.provider(),
                "format : " + info.formatVersion(),
                "log id : " + info.identity().logId(),
                "node id : " + node(info),
                "epoch : " + epoch(info),
                "records : " + info.records(),
                "first sequence : " + info.firstSequence(),
                "last sequence : " + info.lastSequence(),
                "durable sequence : " + info.durableSequence(),
                "bytes : " + info.bytes(),
                "files : " + info.files().size(),
                "closed cleanly : " + Texts.yesNo(info.clean()),
                "open in : " + Texts.visible(info.owner().orElse("nobody")));
    }

    static String node(WalInspector.Info info) {
        return node(info.identity());
    }

    static String node(WalIdentity identity) {
        return identity.node() + (identity.provisional() ? " (provisional)" : "");
    }

    static boolean isError(WalFinding finding) {
        return finding.severity() != Severity.WARNING;
    }

    static JsonObject json(WalInspector.Repair repair, String target) {
        return new JsonObject()
                .put("repaired", target)
                .put("logId", repair.identity().logId().toString())
                .put("nodeId", repair.identity().node().value())
                .put("provisional", repair.identity().provisional())
                .put("epoch", epoch(repair.identity()))
                .put("records", repair.records())
                .put("bytes", repair.bytes())
                .put("filled", repair.filled())
                .put("checkpoint", repair.checkpoint())
                .put("firstSequence", repair.firstSequence())
                .put("lastSequence", repair.lastSequence())
                .put("lost", repair.lost().stream().map(WalText::json).toList())
                .put("findings", repair.findings().stream().map(WalText::json).toList());
    }

    private static JsonObject json(LostSequences lost) {
        JsonObject json = new JsonObject().put("from", lost.from());
        lost.through().ifPresent(through -> json.put("through", through));
        return json;
    }

    static JsonObject json(WalInspector.Info info) {
        return new JsonObject()
                .put("path", info.location())
                .put("provider", info.provider())
                .put("format", info.formatVersion())
                .put("logId", info.identity().logId().toString())
                .put("nodeId", info.identity().node().value())
                .put("provisional", info.identity().provisional())
                .put("epoch", epoch(info))
                .put("records", info.records())
                .put("firstSequence", info.firstSequence())
                .put("lastSequence", info.lastSequence())
                .put("durableSequence", info.durableSequence())
                .put("bytes", info.bytes())
                .put("clean", info.clean())
                .put("owner", info.owner());
    }

    private static String epoch(WalInspector.Info info) {
        return epoch(info.identity());
    }

    private static String epoch(WalIdentity identity) {
        return String.format(Locale.ROOT, "%016x", identity.epoch());
    }

    /** One line; the message names sequence and offset where it is corruption, and what it leaves out follows. */
    static String line(WalFinding finding) {
        StringBuilder line = new StringBuilder(finding.severity().name().toLowerCase(Locale.ROOT))
                .append(": ")
                .append(Texts.visible(finding.message()))
                .append(" [");
        finding.sequence()
                .ifPresent(sequence -> line.append(finding.lastSequence().isPresent() ? "sequences " : "sequence ")
                        .append(sequence));
        finding.lastSequence().ifPresent(last -> line.append(" to ").append(last));
        finding.sequence().ifPresent(sequence -> line.append(", "));
        finding.file().ifPresent(file -> line.append("file ").append(file).append(", "));
        finding.offset()
                .ifPresent(offset -> line.append("offset ").append(offset).append(", "));
        return line.append(finding.length() == 0 ? "length unknown" : finding.length() + " bytes")
                .append("]")
                .toString();
    }

    static JsonObject json(WalFinding finding) {
        JsonObject json = new JsonObject()
                .put("severity", finding.severity().name())
                .put("message", finding.message())
                .put("file", finding.file());
        finding.sequence().ifPresent(sequence -> json.put("sequence", sequence));
        finding.lastSequence().ifPresent(last -> json.put("lastSequence", last));
        finding.offset().ifPresent(offset -> json.put("offset", offset));
        return json.put("length", finding.length());
    }
}
