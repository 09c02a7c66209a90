package softadastra.transport.http;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * Several messages in one body: each is its length in 4 bytes, little-endian, and its bytes. A message may be alone in one however
 * long it is; of several there is a bound on their number, since very small ones take far more memory than the body does, and on
 * what they take together.
 */
final class Batch {
    /** What a message takes in a batch beyond its own bytes. */
    static final int OVERHEAD = 4;

    /** What a message takes in memory beyond its own bytes; so that queues of very small ones are bounded too. */
    static final int KEPT = 64;

    static final int MAX_MESSAGES = 4096;

    /** How long a batch of more than one message may be, in bytes. */
    static final int MAX_BYTES = 4 << 20;

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

    /**
     * Reads a batch, or says what is wrong with it. Empty, with the rest of it not looked at, as soon as what it takes in memory does
     * not fit.
     */
    static Optional<List<byte[]>> read(Body body, int maxMessageBytes, LongPredicate fits) throws Refusal {
        List<byte[]> messages = new ArrayList<>();
        byte[] prefix = new byte[OVERHEAD];
        long kept = 0;
        for (int count = body.read(prefix); count > 0; count = body.read(prefix)) {
            if (count < OVERHEAD) {
                throw new Refusal(400, "the batch ends within a length");
            }
            int length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getInt();
            judge(length, maxMessageBytes, messages.size(), body.position() + length);
            kept += length + KEPT;
            if (!fits.test(kept)) {
                return Optional.empty();
            }
            messages.add(body.next(length));
        }
        return Optional.of(messages);
    }

    /** Judges a message by its length, how many came before, and how long the batch is with it. */
    private static void judge(int length, int maxMessageBytes, int before, long with) throws Refusal {
        if (length <= 0) {
            throw new Refusal(400, "the batch has a message of " + length + " bytes");
        }
        if (length > maxMessageBytes) {
            throw new Refusal(413, "a message is longer than " + maxMessageBytes + " bytes");
        }
        if (before == MAX_MESSAGES) {
            throw new Refusal(413, "a batch has more than " + MAX_MESSAGES + " messages");
        }
        if (before > 0 && with > MAX_BYTES) {
            throw new Refusal(413, "a batch of several messages is longer than " + MAX_BYTES + " bytes");
        }
    }
}
