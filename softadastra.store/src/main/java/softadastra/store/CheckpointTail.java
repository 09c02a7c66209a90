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
 * @param directoryAt where the directory begins, or the tail where there is none; the index ends there
 * @param pageBlocks how many blocks a page of the index is of; 0 where there is no directory
 * @param directoryBytes how long the directory is
 */
record CheckpointTail(
        long carriedAt,
        long carriedCount,
        long indexAt,
        long blocks,
        long directoryAt,
        int pageBlocks,
        long directoryBytes) {

    private static final int LENGTH = 6 * Long.BYTES;

    /** Without the numbers of a directory. */
    static final int LEAST_LENGTH = 4 * Long.BYTES;

    /** Of 32 KiB at least, more than any disk holds. */
    private static final int MAX_BLOCKS = 1 << 28;

    boolean hasDirectory() {
        return pageBlocks > 0;
    }

    void write(ByteWriter out) {
        out.writeLong(carriedAt);
        out.writeLong(carriedCount);
        out.writeLong(indexAt);
        out.writeLong(blocks);
        out.writeLong(directoryAt);
        out.writeLong(pageBlocks);
    }

    /** Reads the tail of a checkpoint whose head has been read. */
    static CheckpointTail read(WalCheckpointReader reader, CheckpointHead.Read head) {
        int length = head.hasDirectory() ? LENGTH : LEAST_LENGTH;
        long tailAt = reader.length() - length;
        if (tailAt < head.end()) {
            throw CheckpointHead.damaged("it has no tail", null);
        }
        ByteReader in = new ByteReader(CheckpointHead.bytes(reader, tailAt, length));
        long carriedAt = in.readLong();
        long carriedCount = in.readLong();
        long indexAt = in.readLong();
        long blocks = in.readLong();
        long directoryAt = head.hasDirectory() ? in.readLong() : tailAt;
        long pageBlocks = head.hasDirectory() ? in.readLong() : 0;
        boolean inOrder = head.end() <= carriedAt
                && carriedAt <= indexAt
                && indexAt <= directoryAt
                && directoryAt <= tailAt
                && (pageBlocks > 0) == head.hasDirectory();
        if (!inOrder
                || carriedCount < 0
                || blocks < 0
                || blocks > Math.min(MAX_BLOCKS, directoryAt - indexAt)
                || pageBlocks > MAX_BLOCKS) {
            throw CheckpointHead.damaged("its parts are not in order", null);
        }
        return new CheckpointTail(
                carriedAt, carriedCount, indexAt, blocks, directoryAt, (int) pageBlocks, tailAt - directoryAt);
    }
}
