package softadastra.cli;

import java.io.IOException;
import java.io.InputStream;
import softadastra.core.ErrorCode;
import softadastra.store.Batch;
import softadastra.store.Key;
import softadastra.store.Value;

/** Operations as lines of JSON, read into one batch. */
final class OperationLines {
    private final long mostBytes;
    private final Batch batch = new Batch();
    private long bytes;

    /** Keys and values may have so many bytes altogether. */
    OperationLines(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Reads all lines; one that is wrong is an error that names it. */
    Batch read(InputStream lines) throws IOException {
        NdjsonLines.forEach(lines, "batch", this::add);
        return batch;
    }

    private void add(NdjsonLines.Line line) {
        Object op = line.members().get("op");
        Key key = Key.of(line.key());
        requireAtMost(line, "key", key.length(), Key.MAX_BYTES);
        bytes += key.length();
        if ("put".equals(op)) {
            byte[] value = line.value();
            requireAtMost(line, "value", value.length, Value.MAX_BYTES);
            bytes += value.length;
            batch.put(key, Value.of(value));
        } else if ("remove".equals(op)) {
            batch.remove(key);
        } else {
            throw line.invalid("\"op\" must be \"put\" or \"remove\"");
        }
        if (bytes > mostBytes) {
            throw new CommandFailure(
                    ErrorCode.RECORD_TOO_LARGE,
                    "invalid batch: with line " + line.number() + " it has " + bytes
                            + " bytes, and a batch has at most " + mostBytes,
                    "store import writes any number of puts, in several batches");
        }
    }

    private static void requireAtMost(NdjsonLines.Line line, String of, long bytes, long most) {
        if (bytes > most) {
            throw new CommandFailure(
                    ErrorCode.RECORD_TOO_LARGE,
                    "invalid line " + line.number() + " of the batch: its " + of + " has " + bytes + " bytes, and a "
                            + of + " has at most " + most);
        }
    }
}
