package softadastra.wal.tck.fault;

import java.util.List;

/**
 * What a recovery may find and must find after a crash.
 *
 * @param batches all batches that were ever appended, in the order of their sequences; the recovered log is to hold a
 *     prefix of them
 * @param acknowledged the last sequence that was acknowledged before the crash; the recovered log is to reach it
 */
public record CrashExpectation(List<WrittenBatch> batches, long acknowledged) {

    /** An expectation over batches. */
    public CrashExpectation {
        batches = List.copyOf(batches);
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
        int at = 0;
        for (WrittenBatch batch : batches) {
            if (at == recovered.size()) {
                break;
            }
            for (WrittenRecord expected : batch.records()) {
                if (at == recovered.size()) {
                    throw new AssertionError(what + " ends with sequence " + at + ", in the middle of the batch "
                            + batch.firstSequence() + " to " + batch.lastSequence());
                }
                WrittenRecord found = recovered.get(at++);
                if (!found.equals(expected)) {
                    throw new AssertionError(
                            what + " has " + found + " at sequence " + at + ", but " + expected + " was appended");
                }
            }
        }
        if (at < recovered.size()) {
            throw new AssertionError(what + " has " + recovered.size() + " records, but only " + at + " were appended");
        }
        if (at < acknowledged) {
            throw new AssertionError(
                    what + " ends with sequence " + at + ", but " + acknowledged + " had been acknowledged");
        }
    }
}
