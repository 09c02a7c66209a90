package softadastra.it.format;

import java.util.HexFormat;
import softadastra.store.CausalContext;
import softadastra.store.OperationRecord;
import softadastra.store.OperationVisitor;
import softadastra.store.StoreEngine;

/** What the log of a store holds, in words: the text beside a {@link GoldenStoreLog}. */
final class GoldenText {

    private final StoreEngine store;
    private final StringBuilder text = new StringBuilder();

    GoldenText(StoreEngine store) {
        this.store = store;
    }

    void line(String line) {
        text.append(line).append('\n');
    }

    /** A line for each entry: its key, and its value. */
    void entries() {
        store.entries()
                .forEach(entry -> line("%s = %s"
                        .formatted(entry.key().asString(), entry.value().asString())));
    }

    /** A line for each operation that the log has, and for each place where some are left out; how many operations. */
    long operations() {
        long start = store.replication().start().orElseThrow().sequence();
        return store.operations(start, new OperationVisitor() {
                    @Override
                    public boolean visit(long sequence, OperationRecord record) {
                        line("%d %s".formatted(sequence, record));
                        return true;
                    }

                    @Override
                    public void skipped(long sequence, CausalContext through) {
                        line("%d left out up to %s".formatted(sequence, through.counters()));
                    }
                })
                .orElseThrow();
    }

    /** A line for each note; how many. */
    long notes() {
        return store.replication()
                .notes((sequence, typeCode, payload) -> line("note %d at %d: 0x%s"
                        .formatted(typeCode, sequence, HexFormat.of().formatHex(payload))))
                .orElseThrow();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
