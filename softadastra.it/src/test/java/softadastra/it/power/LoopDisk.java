package softadastra.it.power;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

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
    private final Deque<Path> mounts = new ArrayDeque<>();

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
        for (List<String> step : steps) {
            Optional<String> problem = disk.tryRun(step);
            if (problem.isPresent()) {
                lacking.append(problem.get());
                disk.close();
                return Optional.empty();
            }
        }
        return Optional.of(disk);
    }

    /** Where it is mounted. */
    Path path() {
        return mounted;
    }

    /** Keeps the disk as it is at this moment; it goes on. */
    void cut() {
        run(List.of("cp", "--reflink=always", image.toString(), copy().toString()));
    }

    /** Mounts what {@link #cut} has kept. */
    Path mountCut() {
        run(List.of("mount", "-o", "loop", copy().toString(), afterCut.toString()));
        return afterCut;
    }

    /** Lets go what {@link #mountCut} has mounted. */
    void unmountCut() throws IOException {
        run(List.of("umount", afterCut.toString()));
        Files.delete(copy());
    }

    private Path copy() {
        return home.resolve("outer").resolve("copy.img");
    }

    private void run(List<String> command) {
        Optional<String> problem = tryRun(command);
        if (problem.isPresent()) {
            throw new AssertionError(problem.get());
        }
    }

    /** Runs a command; what it said if it failed. */
    private Optional<String> tryRun(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                return Optional.of(String.join(" ", command) + ": " + said.strip());
            }
        } catch (IOException e) {
            return Optional.of(String.join(" ", command) + ": " + e.getMessage());
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while a command ran", e);
        }
        Path last = Path.of(command.get(command.size() - 1));
        if (command.get(0).equals("mount")) {
            mounts.push(last);
        } else if (command.get(0).equals("umount")) {
            boolean unused = mounts.remove(last);
        }
        return Optional.empty();
    }

    /** Unmounts everything, which also lets the loop devices go. */
    @Override
    public void close() {
        while (!mounts.isEmpty()) {
            Path mount = mounts.pop();
            if (tryRun(List.of("umount", mount.toString())).isPresent()) {
                run(List.of("umount", "-l", mount.toString()));
            }
        }
        try {
            Files.deleteIfExists(home.resolve("outer.img"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
