package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;

/**
 * Hears from a workload what it appended and what it was told is durable, and when. Thread-safe.
 *
 * <p>{@link #append(Wal, WalBatch)} does it all; the other methods are for workloads that wait later, or never.
 */
public final class CrashWitness {

    /** From a number of disk operations on, everything up to a sequence had been acknowledged. */
    private record Mark(int operations, long sequence) {}

    private final SimulatedStorage storage;
    private final List<WrittenBatch> batches = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();

    CrashWitness(SimulatedStorage storage) {
        this.storage = storage;
    }

    /** Appends a batch, waits until it is durable, and bears witness to both. */
    public long append(Wal wal, WalBatch batch) {
        long last = submit(wal, batch);
        await(wal, last);
        return last;
    }

    /** Appends a batch without waiting, and bears witness to that. */
    public long submit(Wal wal, WalBatch batch) {
        // Copied before: the batch may be filled again as soon as it is submitted.
        WrittenBatch written = WrittenBatch.of(batch);
        long last = wal.log().submit(batch);
        appended(last, written);
        return last;
    }

    /** Waits until a sequence is durable, and bears witness to that. */
    public void await(Wal wal, long sequence) {
        wal.log().awaitDurable(sequence);
        acknowledged(sequence);
    }

    /** A batch was given sequences. */
    public void appended(long lastSequence, WalBatch batch) {
        appended(lastSequence, WrittenBatch.of(batch));
    }

    private synchronized void appended(long lastSequence, WrittenBatch batch) {
        batches.add(batch.endingAt(lastSequence));
    }

    /** Somebody was told just now that everything up to a sequence is durable. */
    public synchronized void acknowledged(long sequence) {
        marks.add(new Mark(storage.operations(), sequence));
    }

    /** All that was appended, in the order of the sequences. */
    synchronized List<WrittenBatch> batches() {
        return batches.stream()
                .sorted(Comparator.comparingLong(WrittenBatch::lastSequence))
                .toList();
    }

    /** The last sequence that had been acknowledged before a number of disk operations were done. */
    synchronized long acknowledgedWithin(int operations) {
        return marks.stream()
                .filter(mark -> mark.operations <= operations)
                .mapToLong(Mark::sequence)
                .max()
                .orElse(0);
    }
}
