package softadastra.wal.file;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import softadastra.wal.spi.storage.FileStorage;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.tck.fault.SimulatedStorage;

/** What a log's files may lie on. */
enum Backend {
    /** A disk in memory that forgets what was not forced. */
    SIMULATED,
    /** A file system in memory, read and written through NIO channels. */
    JIMFS,
    /** Files of the platform. */
    FILES;

    /** Makes empty places for logs, one after the other; the one before is deleted when the next is made. */
    static final class Places implements Supplier<Storage>, AutoCloseable {

        private final Backend backend;
        private final FileSystem fileSystem = Jimfs.newFileSystem(Configuration.unix());
        private final Path home;
        private int made;

        /** Places on a backend, or in a directory of the platform's. */
        Places(Backend backend, Path directory) {
            this.backend = backend;
            this.home = backend == JIMFS ? fileSystem.getPath("/work") : directory;
        }

        @Override
        public Storage get() {
            if (backend == SIMULATED) {
                return SimulatedStorage.create();
            }
            delete(place());
            made++;
            return FileStorage.at(place());
        }

        private Path place() {
            return home.resolve("log-" + made);
        }

        private static void delete(Path directory) {
            if (!Files.exists(directory)) {
                return;
            }
            try (Stream<Path> files = Files.list(directory)) {
                List<Path> found = files.toList();
                for (Path file : found) {
                    Files.delete(file);
                }
                Files.delete(directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            fileSystem.close();
        }
    }
}
