package softadastra.cli;

import java.util.Arrays;
import java.util.Optional;
import softadastra.cli.control.Node;
import softadastra.store.Batch;
import softadastra.store.BatchResult;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.Value;

/**
 * Writes what a source hands over, in atomic batches, and acknowledges each on standard output once it is durable: whoever
 * reads an acknowledgement may rely on it through any crash.
 */
final class Importer implements ImportSource.Sink {
    private final Node node;
    private final Io io;
    private final long batchBytes;
    private final int batchCount;
    private final boolean resume;
    private final Progress progress;

    private final Batch batch = new Batch();
    private long pendingBytes;
    private long entries;
    private long bytes;
    private long unchanged;
    private long leftOut;
    private long sequence;

    /**
     * An import.
     *
     * @param node where to write
     * @param io where to acknowledge
     * @param batchBytes a batch is written before it would get larger than this
     * @param batchCount and before it would get more entries than this
     * @param resume whether to pass over entries that it has already, with the same value
     */
    Importer(Node node, Io io, long batchBytes, int batchCount, boolean resume) {
        this.node = node;
        this.io = io;
        this.batchBytes = batchBytes;
        this.batchCount = batchCount;
        this.resume = resume;
        this.progress = new Progress(io);
    }

    @Override
    public void entry(String key, byte[] value) {
        Key name = Key.of(key);
        if (resume && isThere(name, value)) {
            unchanged++;
        } else {
            long size = name.length() + (long) value.length;
            if (!batch.isEmpty() && (batch.size() == batchCount || pendingBytes + size > batchBytes)) {
                write();
            }
            batch.put(name, Value.of(value));
            pendingBytes += size;
        }
        progress.entries("import", entries + unchanged + batch.size(), bytes + pendingBytes);
    }

    private boolean isThere(Key key, byte[] value) {
        Optional<Entry> entry = node.get(key);
        return entry.isPresent() && Arrays.equals(entry.get().value().bytes(), value);
    }

    @Override
    public void leftOut(String name, String reason) {
        leftOut++;
        LeftOut.report(io, name, reason);
    }

    private void write() {
        BatchResult result = node.write(batch).orElseThrow();
        entries += batch.size();
        bytes += pendingBytes;
        sequence = result.lastSequence();
        int count = batch.size();
        batch.clear();
        pendingBytes = 0;
        io.clearProgress();
        if (io.isJson()) {
            io.line(new JsonObject()
                    .put("acknowledged", entries)
                    .put("bytes", bytes)
                    .put("sequence", sequence)
                    .put("batch", count));
        } else {
            io.line("acknowledged " + entries + " entries, " + bytes + " bytes, sequence " + sequence);
        }
        io.flush();
    }

    /** Writes what is not written yet. */
    void flush() {
        if (!batch.isEmpty()) {
            write();
        }
    }

    /**
     * Writes the rest and prints the total.
     *
     * @return whether everything became an entry
     */
    boolean finish() {
        flush();
        io.clearProgress();
        if (io.isJson()) {
            io.line(new JsonObject()
                    .put("imported", entries)
                    .put("bytes", bytes)
                    .put("sequence", sequence)
                    .put("unchanged", unchanged)
                    .put("leftOut", leftOut));
        } else {
            io.line("imported " + entries + " entries, " + bytes + " bytes, " + unchanged + " unchanged, " + leftOut
                    + " left out");
        }
        return leftOut == 0;
    }
}
