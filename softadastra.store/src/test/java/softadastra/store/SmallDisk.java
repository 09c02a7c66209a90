package softadastra.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import softadastra.wal.tck.fault.Mounts;

/** A disk of a few MiB, which something else fills in part, and gives back. */
final class SmallDisk implements AutoCloseable {

    /** What disk. */
    enum Kind {
        /** A file system in this JVM. */
        JIMFS,
        /** One of the kernel's, in memory. */
        TMPFS,
        /** One with blocks and a journal, on a loop device. */
        EXT4
    }

    private static final int MEBI = 1 << 20;

    private final Mounts mounts = new Mounts();
    private final @Nullable FileSystem inMemory;
    private final Path path;

    /** Makes one of about so many MiB, or skips the test that asks for it. */
    SmallDisk(Kind kind, Path home, int mebibytes) throws IOException {
        if (kind == Kind.JIMFS) {
            inMemory = Jimfs.newFileSystem(Configuration.unix().toBuilder()
                    .setMaxSize((long) mebibytes * MEBI)
                    .build());
            path = Files.createDirectories(inMemory.getPath("/work"));
            return;
        }
        inMemory = null;
        path = Files.createDirectory(home.resolve("disk"));
        // What ext4 needs for itself: a journal, and inodes.
        Optional<String> problem = kind == Kind.TMPFS
                ? mounts.tmpfs(path, (long) mebibytes * MEBI)
                : mounts.ext4(home.resolve("image"), path, (mebibytes + 8L) * MEBI);
        assumeTrue(problem.isEmpty(), () -> "SKIPPED: a disk cannot be mounted here: " + problem.orElse(""));
    }

    Path path() {
        return path;
    }

    /** Takes all but so much of what is left of it; a log may take some of that meanwhile. */
    void takeAllBut(int mebibytes) throws IOException {
        byte[] chunk = new byte[MEBI / 4];
        try (OutputStream to = Files.newOutputStream(other())) {
            while (Files.getFileStore(path).getUsableSpace() > (long) mebibytes * MEBI) {
                to.write(chunk);
            }
        }
    }

    /** Gives back what was taken. */
    void giveBack() throws IOException {
        Files.delete(other());
    }

    private Path other() {
        return path.resolve("other");
    }

    @Override
    public void close() throws IOException {
        mounts.close();
        if (inMemory != null) {
            inMemory.close();
        }
    }
}
