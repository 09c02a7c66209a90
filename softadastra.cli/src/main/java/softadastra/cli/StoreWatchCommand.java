package softadastra.cli;

import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import softadastra.core.Result;
import softadastra.store.EntryChange;
import softadastra.store.KeyRange;
import softadastra.store.OperationRecord;
import softadastra.wal.spi.WalFollower;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;

/** {@code store watch}: prints changes as they become durable. */
@Command(
        name = "watch",
        description = {
            "Prints every change of an entry, one a line, in order and without gaps, until it is interrupted.",
            "It needs no lock: it follows the log, beside a running owner, and prints what is proven durable then. Once checkpoints",
            "have let go what it has yet to read, it ends and says so. The owner's own process watches by StoreEngine.watch.",
            "With --json a line has everything, and 'store batch' takes it."
        })
final class StoreWatchCommand extends Subcommand {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    @Option(names = "--prefix", paramLabel = "TEXT", description = "Only keys that begin with this.")
    private String prefix = "";

    @Option(
            names = "--from",
            paramLabel = "SEQUENCE",
            description = "Begin with the change of this sequence (default: with the next one to come).")
    private Optional<Long> from = Optional.empty();

    @Option(names = "--count", paramLabel = "N", description = "End after so many changes.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--keys-only", description = "Without the values.")
    private boolean keysOnly;

    StoreWatchCommand(SoftadastraCommand root) {
        super(root);
    }

    /** Ends the watch. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super("enough", null, false, false);
        }
    }

    @Override
    public Integer call() {
        from.ifPresent(sequence -> Limits.requireBetween("--from", sequence, 1, Long.MAX_VALUE));
        Limits.requireBetween("--count", count, 1, Long.MAX_VALUE);
        try (WalReader reader = WalReader.open(root().walConfig()).orElseThrow();
                WalFollower follower = reader.follow(
                                from.orElseGet(() -> reader.recovery().lastSequence() + 1))
                        .orElseThrow();
                Interrupt interrupt = Interrupt.of(Thread.currentThread())) {
            while (!interrupt.came()) {
                Result<Long> polled = follower.poll(PATIENCE, record -> take(reader, record));
                // What was seen is shown at once, and not when a buffer is full.
                io().flush();
                if (polled.isErr() && interrupt.came()) {
                    return ExitCode.OK;
                }
                var unused = polled.orElseThrow();
            }
        } catch (Enough e) {
            io().flush();
        }
        return ExitCode.OK;
    }

    private void take(WalReader reader, WalRecord record) {
        if (!OperationText.isOperation(record)) {
            return;
        }
        OperationRecord operation =
                OperationText.decode(record, reader.identity().node());
        EntryChange change = EntryChange.of(operation, record.sequence()).orElse(null);
        if (change == null || !KeyRange.prefix(prefix).contains(change.key())) {
            return;
        }
        if (io().isJson()) {
            io().line(OperationText.json(change, keysOnly));
        } else {
            io().line(OperationText.line(change, keysOnly));
        }
        if (--count == 0) {
            throw new Enough();
        }
    }
}
