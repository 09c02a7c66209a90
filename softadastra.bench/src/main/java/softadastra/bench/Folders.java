package softadastra.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders that the works fill. */
final class Folders {

    private Folders() {}

    /** The bytes of all files in a folder. */
    static long bytes(Path folder) throws IOException {
        long bytes = 0;
        for (Path file : all(folder)) {
            bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
        }
        return bytes;
    }

    /**
     * The bytes that the file system has given to a folder: what {@code du} says, which counts what is written of a sparse file
     * and not the rest. Where there is no {@code du}, as {@link #bytes}.
     */
    static long allocated(Path folder) throws IOException {
        try {
            Process process = new ProcessBuilder("du", "-sk", folder.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Long.parseLong(said.substring(0, said.indexOf('\t'))) << 10;
        } catch (IOException | RuntimeException e) {
            return bytes(folder);
        }
    }

    /** Deletes a folder and everything in it. */
    static void delete(Path folder) throws IOException {
        for (Path file : all(folder)) {
            Files.delete(file);
        }
    }

    /** A folder's files and folders, each folder behind what is in it. */
    static List<Path> all(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.sorted(Comparator.reverseOrder()).toList();
        }
    }
}
