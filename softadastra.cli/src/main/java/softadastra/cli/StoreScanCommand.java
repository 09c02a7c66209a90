package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import softadastra.cli.control.Entries;
import softadastra.cli.control.EntryQuery;
import softadastra.core.ErrorCode;
import softadastra.store.Key;

/** {@code store scan}: prints the entries of a range of keys. */
@Command(
        name = "scan",
        description = {
            "Prints the entries of a range of keys, in the order of the keys' bytes, one a line. It is one moment's view,",
            "whatever is written meanwhile.",
            "With --json a line has everything, and 'store import -' takes it."
        })
final class StoreScanCommand extends Subcommand {

    @Option(names = "--prefix", paramLabel = "TEXT", description = "Only keys that begin with this.")
    private String prefix = "";

    @Option(names = "--from", paramLabel = "KEY", description = "Begin with this key, or the next one there is.")
    private Optional<String> from = Optional.empty();

    @Option(names = "--to", paramLabel = "KEY", description = "End before this key.")
    private Optional<String> to = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--keys-only", description = "Only the keys.")
    private boolean keysOnly;

    StoreScanCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        Limits.requireNotNegative("--limit", limit);
        Optional<Key> first = from.map(Key::of);
        Optional<Key> end = to.map(Key::of);
        if (first.isPresent() && end.isPresent() && first.get().compareTo(end.get()) > 0) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid range: --from '" + Texts.visible(from.get()) + "' is behind --to '"
                            + Texts.visible(to.get()) + "'",
                    "keys are ordered by their UTF-8 bytes");
        }
        EntryQuery query = new EntryQuery(prefix, from, to, limit, keysOnly);
        try (Entries entries = entries()) {
            entries.scan(query, entry -> EntryText.print(io(), entry, keysOnly));
        }
        return ExitCode.OK;
    }
}
