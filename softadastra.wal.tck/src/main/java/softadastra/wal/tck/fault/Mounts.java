package softadastra.wal.tck.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * File systems that a test mounts for itself, where it may: on Linux, as root. What went wrong is answered, so that a test can say
 * what it lacks. All are unmounted when this is closed.
 *
 * <p>For one thread.
 */
public final class Mounts implements AutoCloseable {

    private final Deque<Path> mounts = new ArrayDeque<>();

    /** Nothing is mounted yet. */
    public Mounts() {}

    /**
     * Mounts a file system in memory.
     *
     * @param at an empty folder
     * @param bytes how much it holds
     * @return why that is not possible; empty if it is there
     */
    public Optional<String> tmpfs(Path at, long bytes) {
        return tryRun(List.of("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", at.toString()));
    }

    /**
     * Makes an ext4 file system in a file, and mounts it.
     *
     * @param image the file, which is made
     * @param at an empty folder
     * @param bytes how large the file is; a part of that is taken by the file system itself
     * @return why that is not possible; empty if it is there
     */
    public Optional<String> ext4(Path image, Path at, long bytes) {
        return tryAll(List.of(
                List.of("truncate", "-s", Long.toString(bytes), image.toString()),
                List.of("mkfs.ext4", "-q", "-F", "-m", "0", image.toString()),
                List.of("mount", "-o", "loop", image.toString(), at.toString())));
    }

    /**
     * Runs commands, until one fails.
     *
     * @param commands each with its arguments
     * @return what the one said that failed; empty if none did
     */
    public Optional<String> tryAll(List<List<String>> commands) {
        return commands.stream().map(this::tryRun).flatMap(Optional::stream).findFirst();
    }

    /**
     * Runs a command that must not fail.
     *
     * @param command with its arguments
     */
    public void run(List<String> command) {
        tryRun(command).ifPresent(problem -> {
            throw new AssertionError(problem);
        });
    }

    /**
     * Runs a command. What it mounts is unmounted with the rest.
     *
     * @param command with its arguments; the last one of {@code mount} and {@code umount} is where
     * @return what it said if it failed
     */
    public Optional<String> tryRun(List<String> command) {
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

    /** Unmounts everything, the last first, which also lets loop devices go. */
    @Override
    public void close() {
        while (!mounts.isEmpty()) {
            Path mount = mounts.pop();
            if (tryRun(List.of("umount", mount.toString())).isPresent()) {
                run(List.of("umount", "-l", mount.toString()));
            }
        }
    }
}
