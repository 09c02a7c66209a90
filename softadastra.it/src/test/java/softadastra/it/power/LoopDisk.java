package softadastra.it.power;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import softadastra.wal.tck.fault.Mounts;

/**
 * A disk whose power can be cut: ext4 on a loop device, whose file lies on an XFS that copies files by reference. Such a copy
 * is made at one moment, and holds what the device had been given by then; what stood in the page cache of the ext4 alone is
 * not in it, as after a power cut.
 */
final class LoopDisk implements AutoCloseable {

    private final Path home;
    private final Path image;
    private final Path mounted;
    private final Path afterCut;
    private final Mounts mounts = new Mounts();

    private LoopDisk(Path home) {
        this.home = home;
        Path outer = home.resolve("outer");
        image = outer.resolve("disk.img");
        mounted = home.resolve("disk");
        afterCut = home.resolve("after-cut");
    }

    /** Makes one in an empty folder, or says what this machine lacks for it. */
    static Optional<LoopDisk> make(Path home, StringBuilder lacking) throws IOException {
        LoopDisk disk = new LoopDisk(home);
        Path outer = Files.createDirectory(home.resolve("outer"));
        Files.createDirectory(disk.mounted);
        Files.createDirectory(disk.afterCut);
        Path outerImage = home.resolve("outer.img");
        List<List<String>> steps = List.of(
                List.of("truncate", "-s", "3G", outerImage.toString()),
                List.of("mkfs.xfs", "-q", "-m", "reflink=1", outerImage.toString()),
                List.of("mount", "-o", "loop", outerImage.toString(), outer.toString()),
                List.of("truncate", "-s", "512M", disk.image.toString()),
                List.of("mkfs.ext4", "-q", "-F", disk.image.toString()),
                List.of("mount", "-o", "loop", disk.image.toString(), disk.mounted.toString()));
        Optional<String> problem = disk.mounts.tryAll(steps);
        if (problem.isPresent()) {
            lacking.append(problem.get());
            disk.close();
            return Optional.empty();
        }
        return Optional.of(disk);
    }

    /** Where it is mounted. */
    Path path() {
        return mounted;
    }

    /** Keeps the disk as it is at this moment; it goes on. */
    void cut() {
        mounts.run(List.of("cp", "--reflink=always", image.toString(), copy().toString()));
    }

    /** Mounts what {@link #cut} has kept. */
    Path mountCut() {
        mounts.run(List.of("mount", "-o", "loop", copy().toString(), afterCut.toString()));
        return afterCut;
    }

    /** Lets go what {@link #mountCut} has mounted. */
    void unmountCut() throws IOException {
        mounts.run(List.of("umount", afterCut.toString()));
        Files.delete(copy());
    }

    private Path copy() {
        return home.resolve("outer").resolve("copy.img");
    }

    /** Unmounts everything, which also lets the loop devices go. */
    @Override
    public void close() {
        mounts.close();
        try {
            Files.deleteIfExists(home.resolve("outer.img"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
