package softadastra.cli;

import java.util.stream.Stream;
import picocli.CommandLine.Command;
import softadastra.store.Entry;
import softadastra.store.Snapshot;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalReader;

/** {@code store stats}: counts what the store holds, and what its log takes. */
@Command(
        name = "stats",
        description = {
            "Counts entries and bytes, and the log that keeps them. Needs no lock. What only a running owner knows, such as group",
            "sizes and the latency of forces, it tells by its own stats and as events of the Java Flight Recorder."
        })
final class StoreStatsCommand extends Subcommand {

    StoreStatsCommand(SoftadastraCommand root) {
        super(root);
    }

    /** Bytes of keys and values. */
    private static final class Sizes {
        private long keys;
        private long values;
        private long largest;

        void add(Entry entry) {
            keys += entry.key().length();
            values += entry.value().length();
            largest = Math.max(largest, entry.value().length());
        }
    }

    @Override
    public Integer call() {
        Snapshot snapshot = snapshot();
        Sizes sizes = new Sizes();
        try (Stream<Entry> entries = snapshot.entries("")) {
            entries.forEach(sizes::add);
        }
        long checkpointed = checkpointSequence();
        WalInspector.Info log = inspector().info().orElseThrow();
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("entries", snapshot.size())
                    .put("keyBytes", sizes.keys)
                    .put("valueBytes", sizes.values)
                    .put("largestValue", sizes.largest)
                    .put("lastSequence", snapshot.lastSequence())
                    .put("durableSequence", log.durableSequence())
                    .put("checkpointSequence", checkpointed)
                    .put("liveBytes", sizes.keys + sizes.values)
                    .put("logRecords", log.records())
                    .put("logBytes", log.bytes()));
        } else {
            io().line("entries : " + snapshot.size());
            io().line("key bytes : " + sizes.keys);
            io().line("value bytes : " + sizes.values);
            io().line("largest value : " + sizes.largest);
            io().line("last sequence : " + snapshot.lastSequence());
            io().line("durable sequence : " + log.durableSequence());
            io().line("checkpoint sequence : " + checkpointed);
            io().line("log records : " + log.records());
            io().line("log bytes : " + log.bytes());
        }
        return ExitCode.OK;
    }

    /** The last sequence that the checkpoint in force covers, 0 without one. */
    private long checkpointSequence() {
        try (WalReader reader = WalReader.open(root().walConfig()).orElseThrow()) {
            return reader.checkpoint()
                    .orElseThrow()
                    .map(WalCheckpoint::endSequence)
                    .orElse(0L);
        }
    }
}
