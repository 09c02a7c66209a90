package softadastra.store;

import softadastra.core.SoftadastraException;

/**
 * Brings back removals of keys from the log, which nobody had to remember until now. What the log still has may be sent to other
 * nodes operation by operation; a removal that they learn of must win here as it does there.
 */
final class Revival {

    private final Versions versions;
    private final OperationEnvelope envelope = new OperationEnvelope();

    private Revival(Versions versions) {
        this.versions = versions;
    }

    /**
     * From here on removals are remembered, those of the log included.
     *
     * @param before the sequence from which on they have been remembered already
     * @throws SoftadastraException CORRUPTION, IO_ERROR
     */
    static void run(RecordSource records, Versions versions, long before) {
        Revival revival = new Revival(versions);
        records.read(0, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
            if (sequence >= before) {
                return false;
            }
            if (typeCode == OperationType.DELETE.code()) {
                Replay.read(revival.envelope, sequence, typeCode, timestamp, buffer, offset, length);
                revival.revive(sequence);
            }
            return true;
        });
        versions.graves().keep();
    }

    private void revive(long sequence) {
        if (envelope.effect() == Effect.WON) {
            Stored removal = new Stored(
                    null,
                    envelope.version(),
                    envelope.stamp(),
                    envelope.origin(versions.self().node()),
                    envelope.counter());
            removal.sequence = sequence;
            versions.revive(envelope.body().key().bytes(), removal);
        }
    }
}
