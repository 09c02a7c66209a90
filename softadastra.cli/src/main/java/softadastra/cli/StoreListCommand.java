package softadastra.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import softadastra.cli.control.Entries;
import softadastra.cli.control.EntryQuery;

/** {@code store list}: prints entries in key order. */
@Command(
        name = "list",
        description = {
            "Prints the entries in the order of their keys, one a line.",
            "With --json a line has everything, and 'store import -' takes it."
        })
final class StoreListCommand extends Subcommand {

    @Option(names = "--prefix", paramLabel = "TEXT", description = "Only keys that begin with this.")
    private String prefix = "";

    @Option(names = "--limit", paramLabel = "N", description = "At most so many.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--keys-only", description = "Only the keys.")
    private boolean keysOnly;

    StoreListCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        Limits.requireNotNegative("--limit", limit);
        try (Entries entries = entries()) {
            entries.scan(EntryQuery.prefix(prefix, limit, keysOnly), entry -> EntryText.print(io(), entry, keysOnly));
        }
        return ExitCode.OK;
    }
}
