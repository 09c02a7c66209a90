package softadastra.store;

import softadastra.core.SoftadastraException;

/**
 * Finds removals of keys in the log, which nobody had to remember until now, so that they can be brought back. What the log still has
 * may be sent to other nodes operation by operation; a removal that they learn of must win here as it does there.
 */
final class Revival {

    /** Takes a removal. */
    interface Taker {

        /**
         * Takes the next one.
         *
         * @return whether it takes another one
         */
        boolean take(byte[] key, Stored removal);
    }

    private final RecordSource records;
    private final Versions versions;
    private final OperationEnvelope envelope = new OperationEnvelope();

    Revival(RecordSource records, Versions versions) {
        this.records = records;
        this.versions = versions;
    }

    /**
     * Before anybody reads: from here on removals are remembered, those of the log included.
     *
     * @param before the sequence from which on they have been remembered already
     * @throws SoftadastraException CORRUPTION, IO_ERROR
     */
    static void run(RecordSource records, Versions versions, long before) {
        long unused = new Revival(records, versions).read(0, before, (key, removal) -> {
            versions.revive(key, removal);
            return true;
        });
        versions.graves().keep();
    }

    /**
     * Hands over the removals of a part of the log, in order, until they are not taken any more.
     *
     * @param from the first sequence; 0 for the first one that there is
     * @param before the sequence behind the last one
     * @return the sequence to go on from; not below {@code before} if that was all
     * @throws SoftadastraException CORRUPTION, IO_ERROR, HISTORY_GONE
     */
    long read(long from, long before, Taker taker) {
        long[] next = {before};
        records.read(from, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
            if (sequence >= before) {
                return false;
            }
            if (typeCode == OperationType.DELETE.code()) {
                Replay.read(envelope, sequence, typeCode, timestamp, buffer, offset, length);
                if (envelope.effect() == Effect.WON
                        && !taker.take(envelope.body().key().bytes(), removal(sequence))) {
                    next[0] = sequence + 1;
                    return false;
                }
            }
            return true;
        });
        return next[0];
    }

    private Stored removal(long sequence) {
        Stored removal = new Stored(
                null,
                envelope.version(),
                envelope.stamp(),
                envelope.origin(versions.self().node()),
                envelope.counter());
        removal.sequence = sequence;
        return removal;
    }
}
