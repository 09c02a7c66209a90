package softadastra.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.io.aio.AIOSequentialFileFactory;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.core.journal.LoaderCallback;
import org.apache.activemq.artemis.core.journal.PreparedTransactionInfo;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;

/** The journal of Apache ActiveMQ Artemis, set up as its broker sets it up. */
final class ArtemisJournal extends PeerLog {

    /** What it writes its files with. */
    enum Kind {
        /** A channel and its force. */
        NIO("Artemis NIO") {
            @Override
            SequentialFileFactory factory(Path folder, int timeout) {
                return new NIOSequentialFileFactory(folder.toFile(), true, BUFFER_BYTES, timeout, 1, false);
            }
        },
        /** Linux's asynchronous I/O, past the page cache. */
        ASYNCIO("Artemis ASYNCIO") {
            @Override
            SequentialFileFactory factory(Path folder, int timeout) {
                if (!AIOSequentialFileFactory.isSupported(folder.toFile())) {
                    throw new UnsupportedOperationException("no libaio");
                }
                return new AIOSequentialFileFactory(folder.toFile(), BUFFER_BYTES, timeout, 4096, false);
            }
        };

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        abstract SequentialFileFactory factory(Path folder, int timeout);
    }

    private static final int BUFFER_BYTES = 490 << 10;
    private static final int FILE_BYTES = 10 << 20;
    private static final byte RECORD_TYPE = 1;

    private final Kind kind;
    private final boolean sync;
    private final int timeout;
    private final AtomicLong ids = new AtomicLong();
    private JournalImpl journal;
    private boolean loaded;

    /**
     * Opens a new journal.
     *
     * @param sync whether an append waits until its record is durable
     * @param blocks how many blocks to find the timeout with
     */
    ArtemisJournal(Kind kind, Path folder, int threads, boolean sync, int blocks) throws Exception {
        super(kind.title, folder, threads);
        this.kind = kind;
        Files.createDirectories(folder);
        this.sync = sync;
        this.timeout = ArtemisTimeout.measure(kind.factory(folder, 0), blocks);
        this.journal = create();
        load((buffer, offset, length) -> WrongResultException.require(0, 1, "records of a new journal"));
    }

    private JournalImpl create() {
        SequentialFileFactory factory = kind.factory(folder(), timeout);
        factory.setDatasync(true);
        return new JournalImpl(FILE_BYTES, 2, 10, 10, 30, factory, "activemq-data", "amq", factory.getMaxIO());
    }

    private void load(Visitor visitor) throws Exception {
        journal.start();
        loaded = true;
        journal.load(new Loading(visitor));
    }

    @Override
    void append(byte[] record) throws Exception {
        // A copy, as a message has an array of its own: without sync the journal encodes it later.
        journal.appendAddRecord(ids.incrementAndGet(), RECORD_TYPE, sync ? record : record.clone(), sync);
    }

    @Override
    void settle() throws Exception {
        if (!sync) {
            journal.flush();
        }
    }

    /** Loads it, which is the one way to read it. */
    @Override
    void replay(Visitor visitor) throws Exception {
        shut();
        journal = create();
        load(visitor);
    }

    @Override
    void reopen() {
        // Loading it opens it.
    }

    @Override
    void shut() throws IOException {
        if (!loaded) {
            return;
        }
        loaded = false;
        try {
            journal.stop();
        } catch (Exception e) {
            throw new IOException("Artemis cannot stop", e);
        }
    }

    private record Loading(Visitor visitor) implements LoaderCallback {

        @Override
        public void addRecord(RecordInfo info) {
            visitor.accept(info.data, 0, info.data.length);
        }

        @Override
        public void addPreparedTransaction(PreparedTransactionInfo info) {
            refuse();
        }

        @Override
        public void deleteRecord(long id) {
            refuse();
        }

        @Override
        public void updateRecord(RecordInfo info) {
            refuse();
        }

        @Override
        public void failedTransaction(long id, List<RecordInfo> records, List<RecordInfo> deleted) {
            refuse();
        }

        private static void refuse() {
            throw new WrongResultException("the journal has what was never written");
        }
    }
}
