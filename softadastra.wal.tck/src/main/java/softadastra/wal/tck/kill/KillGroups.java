package softadastra.wal.tck.kill;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import softadastra.wal.spi.WalBatch;

/**
 * What the threads of a process that is about to be killed, or to lose its power, append to a log, group by group, the same for
 * the same seed: one record, or a batch. Each record says which it is, so that who looks later can tell what it finds.
 *
 * @param seed what the records are drawn from
 */
public record KillGroups(long seed) {
    private static final int FIRST_TYPE = 64;
    private static final int HEAD = Integer.BYTES + Long.BYTES + Integer.BYTES + Integer.BYTES;

    /**
     * Which record it is.
     *
     * @param thread of which thread
     * @param group of which of its groups
     * @param index where in that group
     * @param size how many records the group has
     */
    public record Place(int thread, long group, int index, int size) {

        /** What a record says of itself. */
        public static Place of(byte[] payload) {
            ByteBuffer head = ByteBuffer.wrap(payload);
            return new Place(head.getInt(), head.getLong(), head.getInt(), head.getInt());
        }

        /** Whether its group ends with it. */
        public boolean isLast() {
            return index + 1 == size;
        }

        /** The place of the record that must follow in its group. */
        public Place next() {
            return new Place(thread, group, index + 1, size);
        }
    }

    /** How many records a group has. */
    public int size(int thread, long group) {
        SplittableRandom random = random(thread, group, -1);
        return random.nextBoolean() ? 1 : random.nextInt(2, 8);
    }

    /** The type code of a thread's records. */
    public static int typeCode(int thread) {
        return FIRST_TYPE + thread;
    }

    /** The payload of one record of a group. */
    public byte[] payload(int thread, long group, int index) {
        SplittableRandom random = random(thread, group, index);
        byte[] payload = new byte[HEAD + (random.nextInt(60) == 0 ? 30_000 : random.nextInt(250))];
        random.nextBytes(payload);
        ByteBuffer.wrap(payload).putInt(thread).putLong(group).putInt(index).putInt(size(thread, group));
        return payload;
    }

    /** A group as a batch. */
    public WalBatch batch(int thread, long group) {
        WalBatch batch = new WalBatch();
        for (int i = 0; i < size(thread, group); i++) {
            batch.add(typeCode(thread), payload(thread, group, i));
        }
        return batch;
    }

    private SplittableRandom random(int thread, long group, int index) {
        return new SplittableRandom(((seed * 31 + thread) * 1_000_003 + group) * 31 + index);
    }
}
