package softadastra.cli;

import softadastra.core.NodeId;
import softadastra.store.EntryChange;
import softadastra.store.OperationRecord;
import softadastra.store.OperationType;
import softadastra.wal.spi.WalRecord;

/** Reads operations out of log records, and words them, for people and as JSON that {@code store batch} takes. */
final class OperationText {
    private OperationText() {}

    /** Whether a record is an operation of the store, rather than something else that a log holds. */
    static boolean isOperation(WalRecord record) {
        return switch (record.type()) {
            case PUT, UPDATE, DELETE -> true;
            default -> false;
        };
    }

    /** The operation in a record; one that does not decode is an error that names the sequence. */
    static OperationRecord decode(WalRecord record, NodeId logNode) {
        return OperationRecord.decode(record.typeCode(), record.timestamp(), record.payload(), logNode)
                .mapError(error -> error.withContext("sequence " + record.sequence()))
                .orElseThrow();
    }

    /** One line: {@code put user:1 => Gaspard version=2 sequence=7}; long and binary values abbreviated. */
    static String line(EntryChange change, boolean keyOnly) {
        StringBuilder line = new StringBuilder(verb(change))
                .append(' ')
                .append(Texts.visible(change.key().asString()));
        if (!keyOnly) {
            change.value().ifPresent(value -> line.append(" => ").append(Texts.visible(value.toString())));
        }
        return line.append(" version=")
                .append(change.version())
                .append(" sequence=")
                .append(change.sequence())
                .toString();
    }

    static JsonObject json(EntryChange change, boolean keyOnly) {
        JsonObject json = new JsonObject()
                .put("op", verb(change))
                .put("key", change.key().asString())
                .put("version", change.version())
                .put("sequence", change.sequence())
                .put("timestamp", change.timestamp().toString());
        if (!keyOnly) {
            change.value().ifPresent(value -> EntryText.putValue(json, value));
        }
        return json;
    }

    private static String verb(EntryChange change) {
        return change.type() == OperationType.DELETE ? "remove" : "put";
    }
}
