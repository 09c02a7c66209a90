package softadastra.wal.file;

import java.io.IOException;
import softadastra.wal.spi.WalBatch;

/**
 * The frames that were accepted and are yet to be written, and what the next one continues: sequence, chain, timestamp and
 * place. Guarded by its log's lock.
 *
 * <p>There are two buffers: one gathers while the other is being written.
 */
final class PendingFrames {

    private final Segments segments;
    private final int maxBytes;
    private final boolean countsWritten;

    private GroupBuffer active = new GroupBuffer();
    private GroupBuffer idle = new GroupBuffer();
    /** How much of what is being written counts. */
    private int taken;

    private int chain;
    private long nextSequence;
    private long highestTimestamp;
    /** The last sequence that the frames themselves say is durable. */
    private long claimed;
    /** Whether the last frame is a seal. */
    private boolean sealed;

    /**
     * The frames behind what was recovered, of which so many bytes may gather.
     *
     * @param countsWritten whether those that are being written count too
     */
    PendingFrames(Recovery.Recovered recovered, int maxBytes, boolean countsWritten) {
        this.maxBytes = maxBytes;
        this.countsWritten = countsWritten;
        this.segments = recovered.segments();
        this.chain = recovered.chain();
        this.highestTimestamp = recovered.highestTimestamp();
        this.sealed = recovered.sealed();
        this.nextSequence = recovered.report().lastSequence() + 1;
        // Recovery has made all of it durable; only a sealed log says so itself.
        this.claimed = sealed ? nextSequence - 1 : 0;
        active.reset(recovered.appendAt());
    }

    /** Whether the current segment has room for a frame of records. */
    boolean fitsSegment(long frame) {
        return active.end() + frame <= segments.capacity();
    }

    /** Whether a frame of records may be added now. */
    boolean hasRoom(long frame) {
        int held = active.length() + taken;
        return fitsSegment(frame) && (held == 0 || held + frame <= maxBytes);
    }

    boolean isEmpty() {
        return active.length() == 0;
    }

    /** How many bytes wait. */
    int length() {
        return active.length();
    }

    /** Where in the current segment the next frame goes. */
    long end() {
        return active.end();
    }

    /** Whether no frame was put into the current segment yet. */
    boolean isAtStart() {
        return active.end() == SegmentHeader.BYTES;
    }

    boolean isSealed() {
        return sealed;
    }

    long nextSequence() {
        return nextSequence;
    }

    long highestTimestamp() {
        return highestTimestamp;
    }

    /** Whether more is durable than the frames say. */
    boolean claimsLessThan(long durable) {
        return claimed < durable;
    }

    /** Adds a batch that has room, with the last sequence known to be durable; answers the sequence of its last record. */
    long add(WalBatch batch, int body, long timestamp, long durable) {
        chain = active.add(batch, body, nextSequence, timestamp, durable, chain, salt());
        noteRecords(timestamp, durable);
        nextSequence += batch.size();
        return nextSequence - 1;
    }

    /** Adds a record that has room; as a batch of that one. */
    long add(int typeCode, byte[] payload, long timestamp, long durable) {
        chain = active.add(typeCode, payload, 0, payload.length, nextSequence, timestamp, durable, chain, salt());
        noteRecords(timestamp, durable);
        return nextSequence++;
    }

    private void noteRecords(long timestamp, long durable) {
        if (Long.compareUnsigned(timestamp, highestTimestamp) > 0) {
            highestTimestamp = timestamp;
        }
        claimed = durable;
        sealed = false;
    }

    void addWatermark(long durable) {
        addBookkeeping(Frame.WATERMARK, durable);
    }

    void addSeal(long durable) {
        addBookkeeping(Frame.SEAL, durable);
        sealed = true;
    }

    private void addBookkeeping(int kind, long durable) {
        chain = active.addBookkeeping(kind, nextSequence, highestTimestamp, durable, chain, salt());
        claimed = durable;
        sealed = false;
    }

    /** Ends the current segment: behind this nothing goes into it. */
    void addContinued(long durable) {
        chain = active.addContinued(segments.spareBytes(), nextSequence, highestTimestamp, durable, chain, salt());
    }

    /** Takes what waits, to write it; it must be given back. What comes next gathers in the other buffer. */
    GroupBuffer take() {
        // First what may fail for a lack of memory, since a group that is taken must not get lost.
        idle.reset(active.end());
        GroupBuffer group = active;
        active = idle;
        taken = countsWritten ? group.length() : 0;
        return group;
    }

    void giveBack(GroupBuffer group) {
        idle = group;
        taken = 0;
    }

    /** Takes note that what waited, the end of the segment included, was written, and starts the next segment. */
    void startSegment(GroupBuffer written) throws IOException {
        segments.start(nextSequence, written.end(), chain, highestTimestamp);
        claimed = nextSequence - 1;
        chain = segments.header().crc();
        giveBack(written);
        active.reset(SegmentHeader.BYTES);
    }

    private int salt() {
        return segments.header().salt();
    }
}
