package softadastra.it.power;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import softadastra.wal.spi.WalBatch;

/**
 * What the child's threads append to a log, group by group, the same for the same seed: one record, or a batch. Each record
 * says which it is, so that the parent can tell what it finds in the log.
 */
record CutGroups(long seed) {
    private static final int FIRST_TYPE = 64;
    private static final int HEAD = Integer.BYTES + Long.BYTES + Integer.BYTES + Integer.BYTES;

    /** Which record of which thread's which group it is, and how many the group has. */
    record Place(int thread, long group, int index, int size) {

        static Place of(byte[] payload) {
            ByteBuffer head = ByteBuffer.wrap(payload);
            return new Place(head.getInt(), head.getLong(), head.getInt(), head.getInt());
        }

        boolean isLast() {
            return index + 1 == size;
        }

        Place next() {
            return new Place(thread, group, index + 1, size);
        }
    }

    int size(int thread, long group) {
        SplittableRandom random = random(thread, group, -1);
        return random.nextBoolean() ? 1 : random.nextInt(2, 8);
    }

    static int typeCode(int thread) {
        return FIRST_TYPE + thread;
    }

    byte[] payload(int thread, long group, int index) {
        SplittableRandom random = random(thread, group, index);
        byte[] payload = new byte[HEAD + (random.nextInt(60) == 0 ? 30_000 : random.nextInt(250))];
        random.nextBytes(payload);
        ByteBuffer.wrap(payload).putInt(thread).putLong(group).putInt(index).putInt(size(thread, group));
        return payload;
    }

    WalBatch batch(int thread, long group) {
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
