package softadastra.store;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.tck.fault.CrashChoice;
import softadastra.wal.tck.fault.FaultInjectingStorage;
import softadastra.wal.tck.fault.IoCall;
import softadastra.wal.tck.fault.IoFailure;
import softadastra.wal.tck.fault.SimulatedStorage;

/**
 * A simulated disk with one process on it, which may end at any of its calls that change the disk: killed, when what it wrote
 * stays, or by a power cut, when what it did not force may be lost. From then on all its calls fail. Calls may also fail alone.
 */
final class ModelDisk {

    private static final IoFailure[] FAILURES = {IoFailure.IO_ERROR, IoFailure.NO_SPACE, IoFailure.SHORT_WRITE};

    private SimulatedStorage disk = SimulatedStorage.create();
    private Storage process = disk;

    /** What the process has left, once it has ended. */
    private @Nullable SimulatedStorage left;

    private boolean cut;
    private int callsToCrash = -1;
    private int cutSeed;
    private int callsToFailure = -1;
    private IoFailure failure = IoFailure.IO_ERROR;
    private boolean forEver;
    private boolean failed;
    private boolean limited;

    /** Begins the next process. */
    void nextProcess() {
        SimulatedStorage found = left;
        // A copy where nobody is sure that the process before it has let go of all.
        disk = found != null ? found : failed || limited ? disk.copy() : disk;
        left = null;
        failed = false;
        limited = false;
        process = new FaultInjectingStorage(disk, this::before);
    }

    /** The disk as the process sees it. */
    Storage process() {
        return process;
    }

    private Optional<IoFailure> before(IoCall call) {
        if (left != null) {
            return Optional.of(IoFailure.IO_ERROR);
        }
        if (!call.kind().changes()) {
            return Optional.empty();
        }
        if (callsToCrash >= 0 && callsToCrash-- == 0) {
            end(cutSeed);
            return Optional.of(IoFailure.IO_ERROR);
        }
        if (callsToFailure >= 0 && callsToFailure-- == 0) {
            callsToFailure = forEver ? 0 : -1;
            failed = true;
            return Optional.of(failure);
        }
        return Optional.empty();
    }

    /** Ends the process: by a kill, or by a power cut that leaves what is drawn from a seed other than 0. */
    void end(int seed) {
        if (left == null) {
            callsToCrash = -1;
            cut = seed != 0;
            left = cut ? disk.crash(CrashChoice.random(new SplittableRandom(seed))) : disk.copy();
        }
    }

    /** Has the process end after so many more calls that change the disk. */
    void endAfter(int calls, int seed) {
        callsToCrash = calls;
        cutSeed = seed;
    }

    /** Has a call fail, after so many. */
    void failAfter(int calls, int kind, boolean fromThenOn) {
        callsToFailure = calls;
        failure = FAILURES[Math.floorMod(kind, FAILURES.length)];
        forEver = fromThenOn;
    }

    /** Nothing is going to happen any more, but what has happened stays. */
    void disarm() {
        callsToCrash = -1;
        callsToFailure = -1;
        disk.setCapacity(Long.MAX_VALUE);
    }

    /** Leaves so many bytes of room. */
    void limit(int bytes) {
        limited = true;
        disk.setCapacity(used() + bytes);
    }

    private long used() {
        try {
            long used = 0;
            for (String name : disk.exists() ? disk.list() : List.<String>of()) {
                used += disk.size(name);
            }
            return used;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Takes the limit away. */
    void unlimit() {
        disk.setCapacity(Long.MAX_VALUE);
    }

    /** Whether the process has ended. */
    boolean hasEnded() {
        return left != null;
    }

    /** Whether it was a power cut that ended it. */
    boolean wasCut() {
        return cut;
    }

    /** Whether calls of this process may have failed. */
    boolean mayHaveFailed() {
        return left != null || failed || limited;
    }
}
