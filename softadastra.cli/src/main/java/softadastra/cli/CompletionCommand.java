package softadastra.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code completion}: prints a script that completes the command line in bash and zsh. */
@Command(
        name = "completion",
        description = {"Prints a completion script for bash and zsh:", "  source <(softadastra completion)"})
final class CompletionCommand extends Subcommand {

    CompletionCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        io().line(AutoComplete.bash("softadastra", SoftadastraCommand.tree(io()))
                .stripTrailing());
        return ExitCode.OK;
    }
}
