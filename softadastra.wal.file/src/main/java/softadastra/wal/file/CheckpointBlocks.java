package softadastra.wal.file;

import java.io.IOException;

/** Gathers a checkpoint's content into blocks with their sums, and writes some of them at a time, behind its header's place. */
final class CheckpointBlocks {

    /** Takes blocks. */
    interface Target {
        void write(long position, byte[] bytes, int count) throws IOException;
    }

    private static final int BUFFERED = 16;

    private final Target target;
    private final BlockCrc crc;
    private final byte[] buffer = new byte[BUFFERED * CheckpointHeader.BLOCK_BYTES];

    /** Where in the buffer the current block starts, and how much content it has. */
    private int blockStart;

    private int blockLength;
    private long count;
    private long end = CheckpointHeader.BYTES;
    private long length;

    CheckpointBlocks(int salt, Target target) {
        this.crc = new BlockCrc(salt);
        this.target = target;
    }

    /** How much content was added. */
    long length() {
        return length;
    }

    /** How many blocks there are; the last counts once {@link #end} was called. */
    long count() {
        return count;
    }

    /** Where in the file those that were written end. */
    long fileBytes() {
        return end;
    }

    /** The sum of a block's content. */
    int crc(long number, byte[] block, int content) {
        return crc.of(number, block, 0, content);
    }

    void write(byte[] source, int offset, int bytes) throws IOException {
        int done = 0;
        while (done < bytes) {
            int part = Math.min(bytes - done, CheckpointHeader.BLOCK_CONTENT - blockLength);
            System.arraycopy(source, offset + done, buffer, blockStart + blockLength, part);
            blockLength += part;
            done += part;
            length += part;
            if (blockLength == CheckpointHeader.BLOCK_CONTENT) {
                endBlock();
            }
        }
    }

    private void endBlock() throws IOException {
        int sum = crc.of(count++, buffer, blockStart, blockLength);
        LittleEndian.putInt(buffer, blockStart + blockLength, sum);
        blockStart += blockLength + Integer.BYTES;
        blockLength = 0;
        if (blockStart == buffer.length) {
            flush();
        }
    }

    private void flush() throws IOException {
        target.write(end, buffer, blockStart);
        end += blockStart;
        blockStart = 0;
    }

    /** Writes what is left. */
    void end() throws IOException {
        if (blockLength > 0) {
            endBlock();
        }
        flush();
    }
}
