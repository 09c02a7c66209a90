package softadastra.transport.http;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Several messages in one body: each is its length in 4 bytes, little-endian, and its bytes.
 */
final class Batch {
    /** What a message takes in a batch beyond its own bytes. */
    static final int OVERHEAD = 4;

    private Batch() {}

    static byte[] write(List<byte[]> messages) {
        int size = 0;
        for (byte[] message : messages) {
            size += OVERHEAD + message.length;
        }
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        for (byte[] message : messages) {
            out.putInt(message.length).put(message);
        }
        return out.array();
    }

    /** Reads a batch, or says what is wrong with it. */
    static List<byte[]> read(byte[] body, int maxMessageBytes) throws Refusal {
        ByteBuffer in = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> messages = new ArrayList<>();
        while (in.hasRemaining()) {
            if (in.remaining() < OVERHEAD) {
                throw new Refusal(400, "the batch ends within a length");
            }
            int length = in.getInt();
            if (length > maxMessageBytes) {
                throw new Refusal(413, "a message is longer than " + maxMessageBytes + " bytes");
            }
            if (length <= 0 || length > in.remaining()) {
                throw new Refusal(
                        400, "the batch has a message of " + length + " bytes and " + in.remaining() + " left");
            }
            byte[] message = new byte[length];
            in.get(message);
            messages.add(message);
        }
        return messages;
    }
}
