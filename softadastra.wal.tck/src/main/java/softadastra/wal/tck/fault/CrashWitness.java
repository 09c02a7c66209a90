package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
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

    /** A checkpoint, and from which number of disk operations on it was published; never, if that failed. */
    private record Publication(int operations, WrittenCheckpoint checkpoint) {}

    /** How many operations the disk has seen. */
    private final IntSupplier operations;

    private final List<WrittenBatch> batches = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private final List<Publication> publications = new ArrayList<>();

    CrashWitness(SimulatedStorage storage) {
        this(storage::operations);
    }

    /** A witness over a disk that counts its operations, or does not, where no crash is looked for between them. */
    CrashWitness(IntSupplier operations) {
        this.operations = operations;
    }

    /** A witness of what goes on where another one's workload was crashed, and a log was found that is there for good. */
    CrashWitness(SimulatedStorage storage, CrashWitness before, FoundLog found) {
        this(storage);
        before.batches().stream()
                .filter(batch -> batch.lastSequence() <= found.lastSequence())
                .forEach(batches::add);
        marks.add(new Mark(0, found.lastSequence()));
        found.checkpoint().ifPresent(checkpoint -> publications.add(new Publication(0, checkpoint)));
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
        marks.add(new Mark(operations.getAsInt(), sequence));
    }

    /**
     * The log was opened again by a process after one that was killed, or that failed: it ends with a sequence, all of which is
     * durable, and what was appended behind is gone.
     */
    public synchronized void recovered(long lastSequence) {
        batches.removeIf(batch -> batch.firstSequence() > lastSequence);
        acknowledged(lastSequence);
    }

    /** A checkpoint is about to be published. */
    public synchronized void publishing(WrittenCheckpoint checkpoint) {
        publications.add(new Publication(Integer.MAX_VALUE, checkpoint));
    }

    /** The last checkpoint is published. */
    public synchronized void published() {
        Publication last = publications.remove(publications.size() - 1);
        publications.add(new Publication(operations.getAsInt(), last.checkpoint));
    }

    /** All that was appended, in the order of the sequences. */
    synchronized List<WrittenBatch> batches() {
        return batches.stream()
                .sorted(Comparator.comparingLong(WrittenBatch::lastSequence))
                .toList();
    }

    /** What is expected of a disk on which a number of operations were done. */
    synchronized CrashExpectation expectation(int operations) {
        Optional<WrittenCheckpoint> published = Optional.empty();
        List<WrittenCheckpoint> begun = new ArrayList<>();
        for (Publication publication : publications) {
            if (publication.operations <= operations) {
                published = Optional.of(publication.checkpoint);
                begun.clear();
            } else {
                begun.add(publication.checkpoint);
            }
        }
        return new CrashExpectation(batches(), acknowledgedWithin(operations), published, begun);
    }

    /** The last sequence that had been acknowledged before a number of disk operations were done. */
    private synchronized long acknowledgedWithin(int operations) {
        return marks.stream()
                .filter(mark -> mark.operations <= operations)
                .mapToLong(Mark::sequence)
                .max()
                .orElse(0);
    }
}
