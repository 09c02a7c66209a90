package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A directory and its files as a disk may have them: a plain state machine over {@link DiskOperation}s. Not thread-safe.
 *
 * <p>Changes of the directory wait for a force of it. Until then a crash may leave any prefix of them, or any subset in
 * which each still makes sense: the rename of a file whose creation was lost does not.
 */
final class SimulatedDisk {

    private final Map<Integer, SimulatedContent> files = new HashMap<>();
    private final SortedMap<String, Integer> names = new TreeMap<>();
    private final SortedMap<String, Integer> durableNames = new TreeMap<>();
    private final List<DiskOperation> unforced = new ArrayList<>();
    private boolean exists;
    private int nextFile;

    SimulatedDisk copy() {
        SimulatedDisk copy = new SimulatedDisk();
        files.forEach((file, content) -> copy.files.put(file, content.copy()));
        copy.names.putAll(names);
        copy.durableNames.putAll(durableNames);
        copy.unforced.addAll(unforced);
        copy.exists = exists;
        copy.nextFile = nextFile;
        return copy;
    }

    boolean exists() {
        return exists;
    }

    SortedMap<String, Integer> names() {
        return names;
    }

    /** The number the next file will have. */
    int nextFile() {
        return nextFile;
    }

    Sectors content(int file) {
        return file(file).seen();
    }

    private SimulatedContent file(int number) {
        SimulatedContent content = files.get(number);
        if (content == null) {
            throw new IllegalArgumentException("no file " + number);
        }
        return content;
    }

    /** The bytes that all files take, by their lengths. */
    long bytes() {
        return names.values().stream().mapToLong(file -> content(file).length()).sum();
    }

    void apply(DiskOperation operation) {
        if (operation instanceof DiskOperation.MakeDirectory) {
            exists = true;
        } else if (operation instanceof DiskOperation.Write write) {
            file(write.file()).write(write.position(), write.bytes());
        } else if (operation instanceof DiskOperation.Truncate truncate) {
            file(truncate.file()).truncate(truncate.length());
        } else if (operation instanceof DiskOperation.Force force) {
            file(force.file()).force();
        } else if (operation instanceof DiskOperation.FailedForce force) {
            file(force.file()).failedForce();
        } else if (operation instanceof DiskOperation.ForceDirectory) {
            durableNames.clear();
            durableNames.putAll(names);
            unforced.clear();
        } else {
            if (operation instanceof DiskOperation.Create create) {
                files.put(create.file(), new SimulatedContent());
                nextFile = create.file() + 1;
            }
            change(names, operation);
            unforced.add(operation);
        }
    }

    /** Changes the names, if that makes sense. */
    private static void change(SortedMap<String, Integer> names, DiskOperation operation) {
        if (operation instanceof DiskOperation.Create create) {
            names.put(create.name(), create.file());
        } else if (operation instanceof DiskOperation.Delete delete) {
            names.remove(delete.name());
        } else if (operation instanceof DiskOperation.Rename rename) {
            if (names.remove(rename.from(), rename.file())) {
                names.put(rename.to(), rename.file());
            }
        }
    }

    /** A disk as a crash may leave this one. */
    SimulatedDisk crash(CrashChoice choice) {
        SimulatedDisk left = new SimulatedDisk();
        left.exists = exists;
        left.nextFile = nextFile;
        left.names.putAll(durableNames);
        if (!unforced.isEmpty()) {
            boolean inOrder = choice.choose(2) == 1;
            int prefix = inOrder ? choice.choose(unforced.size() + 1) : 0;
            for (int i = 0; i < unforced.size(); i++) {
                if (inOrder ? i < prefix : choice.choose(2) == 1) {
                    change(left.names, unforced.get(i));
                }
            }
        }
        left.durableNames.putAll(left.names);
        left.names.values().forEach(file -> left.files.put(file, file(file).crash(choice)));
        return left;
    }

    /** Whether a crash may leave something else than what is seen. */
    boolean isOpen() {
        return !unforced.isEmpty()
                || names.values().stream().anyMatch(file -> file(file).isOpen());
    }

    /** A hash of all that can be read. */
    long fingerprint() {
        long hash = Hash.mix(exists ? 1 : 0);
        for (Map.Entry<String, Integer> entry : names.entrySet()) {
            hash = Hash.mix(hash ^ Hash.of(entry.getKey()))
                    + content(entry.getValue()).fingerprint();
        }
        return Hash.mix(hash);
    }
}
