package softadastra.wal.file;

import java.io.IOException;
import softadastra.core.ErrorCode;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/**
 * Space on the disk that is kept for what makes room: removes, and checkpoints. It is a file of zeros, made with
 * the second segment, and deleted when such work finds the disk full. Until it is there again, the log takes nothing
 * else.
 *
 * <p>Its caller sees that one thread at a time makes or releases it.
 */
final class DiskReserve {

    static final String FILE = "reserve";

    /** What a segment with holes may still need when the disk turns out to be full, rounded up. */
    private static final long UNWRITTEN_BYTES = 128 << 10;

    private static final byte[] ZEROS = new byte[64 << 10];

    private final Storage storage;
    private final long bytes;
    private volatile boolean there;
    private volatile boolean used;
    private volatile boolean full;
    private volatile boolean needed;

    /** A reserve that has room for what was accepted and not written yet, and for two of the smallest segments. */
    DiskReserve(Storage storage, long smallestSegment) {
        this.storage = storage;
        this.bytes = 2 * smallestSegment + UNWRITTEN_BYTES;
    }

    /** Looks whether the last owner has left it. */
    void find() throws IOException {
        there = storage.list().contains(FILE) && storage.size(FILE) == bytes;
    }

    boolean isThere() {
        return there;
    }

    /** Whether it was released and is not there again yet. */
    boolean isUsed() {
        return used;
    }

    /** Takes note that the last owner may have released it; whether the disk is full is not known. */
    void setUsed() {
        used = true;
    }

    /** Says whether what makes room is under way; then what it has left is not taken away from it again. */
    void setNeeded(boolean makingRoom) {
        needed = makingRoom;
    }

    /** How much space it takes now. */
    long bytesHeld() {
        return there ? bytes : 0;
    }

    /** Makes it, unless it is there. */
    void make() throws IOException {
        if (there) {
            return;
        }
        if (full && needed) {
            throw new IOException("no space left on device: a checkpoint that is being written needs the rest");
        }
        if (storage.list().contains(FILE)) {
            storage.delete(FILE);
        }
        try (StorageFile file = storage.open(FILE, Storage.Access.CREATE)) {
            for (long at = 0; at < bytes; at += ZEROS.length) {
                file.write(at, ZEROS, 0, (int) Math.min(ZEROS.length, bytes - at));
            }
            // Some file systems find out only now that they have no room.
            file.force();
        } catch (IOException | RuntimeException | Error e) {
            full = true;
            discard(e);
            throw e;
        }
        there = true;
        used = false;
        full = false;
    }

    /** Makes it, unless the disk is too full for that. */
    void makeIfThereIsRoom() throws IOException {
        try {
            make();
        } catch (IOException e) {
            if (StorageErrors.code(e) != ErrorCode.NO_SPACE) {
                throw e;
            }
        }
    }

    private void discard(Throwable reason) {
        try {
            if (storage.list().contains(FILE)) {
                storage.delete(FILE);
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Gives its space to whoever makes room; false if there was none left. */
    boolean release() throws IOException {
        if (!there) {
            return false;
        }
        there = false;
        used = true;
        full = true;
        storage.delete(FILE);
        return true;
    }
}
