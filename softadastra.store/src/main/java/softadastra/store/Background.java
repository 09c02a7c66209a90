package softadastra.store;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import softadastra.wal.spi.Wal;

/**
 * What a store does beside its users, on threads of its own: it loads the checkpoint that it was opened on, and writes others when
 * they are due.
 */
final class Background implements AutoCloseable {

    private final @Nullable Loader loader;
    private final Checkpointer checkpointer;
    private final AutomaticCheckpoints automatic;

    /**
     * Begins.
     *
     * @param carries whether the log may have records that checkpoints are to carry on
     * @param warnings is told what fails
     */
    Background(
            StoreConfig config,
            Wal wal,
            Versions versions,
            Commits commits,
            boolean carries,
            Consumer<String> warnings) {
        Consumer<Throwable> unreadable = reason -> {
            commits.failed(reason);
            warnings.accept("a checkpoint cannot be read, and the store is read-only: " + reason.getMessage());
        };
        Unloaded rest = versions.unloaded();
        if (rest != null) {
            rest.whenDamaged(unreadable::accept);
        }
        loader = Loader.start(versions, commits.lock(), unreadable);
        checkpointer = new Checkpointer(wal, versions, commits, config.progress(), loader, carries);
        automatic = new AutomaticCheckpoints(checkpointer, warnings);
        commits.whenGrown(automatic::request);
    }

    Checkpointer checkpointer() {
        return checkpointer;
    }

    /** Has everything end, and waits for that. */
    @Override
    public void close() {
        automatic.close();
        // A checkpoint may wait for the loader, which is ended first.
        checkpointer.stop();
        if (loader != null) {
            loader.stop();
        }
        checkpointer.close();
    }
}
