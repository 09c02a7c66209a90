package softadastra.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import softadastra.store.StoreBackup;

/** {@code store restore}: makes a store of a backup. */
@Command(
        name = "restore",
        description = {
            "Makes the store's log (--wal) of a backup, verified before and read back after. The log must not exist: nothing is",
            "ever written over. It starts a new epoch, so that what it writes from now on is never taken for what the store that",
            "was backed up wrote since. The backup stays as it is."
        })
final class StoreRestoreCommand extends Subcommand {

    @Parameters(index = "0", paramLabel = "DIR", description = "The backup.")
    private String directory = "";

    StoreRestoreCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        io().outputMatters();
        return BackupText.print(
                io(),
                directory,
                root().walPath(),
                StoreBackup.restore(root().configOf(directory), root().walConfig(), new Progress(io())::counted));
    }
}
