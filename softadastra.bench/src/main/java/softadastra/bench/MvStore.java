package softadastra.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;

/** H2's MVStore, with a cache that holds everything. */
final class MvStore implements KeyValueStore {

    private static final int CACHE_MIB = 512;

    private final Path file;
    private final boolean sync;
    private MVStore store;
    private MVMap<byte[], byte[]> map;

    /**
     * Opens a new store.
     *
     * @param sync whether each put is committed and forced; else its own thread commits, as it comes
     */
    MvStore(Path folder, boolean sync) throws IOException {
        this.file = Files.createDirectories(folder).resolve("store.mv");
        this.sync = sync;
        this.store = open();
        this.map = map();
    }

    private MVStore open() {
        MVStore.Builder builder =
                new MVStore.Builder().fileName(file.toString()).cacheSize(CACHE_MIB);
        return (sync ? builder.autoCommitDisabled() : builder).open();
    }

    private MVMap<byte[], byte[]> map() {
        return store.openMap(
                "entries",
                new MVMap.Builder<byte[], byte[]>()
                        .keyType(ByteArrayDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
    }

    @Override
    public String name() {
        return "H2 MVStore";
    }

    @Override
    public void put(RecordSource source) {
        byte[] unused = map.put(source.keyBytes(), source.value().clone());
        if (sync) {
            store.commit();
            store.sync();
        }
    }

    @Override
    public int get(Probe key) {
        byte[] value = map.get(key.utf8());
        return value == null ? -1 : value.length;
    }

    @Override
    public long scan(Probe prefix) {
        long length = 0;
        Cursor<byte[], byte[]> cursor = map.cursor(prefix.utf8());
        while (cursor.hasNext() && prefix.begins(cursor.next())) {
            length += cursor.getValue().length;
        }
        return length;
    }

    @Override
    public void visit(PeerLog.Visitor visitor) {
        byte[] record = new byte[RecordSource.BYTES];
        Cursor<byte[], byte[]> cursor = map.cursor(null);
        while (cursor.hasNext()) {
            RecordSource.join(cursor.next(), cursor.getValue(), record);
            visitor.accept(record, 0, record.length);
        }
    }

    @Override
    public void reopen() {
        store.close();
        store = open();
        map = map();
    }

    @Override
    public void close() {
        store.close();
    }
}
