package softadastra.bench;

import java.nio.file.Path;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.TransactionLogIterator;
import org.rocksdb.WriteBatch;

/** Reads RocksDB's write-ahead log itself, as replication does, from a database whose table in memory holds all of it. */
final class RocksReplay extends RocksLog {

    private static final long TABLE_BYTES = 1L << 30;

    RocksReplay(Path folder) throws RocksDBException {
        super(folder, 1, false);
    }

    @Override
    void configure(Options options) {
        super.configure(options);
        options.setWriteBufferSize(TABLE_BYTES);
    }

    @Override
    void replay(Visitor visitor) throws RocksDBException {
        byte[] record = new byte[RecordSource.BYTES];
        try (TransactionLogIterator updates = database().getUpdatesSince(0);
                RocksHandler handler = new RocksHandler((key, value) -> {
                    RecordSource.join(key, value, record);
                    visitor.accept(record, 0, record.length);
                })) {
            for (; updates.isValid(); updates.next()) {
                try (WriteBatch batch = updates.getBatch().writeBatch()) {
                    batch.iterate(handler);
                }
            }
            updates.status();
        }
    }

    /** It stays open: opening it again would move the log's content into tables. */
    @Override
    void reopen() {}
}
