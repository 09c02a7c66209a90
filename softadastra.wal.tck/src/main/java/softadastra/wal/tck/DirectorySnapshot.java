package softadastra.wal.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All that is in a directory, to tell whether a call changed something. */
final class DirectorySnapshot {

    private DirectorySnapshot() {}

    /** Every path below a directory, with the content of files; directories have none. */
    static Map<String, ByteBuffer> of(Path directory) {
        Map<String, ByteBuffer> found = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                byte[] content = Files.isRegularFile(path) ? Files.readAllBytes(path) : new byte[0];
                found.put(path.toString(), ByteBuffer.wrap(content));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }
}
