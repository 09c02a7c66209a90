package softadastra.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import softadastra.store.StoreBackup;

/** {@code store backup}: copies the store to another directory. */
@Command(
        name = "backup",
        description = {
            "Copies the store, as it is at one moment, to a directory that must not exist or be empty. Needs no lock: it works",
            "beside the application that has the store open, and copies what is proven durable then. All that is copied is",
            "verified; a damaged log is not copied (exit code 4): 'wal repair' saves what is left. What is killed in the middle",
            "leaves a directory that is no backup, and is to be deleted.",
            "The copy is a log like any other: 'softadastra --wal DIR store list' looks into it, 'store restore DIR' copies it back."
        })
final class StoreBackupCommand extends Subcommand {

    @Parameters(index = "0", paramLabel = "DIR", description = "Where the copy goes. Its parent must exist.")
    private String directory = "";

    StoreBackupCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        io().outputMatters();
        Path target = root().configOf(directory).path().orElseThrow();
        return BackupText.print(
                io(),
                root().walPath(),
                directory,
                StoreBackup.write(root().walConfig(), target, new Progress(io())::counted));
    }
}
