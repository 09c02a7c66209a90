package softadastra.wal.spi.storage;

import java.nio.file.Path;

/** Makes the {@link Storage} for a directory; {@link FileStorage#at} is the real one, tests bring others. */
@FunctionalInterface
public interface StorageFactory {

    /** The storage on a directory, which need not exist yet. Touches nothing. */
    Storage at(Path directory);
}
