package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import softadastra.core.ErrorCode;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalInspector.Entry;
import softadastra.wal.spi.WalInspector.Verification;
import softadastra.wal.spi.WalRecord;

/** {@code wal dump}: prints the records of a log, one a line. */
@Command(
        name = "dump",
        description = {
            "Prints every record that verifies, one a line, and nothing that does not.",
            "Status COMMITTED: proven durable. PENDING: valid, and not proven; a recovery would keep it.",
            "Ends at the first damage, with exit code 4; with --recovery salvage it goes on behind it."
        })
final class WalDumpCommand extends Subcommand {

    @Option(names = "--payload", paramLabel = "FORM", description = "Print payloads too: ${COMPLETION-CANDIDATES}.")
    private Optional<RecordText.Form> payload = Optional.empty();

    @Option(names = "--from", paramLabel = "SEQUENCE", description = "Begin at this sequence.")
    private long from = 1;

    @Option(names = "--to", paramLabel = "SEQUENCE", description = "End with this sequence.")
    private long to = Long.MAX_VALUE;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many records.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--bookkeeping", description = "Also the log's own entries, which have no sequence.")
    private boolean bookkeeping;

    @Option(names = "--recovery", paramLabel = "MODE", description = Salvaging.OPTION)
    private Optional<Salvaging> recovery = Optional.empty();

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
        Limits.requireBetween("--from", from, 1, Long.MAX_VALUE);
        Limits.requireBetween("--to", to, from, Long.MAX_VALUE);
        Verification found;
        try {
            found = inspector(recovery).scan(this::take, new Progress(io())).orElseThrow();
        } catch (Enough e) {
            return ExitCode.OK;
        }
        // A dump passes over what does not verify; whoever reads it must not take it for all.
        if (recovery.isEmpty() && found.corrupted()) {
            WalFinding first = found.findings().stream()
                    .filter(WalText::isError)
                    .findFirst()
                    .orElseThrow();
            throw new CommandFailure(
                    ErrorCode.CORRUPTION, first.message(), root().command("wal dump --recovery salvage"));
        }
        found.findings().forEach(finding -> io().warning(finding.message()));
        if (from > found.lastSequence() + 1) {
            io().warning("nothing is at sequence " + from + " yet: the log ends with " + found.lastSequence());
        }
        return found.corrupted() ? ExitCode.CORRUPTION : ExitCode.OK;
    }

    private void take(Entry entry) {
        if (printed >= limit) {
            throw new Enough();
        }
        if (entry.record().isPresent()) {
            WalRecord record = entry.record().get();
            if (record.sequence() > to) {
                throw new Enough();
            }
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
            io().line(RecordText.json(record, payload).put("file", entry.file()).put("offset", entry.offset()));
        } else {
            io().line(RecordText.line(record, " file=" + entry.file() + " offset=" + entry.offset(), payload));
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
}
