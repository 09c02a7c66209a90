package softadastra.bench;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;

/**
 * Excerpts of a Chronicle Queue: memory-mapped files that nobody forces. One thread.
 *
 * <p>It takes no part where appends are durable: a trace of its system calls shows that its appender's {@code sync()} forces
 * nothing in a young queue, with {@code SyncMode.SYNC} too.
 */
final class ChronicleLog extends PeerLog {

    static {
        // It is silent, and tells nobody that it runs; the part that would is left out of the class path as well.
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.announcer.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
    }

    private final Bytes<byte[]> outgoing = Bytes.wrapForRead(new byte[RecordSource.BYTES]);
    private ChronicleQueue queue;
    private ExcerptAppender appender;

    /** Opens a new queue. */
    ChronicleLog(Path folder) {
        super("Chronicle Queue", folder, 1);
        this.queue = open();
        this.appender = queue.createAppender();
    }

    private ChronicleQueue open() {
        return SingleChronicleQueueBuilder.binary(folder())
                .syncMode(SyncMode.NONE)
                .build();
    }

    @Override
    void append(byte[] record) {
        System.arraycopy(record, 0, outgoing.underlyingObject(), 0, record.length);
        outgoing.readPosition(0);
        appender.writeBytes(outgoing);
    }

    @Override
    void replay(Visitor visitor) {
        byte[] record = new byte[RecordSource.BYTES];
        Bytes<byte[]> incoming = Bytes.wrapForWrite(record);
        try (ExcerptTailer tailer = queue.createTailer()) {
            while (tailer.readBytes(incoming.clear())) {
                visitor.accept(record, 0, (int) incoming.readRemaining());
            }
        } finally {
            incoming.releaseLast();
        }
    }

    @Override
    void reopen() {
        shut();
        queue = open();
        appender = queue.createAppender();
    }

    @Override
    void shut() {
        appender.close();
        queue.close();
    }
}
