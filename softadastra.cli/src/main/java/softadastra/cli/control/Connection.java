package softadastra.cli.control;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import softadastra.core.ByteWriter;

/** A stream of frames: each four bytes of length, little-endian, then as many bytes. For one thread. */
final class Connection implements AutoCloseable {

    /** The largest frame: a batch of 80 MiB, and what surrounds it. */
    static final int MAX_FRAME = 96 << 20;

    private final SocketChannel channel;
    private final ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    Connection(SocketChannel channel) {
        this.channel = channel;
    }

    SocketChannel channel() {
        return channel;
    }

    /** Sends a frame. */
    void send(ByteWriter frame) throws IOException {
        if (frame.length() > MAX_FRAME) {
            throw new IOException("a frame of " + frame.length() + " bytes is too large");
        }
        length.clear().putInt(frame.length()).flip();
        ByteBuffer[] parts = {length, ByteBuffer.wrap(frame.array(), 0, frame.length())};
        while (parts[0].hasRemaining() || parts[1].hasRemaining()) {
            long unused = channel.write(parts);
        }
    }

    /**
     * Takes a frame.
     *
     * @param limit the largest that is taken; nothing is allocated for a larger one
     * @throws EOFException at the end of the stream
     */
    byte[] receive(int limit) throws IOException {
        length.clear();
        fill(length);
        int size = length.getInt(0);
        if (size < 0 || size > limit) {
            throw new IOException("a frame of " + Integer.toUnsignedString(size) + " bytes, and " + limit
                    + " are the most that is taken");
        }
        ByteBuffer frame = ByteBuffer.allocate(size);
        fill(frame);
        return frame.array();
    }

    private void fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the other side has left");
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
