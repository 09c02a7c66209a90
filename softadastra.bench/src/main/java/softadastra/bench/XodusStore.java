package softadastra.bench;

import java.nio.file.Path;
import java.util.Arrays;
import jetbrains.exodus.ArrayByteIterable;
import jetbrains.exodus.ByteIterable;
import jetbrains.exodus.env.Cursor;
import jetbrains.exodus.env.Environment;
import jetbrains.exodus.env.EnvironmentConfig;
import jetbrains.exodus.env.Environments;
import jetbrains.exodus.env.Store;
import jetbrains.exodus.env.StoreConfig;
import jetbrains.exodus.env.Transaction;

/** A store of JetBrains Xodus, a transaction for each put. */
final class XodusStore implements KeyValueStore {

    private static final int LOADED_AT_ONCE = 10_000;

    private final Path folder;
    private final boolean sync;
    private Environment environment;
    private Store store;

    /**
     * Opens a new environment.
     *
     * @param sync whether a transaction waits until its log is forced
     */
    XodusStore(Path folder, boolean sync) {
        this.folder = folder;
        this.sync = sync;
        this.environment = open();
        this.store = store();
    }

    private Environment open() {
        return Environments.newInstance(folder.toFile(), new EnvironmentConfig().setLogDurableWrite(sync));
    }

    private Store store() {
        return environment.computeInTransaction(
                transaction -> environment.openStore("entries", StoreConfig.WITHOUT_DUPLICATES, transaction));
    }

    @Override
    public String name() {
        return "Xodus";
    }

    @Override
    public void put(RecordSource source) {
        // Exclusive: others wait, where they would otherwise begin again.
        environment.executeInExclusiveTransaction(transaction -> put(transaction, source));
    }

    private void put(Transaction transaction, RecordSource source) {
        ByteIterable key = new ArrayByteIterable(source.keyBytes());
        ByteIterable value = new ArrayByteIterable(source.value().clone());
        boolean unused = store.put(transaction, key, value);
    }

    @Override
    public void load(RecordSource source, int records) {
        for (int done = 0; done < records; done += LOADED_AT_ONCE) {
            int some = Math.min(LOADED_AT_ONCE, records - done);
            environment.executeInExclusiveTransaction(transaction -> {
                for (int i = 0; i < some; i++) {
                    source.next();
                    put(transaction, source);
                }
            });
        }
    }

    @Override
    public int get(Probe key) {
        ByteIterable wanted = new ArrayByteIterable(key.utf8());
        return environment.computeInReadonlyTransaction(transaction -> {
            ByteIterable value = store.get(transaction, wanted);
            return value == null ? -1 : value.getLength();
        });
    }

    @Override
    public long scan(Probe prefix) {
        return environment.computeInReadonlyTransaction(transaction -> {
            long length = 0;
            try (Cursor cursor = store.openCursor(transaction)) {
                boolean there = cursor.getSearchKeyRange(new ArrayByteIterable(prefix.utf8())) != null;
                while (there && prefix.begins(bytes(cursor.getKey()))) {
                    length += cursor.getValue().getLength();
                    there = cursor.getNext();
                }
            }
            return length;
        });
    }

    @Override
    public void visit(PeerLog.Visitor visitor) {
        environment.executeInReadonlyTransaction(transaction -> visit(transaction, visitor));
    }

    private void visit(Transaction transaction, PeerLog.Visitor visitor) {
        byte[] record = new byte[RecordSource.BYTES];
        try (Cursor cursor = store.openCursor(transaction)) {
            while (cursor.getNext()) {
                RecordSource.join(bytes(cursor.getKey()), bytes(cursor.getValue()), record);
                visitor.accept(record, 0, record.length);
            }
        }
    }

    private static byte[] bytes(ByteIterable iterable) {
        byte[] bytes = iterable.getBytesUnsafe();
        return bytes.length == iterable.getLength() ? bytes : Arrays.copyOf(bytes, iterable.getLength());
    }

    @Override
    public void reopen() {
        environment.close();
        environment = open();
        store = store();
    }

    @Override
    public void close() {
        if (environment.isOpen()) {
            environment.close();
        }
    }
}
