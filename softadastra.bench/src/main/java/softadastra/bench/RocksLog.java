package softadastra.bench;

import java.nio.file.Path;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;

/** Puts into RocksDB: through its write-ahead log and into its table in memory, without which it has no log. */
class RocksLog extends PeerLog {

    private final Options options;
    private final WriteOptions write;
    private RocksDB database;

    /**
     * Opens a new database.
     *
     * @param sync whether a put waits until the log is durable
     */
    RocksLog(Path folder, int threads, boolean sync) throws RocksDBException {
        super("RocksDB", folder, threads);
        RocksDB.loadLibrary();
        this.options = new Options();
        configure(options);
        this.write = new WriteOptions().setSync(sync);
        this.database = RocksDB.open(options, folder.toString());
    }

    /** Sets what is not as it comes. Called by the constructor. */
    void configure(Options changed) {
        // Records made by a rule compress as no others do.
        changed.setCreateIfMissing(true).setCompressionType(CompressionType.NO_COMPRESSION);
    }

    final RocksDB database() {
        return database;
    }

    @Override
    void append(byte[] record) throws RocksDBException {
        database.put(
                write, record, 0, RecordSource.KEY_BYTES, record, RecordSource.KEY_BYTES, RecordSource.VALUE_BYTES);
    }

    /** Reads the entries by key, which is the order in which each thread wrote its own. */
    @Override
    void replay(Visitor visitor) throws RocksDBException {
        byte[] record = new byte[RecordSource.BYTES];
        try (RocksIterator entries = database.newIterator()) {
            for (entries.seekToFirst(); entries.isValid(); entries.next()) {
                RecordSource.join(entries.key(), entries.value(), record);
                visitor.accept(record, 0, record.length);
            }
            entries.status();
        }
    }

    @Override
    void reopen() throws RocksDBException {
        database.close();
        database = RocksDB.open(options, folder().toString());
    }

    @Override
    void shut() {
        database.close();
        write.close();
        options.close();
    }
}
