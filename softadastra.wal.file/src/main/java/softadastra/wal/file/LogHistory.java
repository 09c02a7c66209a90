package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.storage.Storage;

/**
 * Which history a log keeps: from its checkpoint on, and from what readers have pinned. Thread-safe.
 *
 * <p>Files that went out of history are deleted here. One that cannot be deleted now is tried again with the next; nothing
 * depends on it, since whoever opens the log goes by the checkpoint.
 */
final class LogHistory {

    private final Storage storage;
    private final Supplier<GroupCommit> commit;
    private final HistoryPins pins = new HistoryPins();
    private final Deque<String> deletable = new ArrayDeque<>();
    private @Nullable CheckpointFile checkpoint;

    /** Nothing is let go: the log is being recovered, or was closed, and its files may be somebody else's. */
    private boolean suspended;

    LogHistory(Storage storage, Supplier<GroupCommit> commit, Optional<CheckpointFile> checkpoint) {
        this.storage = storage;
        this.commit = commit;
        this.checkpoint = checkpoint.orElse(null);
    }

    /** A hold on history, which can move on. */
    final class Pin implements WalPin {

        private long from;
        private boolean closed;

        private Pin(long from) {
            this.from = from;
        }

        @Override
        public long fromSequence() {
            synchronized (LogHistory.this) {
                return from;
            }
        }

        /** Holds what is from a later sequence on, and no more what is before. */
        void moveTo(long sequence) {
            synchronized (LogHistory.this) {
                if (!closed && sequence != from) {
                    pins.remove(from);
                    pins.add(sequence);
                    from = sequence;
                    letGo();
                }
            }
        }

        @Override
        public void close() {
            synchronized (LogHistory.this) {
                if (!closed) {
                    closed = true;
                    pins.remove(from);
                    letGo();
                }
            }
        }
    }

    /** Holds history; 0 or less for all that is there. */
    synchronized Pin pin(long fromSequence) {
        long first = commit.get().firstSequence();
        if (fromSequence > 0 && fromSequence < first) {
            throw Findings.historyGone(fromSequence, first);
        }
        Pin pin = new Pin(Math.max(first, fromSequence));
        pins.add(pin.from);
        return pin;
    }

    synchronized Optional<CheckpointFile> checkpoint() {
        return Optional.ofNullable(checkpoint);
    }

    /** Takes note of a checkpoint that is durable, and lets go what it has made superfluous. */
    synchronized void published(CheckpointFile newest) {
        CheckpointFile before = checkpoint;
        if (before != null) {
            deletable.add(before.name());
        }
        checkpoint = newest;
        letGo();
    }

    /** Has everything stay, from here on until {@link #resume}, if that ever comes. */
    synchronized void suspend() {
        suspended = true;
    }

    /** Goes on with the checkpoint that is in force now. */
    synchronized void resume(Optional<CheckpointFile> inForce) {
        checkpoint = inForce.orElse(null);
        suspended = false;
        letGo();
    }

    private void letGo() {
        if (suspended) {
            return;
        }
        CheckpointFile newest = checkpoint;
        if (newest != null) {
            deletable.addAll(commit.get().release(Math.min(newest.beginSequence(), pins.lowest())));
        }
        for (int left = deletable.size(); left > 0; left--) {
            String name = deletable.removeFirst();
            try {
                storage.delete(name);
            } catch (NoSuchFileException e) {
                // Gone already, which is all that is wanted.
            } catch (IOException e) {
                deletable.addLast(name);
            }
        }
    }
}
