package softadastra.wal.tck.fault;

import java.util.Arrays;

/**
 * A call that changed a simulated disk, or that made a change durable. A disk's history is a list of these; the same list,
 * applied to the same disk, gives the same disk again.
 *
 * <p>Files are numbered in the order they were made, since they outlive their names.
 */
public sealed interface DiskOperation {

    /** The directory was made, and its parent forced. */
    record MakeDirectory() implements DiskOperation {}

    /**
     * A file was made.
     *
     * @param name its name
     * @param file its number
     */
    record Create(String name, int file) implements DiskOperation {}

    /**
     * Bytes were written.
     *
     * @param file the file
     * @param position where
     * @param bytes what; not to be changed
     */
    @SuppressWarnings("ArrayRecordComponent") // compared and printed by content, below
    record Write(int file, long position, byte[] bytes) implements DiskOperation {

        @Override
        public boolean equals(Object other) {
            return other instanceof Write that
                    && file == that.file
                    && position == that.position
                    && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return (31 * file + Long.hashCode(position)) * 31 + Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Write[file=" + file + ", position=" + position + ", bytes=" + bytes.length + "]";
        }
    }

    /**
     * A file was cut.
     *
     * @param file the file
     * @param length to which length
     */
    record Truncate(int file, long length) implements DiskOperation {}

    /**
     * A file was forced.
     *
     * @param file the file
     */
    record Force(int file) implements DiskOperation {}

    /**
     * A force of a file failed.
     *
     * @param file the file
     */
    record FailedForce(int file) implements DiskOperation {}

    /**
     * A name was deleted.
     *
     * @param name the name
     */
    record Delete(String name) implements DiskOperation {}

    /**
     * A file got another name.
     *
     * @param from its name before
     * @param to its name now
     * @param file the file; a crash that loses its creation does not give another one this name
     */
    record Rename(String from, String to, int file) implements DiskOperation {}

    /** The directory was forced. */
    record ForceDirectory() implements DiskOperation {}
}
