package softadastra.cli;

import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import softadastra.core.Result;
import softadastra.wal.spi.WalFollower;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;

/** {@code wal tail}: prints the last records of a log, and those to come. */
@Command(
        name = "tail",
        description = {
            "Prints the last records of the log, one a line; with --follow also those to come, until it is interrupted.",
            "It needs no lock: it works beside a running owner, and prints what is proven durable then."
        })
final class WalTailCommand extends Subcommand {
    private static final long DEFAULT_COUNT = 10;
    private static final Duration PATIENCE = Duration.ofMillis(500);

    @Option(
            names = "--count",
            paramLabel = "N",
            description =
                    "How many of the last records (default: " + DEFAULT_COUNT + "), or with --from, at most so many.")
    private Optional<Long> count = Optional.empty();

    @Option(names = "--from", paramLabel = "SEQUENCE", description = "Begin at this sequence rather than near the end.")
    private Optional<Long> from = Optional.empty();

    @Option(
            names = {"-f", "--follow"},
            description = "Wait for records to come; an interrupt (Ctrl-C) ends it.")
    private boolean follow;

    @Option(names = "--payload", paramLabel = "FORM", description = "Print payloads too: ${COMPLETION-CANDIDATES}.")
    private Optional<RecordText.Form> payload = Optional.empty();

    private final Progress progress;
    private long left;
    private long passed;
    private long passedBytes;

    WalTailCommand(SoftadastraCommand root) {
        super(root);
        this.progress = new Progress(root.io());
    }

    /** Ends the reading before the end of the log. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super("enough", null, false, false);
        }
    }

    @Override
    public Integer call() {
        count.ifPresent(number -> Limits.requireNotNegative("--count", number));
        from.ifPresent(number -> Limits.requireBetween("--from", number, 1, Long.MAX_VALUE));
        left = from.isPresent() ? count.orElse(Long.MAX_VALUE) : Long.MAX_VALUE;
        try (WalReader reader = WalReader.open(root().walConfig()).orElseThrow()) {
            long start = from.orElseGet(() -> start(reader));
            if (follow) {
                follow(reader, start);
            } else {
                var unused = reader.forEach(start, this::take).orElseThrow();
                warnIfBehind(start, reader.recovery().lastSequence());
            }
        } catch (Enough e) {
            io().flush();
        }
        return ExitCode.OK;
    }

    private long start(WalReader reader) {
        var recovery = reader.recovery();
        return Math.max(recovery.firstSequence(), recovery.lastSequence() + 1 - count.orElse(DEFAULT_COUNT));
    }

    private void warnIfBehind(long start, long last) {
        if (start > last + 1) {
            io().warning("nothing is at sequence " + start + " yet: the log ends with " + last);
        }
    }

    private void follow(WalReader reader, long start) {
        try (WalFollower follower = reader.follow(start).orElseThrow();
                Interrupt interrupt = Interrupt.of(Thread.currentThread())) {
            while (!interrupt.came() && left > 0) {
                Result<Long> polled = follower.poll(PATIENCE, this::take);
                // What was seen is shown at once, and not when a buffer is full.
                io().flush();
                if (polled.isErr() && interrupt.came()) {
                    return;
                }
                var unused = polled.orElseThrow();
            }
        }
    }

    private void take(WalRecord record) {
        if (left-- <= 0) {
            throw new Enough();
        }
        passed++;
        passedBytes += record.payload().length;
        if (!follow) {
            progress.entries("tail", passed, passedBytes);
        }
        if (io().isJson()) {
            io().line(RecordText.json(record, payload));
        } else {
            io().line(RecordText.line(record, "", payload));
        }
        if (left == 0) {
            throw new Enough();
        }
    }
}
