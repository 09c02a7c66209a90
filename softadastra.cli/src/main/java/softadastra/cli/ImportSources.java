package softadastra.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import softadastra.core.ErrorCode;

/** Tells from the text of a source what kind it is. */
final class ImportSources {
    private static final String JRT = "jrt:/";
    private static final String JRT_MODULES = "/modules";

    private ImportSources() {}

    /**
     * The source with a name.
     *
     * @param name {@code -}, {@code jrt:/...}, or a path
     * @param in what {@code -} stands for
     * @param wal the log that is written to
     */
    static ImportSource of(String name, InputStream in, Path wal) {
        if (name.equals("-")) {
            return new NdjsonSource(() -> in);
        }
        if (name.startsWith(JRT)) {
            return new TreeSource(imagePath(name), Optional.empty());
        }
        Path path = path(name);
        if (Files.isDirectory(path)) {
            requireOutside(name, path, wal);
            return new TreeSource(path, Optional.of(wal));
        }
        if (!Files.isRegularFile(path)) {
            throw new CommandFailure(
                    ErrorCode.NOT_FOUND,
                    "failed to import " + name + ": "
                            + (Files.exists(path) ? "it is neither file nor directory" : "it does not exist"));
        }
        return isZip(path) ? new ZipSource(path) : new NdjsonSource(() -> Files.newInputStream(path));
    }

    /** The log's own files are no entries; the way to a node that runs is among them, with its secret. */
    private static void requireOutside(String name, Path tree, Path wal) {
        try {
            if (Files.isDirectory(wal) && tree.toRealPath().startsWith(wal.toRealPath())) {
                throw new CommandFailure(
                        ErrorCode.INVALID_ARGUMENT,
                        "invalid import source '" + name + "': it is in the log's directory");
            }
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.IO_ERROR, "failed to import " + name + ": " + Reasons.of(e));
        }
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT, "invalid import source '" + name + "': " + e.getReason());
        }
    }

    /** A place in the runtime image of the running JVM: {@code jrt:/} has all modules, {@code jrt:/java.base} one. */
    private static Path imagePath(String name) {
        FileSystem image = FileSystems.getFileSystem(URI.create(JRT));
        Path modules = image.getPath(JRT_MODULES);
        Path path = modules.resolve(name.substring(JRT.length())).normalize();
        if (!path.startsWith(modules) || !Files.isDirectory(path)) {
            throw new CommandFailure(
                    ErrorCode.NOT_FOUND,
                    "failed to import " + name + ": this runtime image has no such module or directory",
                    "softadastra store import jrt:/java.base");
        }
        return path;
    }

    /** Whether a file begins as archives do; a name ending in .zip or .jar says nothing certain. */
    private static boolean isZip(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] magic = in.readNBytes(4);
            return magic.length == 4
                    && magic[0] == 'P'
                    && magic[1] == 'K'
                    && ((magic[2] == 3 && magic[3] == 4) || (magic[2] == 5 && magic[3] == 6));
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.IO_ERROR, "failed to import " + file + ": " + Reasons.of(e));
        }
    }
}
