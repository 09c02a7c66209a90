package softadastra.cli;

import java.util.List;
import java.util.Locale;
import softadastra.wal.spi.WalFinding;
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
        return info.identity().node() + (info.identity().provisional() ? " (provisional)" : "");
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
        return String.format(Locale.ROOT, "%016x", info.identity().epoch());
    }

    /** One line; the message names sequence and offset where it is corruption, and what it leaves out follows. */
    static String line(WalFinding finding) {
        StringBuilder line = new StringBuilder(finding.severity().name().toLowerCase(Locale.ROOT))
                .append(": ")
                .append(Texts.visible(finding.message()))
                .append(" [");
        finding.sequence()
                .ifPresent(sequence -> line.append("sequence ").append(sequence).append(", "));
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
        finding.offset().ifPresent(offset -> json.put("offset", offset));
        return json.put("length", finding.length());
    }
}
