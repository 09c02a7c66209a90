package softadastra.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import softadastra.core.ErrorCode;

/** {@code wal}: groups what looks at the records of a log. */
@Command(
        name = "wal",
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "The records of the log, whatever they mean. info, verify, dump and tail only read, and so does repair, which",
            "writes a new log."
        })
final class WalCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new CommandFailure(ErrorCode.INVALID_ARGUMENT, "missing command", "softadastra wal --help");
    }
}
