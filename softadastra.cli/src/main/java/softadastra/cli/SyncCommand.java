package softadastra.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import softadastra.core.ErrorCode;

/** {@code sync}: groups what is done with the way to other nodes. */
@Command(
        name = "sync",
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "What is yet to reach other nodes, and what came of it: status, peers, conflicts, resolve, failed, retry, discard,",
            "forget, leave, tick."
        })
final class SyncCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new CommandFailure(ErrorCode.INVALID_ARGUMENT, "missing command", "softadastra sync --help");
    }
}
