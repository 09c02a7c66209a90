package softadastra.store;

/** What a store has promised so far, which each recovery is held to. All are sequences of the log. */
final class ModelPromises {

    private final ModelStore model;

    /** Up to where all must be there, whatever happens. */
    private long acknowledged;

    /** Up to where all must be there after a kill. */
    private long handedOver;

    /** Up to where all must be there since the process was killed, and no more than that. */
    private long left;

    /** Up to where readers have seen everything, or were promised to. */
    private long seen;

    /** The last one of the checkpoint that must be there, and of one that may be. */
    private long checkpointed;

    private long checkpointTried;

    ModelPromises(ModelStore model) {
        this.model = model;
    }

    /** Everything up to a sequence was promised to stay. */
    void acknowledged(long sequence) {
        acknowledged = Math.max(acknowledged, sequence);
    }

    /** Everything up to a sequence was answered ok: it stays, and readers see it. */
    void answered(long sequence) {
        acknowledged(sequence);
        seen(sequence);
    }

    /** Readers have seen everything up to a sequence. */
    void seen(long sequence) {
        seen = Math.max(seen, sequence);
    }

    /** Up to where readers have seen, or were promised to. */
    long seen() {
        return seen;
    }

    /** The operating system has everything up to a sequence. */
    void handedOver(long sequence) {
        handedOver = sequence;
    }

    /** The process was killed: what the operating system has stays, until the next one has recovered it and made it durable. */
    void killed() {
        left = Math.max(left, handedOver);
    }

    /** The power went: what nobody has made durable may be gone with it, also in the middle of recovering it. */
    void cut() {
        left = 0;
    }

    /** A checkpoint was written, of everything up to a sequence. */
    void checkpointed(long sequence) {
        checkpointed = sequence;
        acknowledged(sequence);
    }

    /** Writing a checkpoint was begun, and maybe ended, when the log was so long. */
    void checkpointTried(long sequence) {
        checkpointTried = Math.max(checkpointed, sequence);
    }

    /** Holds what was recovered to what was promised; the model goes on with what is there. */
    void recovered(StoreEngine store, ModelCounts counts) {
        long found = store.lastRecoveredSequence();
        long last = model.newest().sequence();
        long promised = Math.max(acknowledged, left);
        if (!model.isEnd(found) || found < promised) {
            throw new AssertionError("the log ends with sequence " + found + (model.isEnd(found) ? "" : ", in a batch,")
                    + " and " + promised + " had been promised, of " + last);
        }
        StoreRecovery recovery = store.recovery();
        long from = recovery.checkpointSequence();
        if (from < checkpointed || from > Math.max(checkpointed, checkpointTried)) {
            throw new AssertionError("the checkpoint is of sequence " + from + ", and " + checkpointed
                    + " was published, " + checkpointTried + " tried");
        }
        ModelChecks.equal(
                "operations that were replayed",
                model.changes().stream()
                        .filter(change -> change.sequence() > from && change.sequence() <= found)
                        .count(),
                recovery.operations());
        model.forgetBehind(found);
        acknowledged = found;
        handedOver = found;
        left = 0;
        seen = found;
        checkpointed = from;
        checkpointTried = from;
        counts.count("recoveries", found > 0 ? 1 : 0);
        counts.count("recoveries from a checkpoint", from > 0 ? 1 : 0);
        counts.count("recoveries that had lost what nobody was promised", last > found ? 1 : 0);
    }
}
