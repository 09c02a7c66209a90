package softadastra.bench;

import java.nio.file.Path;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;

/** RocksDB, with a cache that holds everything and filters in its tables. */
final class RocksStore implements KeyValueStore {

    private static final long CACHE_BYTES = 512L << 20;
    private static final int FILTER_BITS = 10;

    private final Path folder;
    private final Cache cache;
    private final BloomFilter filter;
    private final Options options;
    private final WriteOptions write;
    private RocksDB database;

    /**
     * Opens a new database.
     *
     * @param sync whether a put waits until the log is durable
     */
    RocksStore(Path folder, boolean sync) throws RocksDBException {
        RocksDB.loadLibrary();
        this.folder = folder;
        cache = new LRUCache(CACHE_BYTES);
        filter = new BloomFilter(FILTER_BITS);
        // Records made by a rule compress as no others do.
        options = new Options()
                .setCreateIfMissing(true)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setTableFormatConfig(
                        new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(filter));
        write = new WriteOptions().setSync(sync);
        database = RocksDB.open(options, folder.toString());
    }

    @Override
    public String name() {
        return "RocksDB";
    }

    @Override
    public void put(RecordSource source) throws RocksDBException {
        database.put(
                write,
                source.record(),
                0,
                RecordSource.KEY_BYTES,
                source.record(),
                RecordSource.KEY_BYTES,
                RecordSource.VALUE_BYTES);
    }

    @Override
    public int get(Probe key) throws RocksDBException {
        byte[] value = database.get(key.utf8());
        return value == null ? -1 : value.length;
    }

    @Override
    public long scan(Probe prefix) throws RocksDBException {
        long length = 0;
        try (RocksIterator entries = database.newIterator()) {
            for (entries.seek(prefix.utf8()); entries.isValid() && prefix.begins(entries.key()); entries.next()) {
                length += entries.value().length;
            }
            entries.status();
        }
        return length;
    }

    @Override
    public void visit(PeerLog.Visitor visitor) throws RocksDBException {
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
    public void reopen() throws RocksDBException {
        database.close();
        database = RocksDB.open(options, folder.toString());
    }

    @Override
    public void close() {
        database.close();
        write.close();
        options.close();
        filter.close();
        cache.close();
    }
}
