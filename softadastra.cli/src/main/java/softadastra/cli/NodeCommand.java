package softadastra.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import softadastra.core.ErrorCode;

/** {@code node}: groups what is done with a node that runs. */
@Command(name = "node", synopsisSubcommandLabel = "COMMAND", description = "A node that serves and syncs: start, info.")
final class NodeCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new CommandFailure(ErrorCode.INVALID_ARGUMENT, "missing command", "softadastra node --help");
    }
}
