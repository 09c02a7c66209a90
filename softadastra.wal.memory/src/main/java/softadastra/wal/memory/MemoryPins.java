package softadastra.wal.memory;

import java.util.TreeMap;
import softadastra.wal.spi.WalPin;

/** The sequences from which on somebody holds a log's history. Guarded by the log's lock, which it is given. */
final class MemoryPins {

    private final Object lock;
    private final Runnable released;
    private final TreeMap<Long, Integer> counts = new TreeMap<>();

    /** Calls {@code released}, with the lock held, whenever less is held than before. */
    MemoryPins(Object lock, Runnable released) {
        this.lock = lock;
        this.released = released;
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
            synchronized (lock) {
                return from;
            }
        }

        void moveTo(long sequence) {
            synchronized (lock) {
                if (!closed && sequence != from) {
                    remove(from);
                    add(sequence);
                    from = sequence;
                    released.run();
                }
            }
        }

        @Override
        public void close() {
            synchronized (lock) {
                if (!closed) {
                    closed = true;
                    remove(from);
                    released.run();
                }
            }
        }
    }

    Pin pin(long sequence) {
        add(sequence);
        return new Pin(sequence);
    }

    private void add(long sequence) {
        counts.merge(sequence, 1, Integer::sum);
    }

    private void remove(long sequence) {
        counts.computeIfPresent(sequence, (at, count) -> count == 1 ? null : count - 1);
    }

    /** The lowest of them, {@code Long.MAX_VALUE} if there is none. */
    long lowest() {
        return counts.isEmpty() ? Long.MAX_VALUE : counts.firstKey();
    }
}
