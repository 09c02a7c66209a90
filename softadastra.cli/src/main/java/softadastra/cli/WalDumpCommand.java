package softadastra.cli;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import softadastra.core.ErrorCode;
import softadastra.wal.spi.WalInspector.Entry;
import softadastra.wal.spi.WalInspector.Verification;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecord;

/** {@code wal dump}: prints the records of a log, one a line. */
@Command(
        name = "dump",
        description = {
            "Prints every record that verifies, one a line, and nothing that does not.",
            "Status COMMITTED: proven durable. PENDING: valid, and not proven; a recovery would keep it."
        })
final class WalDumpCommand extends Subcommand {

    /** How payload bytes are printed. */
    enum Form {
        HEX,
        BASE64
    }

    @Option(names = "--payload", paramLabel = "FORM", description = "Print payloads too: ${COMPLETION-CANDIDATES}.")
    private Optional<Form> payload = Optional.empty();

    @Option(names = "--from", paramLabel = "SEQUENCE", description = "Begin at this sequence.")
    private long from = 1;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many records.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--bookkeeping", description = "Also the log's own entries, which have no sequence.")
    private boolean bookkeeping;

    private long printed;

    WalDumpCommand(SoftadastraCommand root) {
        super(root);
    }

    /** Ends a pass over the log before its end. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super("enough", null, false, false);
        }
    }

    @Override
    public Integer call() {
        Limits.requireNotNegative("--limit", limit);
        try {
            inspector().dump(this::take).orElseThrow();
        } catch (Enough e) {
            return ExitCode.OK;
        }
        // A dump passes over what does not verify; whoever reads it must not take it for all.
        Verification found = inspector().verify(WalProgress.NONE).orElseThrow();
        if (found.corrupted()) {
            throw new CommandFailure(
                    ErrorCode.CORRUPTION,
                    found.findings().stream()
                            .filter(finding -> finding.message().startsWith("corrupted"))
                            .findFirst()
                            .orElse(found.findings().get(0))
                            .message());
        }
        found.findings().forEach(finding -> io().warning(finding.message()));
        return ExitCode.OK;
    }

    private void take(Entry entry) {
        if (printed >= limit) {
            throw new Enough();
        }
        if (entry.record().isPresent()) {
            WalRecord record = entry.record().get();
            if (record.sequence() >= from) {
                print(entry, record);
                printed++;
            }
        } else if (bookkeeping) {
            print(entry);
        }
    }

    private void print(Entry entry, WalRecord record) {
        if (io().isJson()) {
            JsonObject json = new JsonObject()
                    .put("sequence", record.sequence())
                    .put("type", record.type().name())
                    .put("typeCode", record.typeCode())
                    .put("status", record.status().name())
                    .put("timestamp", record.timestamp().toString())
                    .put("payloadBytes", record.payload().length)
                    .put("file", entry.file())
                    .put("offset", entry.offset());
            payload.ifPresent(form -> json.put(form.name().toLowerCase(Locale.ROOT), encoded(form, record.payload())));
            io().line(json);
        } else {
            io().line("seq=" + record.sequence() + " type=" + record.type()
                    + (record.type().code() == record.typeCode() ? "" : "(" + record.typeCode() + ")")
                    + " status=" + record.status() + " timestamp=" + record.timestamp()
                    + " payload_size=" + record.payload().length + " file=" + entry.file() + " offset="
                    + entry.offset()
                    + payload.map(form -> " payload=" + encoded(form, record.payload()))
                            .orElse(""));
        }
    }

    private void print(Entry entry) {
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("bookkeeping", entry.kind())
                    .put("file", entry.file())
                    .put("offset", entry.offset()));
        } else {
            io().line("bookkeeping=" + entry.kind() + " file=" + entry.file() + " offset=" + entry.offset());
        }
    }

    private static String encoded(Form form, byte[] payload) {
        return form == Form.HEX
                ? HexFormat.of().formatHex(payload)
                : Base64.getEncoder().encodeToString(payload);
    }
}
