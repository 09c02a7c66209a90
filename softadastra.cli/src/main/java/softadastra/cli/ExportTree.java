package softadastra.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import softadastra.core.ErrorCode;

/**
 * A directory that entries are written to as files, and never a byte outside of it.
 *
 * <p>A key is taken apart at {@code /}; every part must be one plain name for the file system at hand. Each directory on the way
 * is looked at without following links before anything is made in it, files are made new or replaced by a rename, and neither
 * goes through a link. So links that lie in the directory lead nowhere. Somebody who changes the directory at the same time
 * could still put one in between; Java has no call that would exclude it.
 */
final class ExportTree {

    /** An entry that has no place in this directory; the message says why. */
    static final class Unrepresentable extends Exception {
        private static final long serialVersionUID = 1L;

        Unrepresentable(String reason) {
            super(reason);
        }
    }

    private static final boolean WINDOWS =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    private static final String TEMPORARY = ".softadastra-export-";

    private final Path root;

    /** The log's directory, which may lie below the root; empty if there is none. */
    private final Optional<Path> log;

    private final boolean force;
    private final Set<Path> checked = new HashSet<>();

    /** What was written, by its name in lower case: some file systems take two names for one. */
    private final Map<String, String> written = new HashMap<>();

    private ExportTree(Path root, Optional<Path> log, boolean force) {
        this.root = root;
        this.log = log;
        this.force = force;
    }

    /**
     * Opens a directory to write to, making it if its parent exists.
     *
     * @param root the directory, or a symbolic link to it
     * @param log a directory that may not be written to: the log
     * @param force whether to replace files
     */
    static ExportTree open(Path root, Path log, boolean force) throws IOException {
        if (!Files.isDirectory(root)) {
            Files.createDirectory(root);
        }
        Path real = root.toRealPath();
        Optional<Path> realLog = Files.isDirectory(log) ? Optional.of(log.toRealPath()) : Optional.empty();
        if (realLog.filter(real::startsWith).isPresent()) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid export directory '" + root + "': it is in the log's directory");
        }
        return new ExportTree(real, realLog, force);
    }

    /**
     * Writes an entry.
     *
     * @throws Unrepresentable if it has no place here; nothing was written
     * @throws IOException if the content could not be written; there is no part of it left
     */
    void write(String key, byte[] value) throws Unrepresentable, IOException {
        Optional<String> problem = RelativeName.problem(key);
        if (problem.isPresent()) {
            throw new Unrepresentable(problem.get());
        }
        String[] parts = key.split("/", -1);
        Path directory = root;
        for (int i = 0; i < parts.length - 1; i++) {
            directory = enter(child(directory, parts[i]));
        }
        create(key, child(directory, parts[parts.length - 1]), value);
    }

    /** The path of a name in a directory, if that is all the name means here. */
    private Path child(Path directory, String name) throws Unrepresentable {
        Path path;
        try {
            path = root.getFileSystem().getPath(name);
        } catch (InvalidPathException e) {
            throw new Unrepresentable("'" + name + "' is no file name on this platform or in this locale");
        }
        if (path.isAbsolute()
                || path.getRoot() != null
                || path.getNameCount() != 1
                || !path.toString().equals(name)
                || (WINDOWS && isSpecialOnWindows(name))) {
            throw new Unrepresentable("'" + name + "' is no file name on this platform");
        }
        return directory.resolve(path);
    }

    /** Names that Windows takes for devices, other files, or streams of files. */
    static boolean isSpecialOnWindows(String name) {
        return name.endsWith(".")
                || name.endsWith(" ")
                || name.indexOf(':') >= 0
                || name.toLowerCase(Locale.ROOT)
                        .matches(
                                "(con|prn|aux|nul|conin\\$|conout\\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])( *\\..*)?");
    }

    private Path enter(Path directory) throws Unrepresentable {
        if (checked.contains(directory)) {
            return directory;
        }
        Optional<BasicFileAttributes> attributes = attributes(directory);
        if (attributes.isEmpty()) {
            try {
                Files.createDirectory(directory);
            } catch (IOException e) {
                throw new Unrepresentable("its directory cannot be made: " + Reasons.of(e));
            }
        } else if (attributes.get().isSymbolicLink()) {
            throw new Unrepresentable("'" + relative(directory) + "' is a symbolic link, which is not followed");
        } else if (!attributes.get().isDirectory()) {
            throw new Unrepresentable("'" + relative(directory) + "' is a file, and cannot be a directory as well");
        } else if (isLog(directory)) {
            throw new Unrepresentable("'" + relative(directory) + "' is the log");
        }
        checked.add(directory);
        return directory;
    }

    /** Not by its name: where the file system ignores case, another one leads there too. */
    private boolean isLog(Path directory) throws Unrepresentable {
        try {
            return log.isPresent() && Files.isSameFile(directory, log.get());
        } catch (IOException e) {
            throw new Unrepresentable("'" + relative(directory) + "' cannot be looked at: " + Reasons.of(e));
        }
    }

    private void create(String key, Path file, byte[] value) throws Unrepresentable, IOException {
        Optional<BasicFileAttributes> attributes = attributes(file);
        if (attributes.isPresent()) {
            String other = written.get(folded(key));
            if (other != null) {
                throw new Unrepresentable("this file system does not tell it from '" + other + "'");
            }
            if (attributes.get().isDirectory()) {
                throw new Unrepresentable("it is a directory there, and cannot be a file as well");
            }
            if (!force) {
                throw new Unrepresentable("a file of this name exists; --force replaces it");
            }
            replace(file, value);
        } else {
            fill(file, value);
        }
        written.put(folded(key), key);
    }

    private static void fill(Path file, byte[] value) throws Unrepresentable, IOException {
        OutputStream out;
        try {
            // CREATE_NEW fails on anything that is there, a link included.
            out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new Unrepresentable("its file cannot be made: " + Reasons.of(e));
        }
        try (out) {
            out.write(value);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    private static void replace(Path file, byte[] value) throws Unrepresentable, IOException {
        Path temporary = free(file);
        fill(temporary, value);
        try {
            try {
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException | FileAlreadyExistsException e) {
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** A name beside a file that nothing has: what has one may be an entry, or somebody else's. */
    private static Path free(Path file) {
        Path free;
        do {
            free = file.resolveSibling(TEMPORARY + UUID.randomUUID() + ".tmp");
        } while (Files.exists(free, LinkOption.NOFOLLOW_LINKS));
        return free;
    }

    private static Optional<BasicFileAttributes> attributes(Path path) throws Unrepresentable {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw new Unrepresentable("'" + path.getFileName() + "' cannot be looked at: " + Reasons.of(e));
        }
    }

    private String relative(Path path) {
        return root.relativize(path).toString();
    }

    private static String folded(String key) {
        return key.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }
}
