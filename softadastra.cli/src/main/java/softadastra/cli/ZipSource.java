package softadastra.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import softadastra.store.Value;

/**
 * The files of a zip or jar: the key is the entry's name, the value the content. Names that are not simply a path below some
 * directory are left out: absolute ones, and those with {@code ..}, which would lead out of the directory that a later export
 * writes to. So is a second entry of the same name.
 */
final class ZipSource implements ImportSource {
    private final Path file;

    ZipSource(Path file) {
        this.file = file;
    }

    @Override
    public void forEach(Sink sink) throws IOException {
        Set<String> seen = new HashSet<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                if (entry.isDirectory()) {
                    continue;
                }
                Optional<String> problem = problem(entry, seen);
                if (problem.isPresent()) {
                    sink.leftOut(entry.getName(), problem.get());
                } else {
                    read(zip, entry, sink);
                }
            }
        }
    }

    private static void read(ZipFile zip, ZipEntry entry, Sink sink) {
        byte[] bytes;
        try (InputStream in = zip.getInputStream(entry)) {
            // What the archive says of the size may be a lie.
            bytes = in.readNBytes(Value.MAX_BYTES + 1);
        } catch (IOException e) {
            sink.leftOut(entry.getName(), Reasons.of(e));
            return;
        }
        Optional<String> problem = TreeSource.problem(entry.getName(), bytes.length);
        if (problem.isPresent()) {
            sink.leftOut(entry.getName(), problem.get());
        } else {
            sink.entry(entry.getName(), bytes);
        }
    }

    private static Optional<String> problem(ZipEntry entry, Set<String> seen) {
        Optional<String> problem = RelativeName.problem(entry.getName());
        if (problem.isEmpty() && !seen.add(entry.getName())) {
            return Optional.of("the archive has another entry of this name");
        }
        return problem.isPresent() ? problem : TreeSource.problem(entry.getName(), Math.max(0, entry.getSize()));
    }
}
