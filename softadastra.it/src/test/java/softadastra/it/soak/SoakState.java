package softadastra.it.soak;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import softadastra.wal.spi.WalRecord;

/**
 * What the records of a soak add up to: the number of the last record of each writer. A record says whose it is and its number,
 * so that a gap, a repetition or a wrong byte shows. Not thread-safe.
 */
final class SoakState {
    static final int TYPE = 64;

    private static final int HEAD = Integer.BYTES + Long.BYTES;

    private final long[] last;
    private long sequence;

    SoakState(int writers) {
        last = new long[writers];
    }

    /** Where the state of a checkpoint begins. */
    SoakState(int writers, byte[] checkpoint, long beginSequence) {
        this(writers);
        ByteBuffer.wrap(checkpoint).asLongBuffer().get(last);
        sequence = beginSequence - 1;
    }

    /** The record of a writer with a number. */
    static byte[] payload(int writer, long number) {
        SplittableRandom random = new SplittableRandom(number * 31 + writer);
        byte[] payload = new byte[HEAD + random.nextInt(random.nextInt(50) == 0 ? 20_000 : 300)];
        random.nextBytes(payload);
        ByteBuffer.wrap(payload).putInt(writer).putLong(number);
        return payload;
    }

    /** Takes the next record. */
    void apply(WalRecord record) {
        ByteBuffer head = ByteBuffer.wrap(record.payload());
        int writer = head.getInt();
        long number = head.getLong();
        boolean follows = record.sequence() == sequence + 1 && number == last[writer] + 1;
        if (!follows || !Arrays.equals(record.payload(), payload(writer, number))) {
            throw new AssertionError(record + " of writer " + writer + ", number " + number + ", follows sequence "
                    + sequence + " and number " + last[writer]);
        }
        last[writer] = number;
        sequence = record.sequence();
    }

    /** The number of a writer's last record. */
    long last(int writer) {
        return last[writer];
    }

    /** The sequence of the last record that was taken. */
    long sequence() {
        return sequence;
    }

    byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[last.length * Long.BYTES]);
        bytes.asLongBuffer().put(last);
        byte[] copy = new byte[bytes.capacity()];
        bytes.get(copy);
        return copy;
    }
}
