package softadastra.sync;

import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalLog;

/** A log that claims of some batches that they are durable, though nobody has forced them: a planted bug. */
final class LyingLog extends SeededProvider.SeededLog {

    private final Predicate<WalBatch> lies;

    /** The batches that it tells the truth about, by their first sequence, with the last one. */
    private final NavigableMap<Long, Long> honest = new ConcurrentSkipListMap<>();

    LyingLog(WalLog inner, LongUnaryOperator epochs, Predicate<WalBatch> lies) {
        super(inner, epochs);
        this.lies = lies;
    }

    @Override
    public long submit(WalBatch batch) {
        int records = batch.size();
        boolean isHonest = !lies.test(batch);
        long last = super.submit(batch);
        if (isHonest) {
            honest.put(last - records + 1, last);
        }
        return last;
    }

    /** Up to where it waits when it is asked to wait for a sequence; 0 for not at all. */
    private long honestly(long sequence) {
        Map.Entry<Long, Long> last = honest.floorEntry(sequence);
        return last == null ? 0 : Math.min(sequence, last.getValue());
    }

    @Override
    public void awaitDurable(long sequence) {
        if (honestly(sequence) > 0) {
            super.awaitDurable(honestly(sequence));
        }
    }

    @Override
    public void awaitDurable(long sequence, long generation) {
        if (honestly(sequence) > 0) {
            super.awaitDurable(honestly(sequence), generation);
        }
    }

    @Override
    public void flush() {
        awaitDurable(lastSequence());
    }

    @Override
    public long durableSequence() {
        Map.Entry<Long, Long> next = honest.higherEntry(trulyDurable());
        return next == null ? lastSequence() : Math.max(trulyDurable(), next.getKey() - 1);
    }
}
