package softadastra.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import softadastra.store.Key;
import softadastra.store.Value;

/**
 * The files of a directory tree: the key is the path below the root with {@code /} between its names, the value the content.
 * Directories are walked in the order of their names.
 *
 * <p>Symbolic links are never followed: one could lead out of the tree, or round in it. They are left out, as are devices and
 * pipes, names that are no text, and the log that is written to, should it lie in the tree. Empty directories leave no trace.
 */
final class TreeSource implements ImportSource {
    private final Path root;
    private final Optional<Path> excluded;
    private final OpenOption[] options;

    /**
     * A tree.
     *
     * @param root its root, which may be a symbolic link itself
     * @param excluded a directory to leave out; it need not be there yet
     */
    TreeSource(Path root, Optional<Path> excluded) {
        this.root = root;
        this.excluded = excluded;
        // A file that was looked at may have become a link since; the runtime image has none, and knows no such option.
        this.options = root.getFileSystem().equals(FileSystems.getDefault())
                ? new OpenOption[] {LinkOption.NOFOLLOW_LINKS}
                : new OpenOption[0];
    }

    @Override
    public void forEach(Sink sink) throws IOException {
        walk(root, "", sink);
    }

    private void walk(Path directory, String prefix, Sink sink) throws IOException {
        for (Path child : children(directory)) {
            String name = String.valueOf(child.getFileName());
            String key = prefix + name;
            if (!isText(directory, child, name)) {
                sink.leftOut(key, "its name is no text in this locale");
                continue;
            }
            try {
                visit(child, key, sink);
            } catch (IOException e) {
                sink.leftOut(key, Reasons.of(e));
            }
        }
    }

    private static List<Path> children(Path directory) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(children::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        children.sort(Comparator.comparing(child -> String.valueOf(child.getFileName())));
        return children;
    }

    private void visit(Path path, String key, Sink sink) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isSymbolicLink()) {
            sink.leftOut(key, "it is a symbolic link");
        } else if (attributes.isDirectory()) {
            if (isExcluded(path)) {
                sink.leftOut(key, "it is the log that is written to");
            } else {
                walk(path, key + "/", sink);
            }
        } else if (!attributes.isRegularFile()) {
            sink.leftOut(key, "it is neither file nor directory");
        } else {
            read(path, key, attributes.size(), sink);
        }
    }

    /** Asked of each directory: the log may have been made only after the import was begun. */
    private boolean isExcluded(Path directory) throws IOException {
        return excluded.isPresent() && Files.isDirectory(excluded.get()) && Files.isSameFile(directory, excluded.get());
    }

    private void read(Path path, String key, long size, Sink sink) throws IOException {
        Optional<String> problem = problem(key, size);
        if (problem.isPresent()) {
            sink.leftOut(key, problem.get());
            return;
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path, options)) {
            bytes = in.readNBytes(Value.MAX_BYTES + 1);
        }
        if (bytes.length > Value.MAX_BYTES) {
            sink.leftOut(key, problem(key, bytes.length).orElseThrow());
        } else {
            sink.entry(key, bytes);
        }
    }

    /** What a store would refuse about an entry, said before its bytes are read. */
    static Optional<String> problem(String key, long size) {
        if (size > Value.MAX_BYTES) {
            return Optional.of("it has more than " + Value.MAX_BYTES + " bytes");
        }
        int length = Key.of(key).length();
        return length > Key.MAX_BYTES
                ? Optional.of("its name has " + length + " bytes, and a key has at most " + Key.MAX_BYTES)
                : Optional.empty();
    }

    /** Whether a name, as text, means this file: bytes that are none in the platform's encoding become something else. */
    private static boolean isText(Path directory, Path child, String name) {
        try {
            return name.indexOf('\uFFFD') < 0 && directory.resolve(name).equals(child);
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
