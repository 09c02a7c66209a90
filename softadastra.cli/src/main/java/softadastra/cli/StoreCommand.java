package softadastra.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import softadastra.core.ErrorCode;

/** {@code store}: groups what is done with entries. */
@Command(
        name = "store",
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Keys and values: put, get, remove, list, scan, watch, batch, import, export, compact, backup, restore, stats.")
final class StoreCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new CommandFailure(ErrorCode.INVALID_ARGUMENT, "missing command", "softadastra store --help");
    }
}
