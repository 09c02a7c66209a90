package softadastra.store;

import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.wal.spi.WalCheckpointReader;

/**
 * The last bytes of a checkpoint: where its parts are. {@link CheckpointHead} has the format.
 *
 * @param carriedAt where the carried records begin; the blocks end there
 * @param carriedCount how many there are
 * @param indexAt where the index begins; the carried records end there
 * @param blocks how many blocks there are
 */
record CheckpointTail(long carriedAt, long carriedCount, long indexAt, long blocks) {

    static final int LENGTH = 4 * Long.BYTES;

    /** Of 32 KiB at least, more than any disk holds. */
    private static final int MAX_BLOCKS = 1 << 28;

    void write(ByteWriter out) {
        out.writeLong(carriedAt);
        out.writeLong(carriedCount);
        out.writeLong(indexAt);
        out.writeLong(blocks);
    }

    /** Reads the tail of a checkpoint whose head ends somewhere. */
    static CheckpointTail read(WalCheckpointReader reader, long headEnd) {
        long tailAt = reader.length() - LENGTH;
        ByteReader in = new ByteReader(CheckpointHead.bytes(reader, tailAt, LENGTH));
        CheckpointTail tail = new CheckpointTail(in.readLong(), in.readLong(), in.readLong(), in.readLong());
        boolean inOrder = headEnd <= tail.carriedAt && tail.carriedAt <= tail.indexAt && tail.indexAt <= tailAt;
        if (!inOrder
                || tail.carriedCount < 0
                || tail.blocks < 0
                || tail.blocks > Math.min(MAX_BLOCKS, tailAt - tail.indexAt)) {
            throw CheckpointHead.damaged("its parts are not in order", null);
        }
        return tail;
    }
}
