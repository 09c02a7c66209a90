package softadastra.wal.tck.fault;

import java.util.List;
import java.util.Optional;

/**
 * What a recovery may find and must find after a crash.
 *
 * @param batches all batches that were ever appended, in the order of their sequences; the recovered log is to hold a
 *     prefix of them
 * @param acknowledged the last sequence that was acknowledged before the crash; the recovered log is to reach it
 * @param published the last checkpoint that was published before the crash; it or a later one is to be in force
 * @param begun the checkpoints that were written after that one, in order
 */
public record CrashExpectation(
        List<WrittenBatch> batches,
        long acknowledged,
        Optional<WrittenCheckpoint> published,
        List<WrittenCheckpoint> begun) {

    /** An expectation over batches and checkpoints. */
    public CrashExpectation {
        batches = List.copyOf(batches);
        begun = List.copyOf(begun);
    }

    /** An expectation over batches, where there are no checkpoints. */
    public CrashExpectation(List<WrittenBatch> batches, long acknowledged) {
        this(batches, acknowledged, Optional.empty(), List.of());
    }

    /**
     * Checks what was recovered: a prefix of what was appended, at least as long as what was acknowledged, each batch whole or
     * not there.
     *
     * @param what how the records were recovered, for the message
     * @param recovered the records, in order from sequence 1
     * @throws AssertionError if that is not so, saying where
     */
    public void check(String what, List<WrittenRecord> recovered) {
        check(what, new FoundLog(1, recovered, published));
    }

    /** As {@link #check(String, List)}; and the checkpoint is a whole one, and no record is gone that it does not cover. */
    void check(String what, FoundLog found) {
        checkCheckpoint(what, found);
        List<WrittenRecord> recovered = found.records();
        long last = found.lastSequence();
        long at = 0;
        for (WrittenBatch batch : batches) {
            if (at >= last) {
                break;
            }
            for (WrittenRecord expected : batch.records()) {
                if (at == last) {
                    throw new AssertionError(what + " ends with sequence " + at + ", in the middle of the batch "
                            + batch.firstSequence() + " to " + batch.lastSequence());
                }
                at++;
                if (at >= found.firstSequence()) {
                    WrittenRecord there = recovered.get((int) (at - found.firstSequence()));
                    if (!there.equals(expected)) {
                        throw new AssertionError(
                                what + " has " + there + " at sequence " + at + ", but " + expected + " was appended");
                    }
                }
            }
        }
        if (at < last) {
            throw new AssertionError(what + " reaches to sequence " + last + ", but only " + at + " were appended");
        }
        if (at < acknowledged) {
            throw new AssertionError(
                    what + " ends with sequence " + at + ", but " + acknowledged + " had been acknowledged");
        }
    }

    /** Different for different expectations of one workload, but by rare accident. */
    long fingerprint() {
        return Hash.mix(acknowledged) + Hash.mix(31L * begun.size() + published.hashCode());
    }

    private void checkCheckpoint(String what, FoundLog found) {
        Optional<WrittenCheckpoint> there = found.checkpoint();
        if (!there.equals(published) && !(there.isPresent() && begun.contains(there.get()))) {
            throw new AssertionError(what + " has checkpoint " + there + ", but " + published
                    + " had been published, and then " + begun + " written");
        }
        long needed = there.map(WrittenCheckpoint::beginSequence).orElse(1L);
        if (found.firstSequence() > needed) {
            throw new AssertionError(what + " begins with sequence " + found.firstSequence()
                    + ", but its checkpoint needs the records from " + needed + " on");
        }
        long end = there.map(WrittenCheckpoint::endSequence).orElse(0L);
        if (end > found.lastSequence()) {
            throw new AssertionError(what + " ends with sequence " + found.lastSequence()
                    + ", but its checkpoint has the effects of records up to " + end);
        }
    }
}
