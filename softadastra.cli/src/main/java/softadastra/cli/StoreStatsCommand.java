package softadastra.cli;

import java.util.stream.Stream;
import picocli.CommandLine.Command;
import softadastra.store.Entry;
import softadastra.store.Snapshot;
import softadastra.wal.spi.WalInspector;

/** {@code store stats}: counts what the store holds, and what its log takes. */
@Command(name = "stats", description = "Counts entries and bytes, and the log that keeps them.")
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
        WalInspector.Info log = inspector().info().orElseThrow();
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("entries", snapshot.size())
                    .put("keyBytes", sizes.keys)
                    .put("valueBytes", sizes.values)
                    .put("largestValue", sizes.largest)
                    .put("lastSequence", snapshot.lastSequence())
                    .put("durableSequence", log.durableSequence())
                    .put("logRecords", log.records())
                    .put("logBytes", log.bytes()));
        } else {
            io().line("entries : " + snapshot.size());
            io().line("key bytes : " + sizes.keys);
            io().line("value bytes : " + sizes.values);
            io().line("largest value : " + sizes.largest);
            io().line("last sequence : " + snapshot.lastSequence());
            io().line("durable sequence : " + log.durableSequence());
            io().line("log records : " + log.records());
            io().line("log bytes : " + log.bytes());
        }
        return ExitCode.OK;
    }
}
