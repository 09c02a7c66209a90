package softadastra.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The limit of a durable append: one file that was zero-filled before, and for each record one {@code write} and one {@code
 * force(false)}, of as many bytes as our frame of it has. Nothing else is kept.
 */
final class RawLog implements Contender {

    private static final int ZEROS = 1 << 20;

    private final FileChannel channel;
    private final RecordSource source = new RecordSource(0);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(OurLog.FRAME_BYTES);
    private long written;

    /** Creates the file, with room for so many records. */
    RawLog(Path file, long records) throws IOException {
        channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);
        for (long left = records * OurLog.FRAME_BYTES; left > 0; left -= ZEROS) {
            writeAll(zeros.clear());
        }
        channel.force(true);
        channel.position(0);
    }

    @Override
    public String name() {
        return "raw";
    }

    @Override
    public void run(int operations) throws IOException {
        for (int i = 0; i < operations; i++) {
            buffer.clear().put(source.next()).clear();
            writeAll(buffer);
            channel.force(false);
        }
        written += operations;
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void verify() throws IOException {
        RecordCheck check = new RecordCheck(1);
        ByteBuffer frame = ByteBuffer.allocate(OurLog.FRAME_BYTES);
        for (long i = 0; i < written; i++) {
            channel.read(frame.clear(), i * OurLog.FRAME_BYTES);
            check.accept(frame.array(), 0, RecordSource.BYTES);
        }
        check.complete(written);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
