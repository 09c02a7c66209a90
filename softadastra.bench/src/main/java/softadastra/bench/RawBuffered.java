package softadastra.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The limit of an append without flush: the same bytes through a buffer of 64 KiB into a file. */
final class RawBuffered implements Contender {

    private static final int BUFFER_BYTES = 64 << 10;

    private final FileChannel channel;
    private final RecordSource source = new RecordSource(0);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final byte[] rest = new byte[OurLog.FRAME_BYTES - RecordSource.BYTES];
    private long written;

    RawBuffered(Path file) throws IOException {
        channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public String name() {
        return "raw buffered";
    }

    @Override
    public void run(int operations) throws IOException {
        for (int i = 0; i < operations; i++) {
            if (buffer.remaining() < OurLog.FRAME_BYTES) {
                drain();
            }
            buffer.put(source.next()).put(rest);
        }
        drain();
        written += operations;
    }

    private void drain() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
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
