package softadastra.bench;

import java.util.function.BiConsumer;
import org.rocksdb.WriteBatch;

/** Takes the puts out of a batch, and refuses whatever else is in it. */
final class RocksHandler extends WriteBatch.Handler {

    private final BiConsumer<byte[], byte[]> puts;

    RocksHandler(BiConsumer<byte[], byte[]> puts) {
        this.puts = puts;
    }

    private static void refuse() {
        throw new WrongResultException("the log has what was never written");
    }

    @Override
    public void put(byte[] key, byte[] value) {
        puts.accept(key, value);
    }

    @Override
    public void put(int family, byte[] key, byte[] value) {
        puts.accept(key, value);
    }

    @Override
    public void markNoop(boolean emptyBatch) {
        // It stands between batches.
    }

    @Override
    public void merge(int family, byte[] key, byte[] value) {
        refuse();
    }

    @Override
    public void merge(byte[] key, byte[] value) {
        refuse();
    }

    @Override
    public void delete(int family, byte[] key) {
        refuse();
    }

    @Override
    public void delete(byte[] key) {
        refuse();
    }

    @Override
    public void singleDelete(int family, byte[] key) {
        refuse();
    }

    @Override
    public void singleDelete(byte[] key) {
        refuse();
    }

    @Override
    public void deleteRange(int family, byte[] begin, byte[] end) {
        refuse();
    }

    @Override
    public void deleteRange(byte[] begin, byte[] end) {
        refuse();
    }

    @Override
    public void putBlobIndex(int family, byte[] key, byte[] value) {
        refuse();
    }

    @Override
    public void logData(byte[] blob) {
        refuse();
    }

    @Override
    public void markBeginPrepare() {
        refuse();
    }

    @Override
    public void markEndPrepare(byte[] transaction) {
        refuse();
    }

    @Override
    public void markRollback(byte[] transaction) {
        refuse();
    }

    @Override
    public void markCommit(byte[] transaction) {
        refuse();
    }

    @Override
    public void markCommitWithTimestamp(byte[] transaction, byte[] timestamp) {
        refuse();
    }
}
