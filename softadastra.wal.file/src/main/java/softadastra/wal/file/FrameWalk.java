package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;

/** Goes through the frames of a log that may be growing, from segment to segment. Not thread-safe. */
final class FrameWalk implements AutoCloseable {

    /** Few bytes, since at the end of a log they are read again whenever there is more. */
    private static final int BUFFER_BYTES = 32 << 10;

    private final Storage storage;
    private final WalMarker marker;
    private SegmentHeader header;
    private StorageFile file;
    private FrameCursor cursor;
    private boolean onFrame;

    private FrameWalk(Storage storage, WalMarker marker, SegmentHeader header, StorageFile file) {
        this.storage = storage;
        this.marker = marker;
        this.header = header;
        this.file = file;
        this.cursor = cursor();
    }

    private FrameCursor cursor() {
        return new FrameCursor(file, header, header.fileBytes(), BUFFER_BYTES);
    }

    /** A walk that starts with the segment that holds a sequence, or will hold it. */
    static FrameWalk startingAt(Storage storage, WalMarker marker, LogLayout layout, long sequence) throws IOException {
        SegmentFile start = layout.segments().get(0);
        for (SegmentFile segment : layout.segments()) {
            if (segment.requireHeader().firstSequence() <= sequence) {
                start = segment;
            }
        }
        return new FrameWalk(storage, marker, start.requireHeader(), storage.open(start.name(), Storage.Access.READ));
    }

    /** Goes to the next frame that is there and verifies by now; false if there is none. */
    boolean advance() throws IOException {
        do {
            onFrame = cursor.advance();
            if (!onFrame) {
                // What was read ahead may have been written since.
                cursor.refresh();
                onFrame = cursor.advance();
            }
        } while (!onFrame && nextSegment());
        return onFrame;
    }

    /** The frame, where {@link #advance} was true last. */
    FrameCursor frame() {
        return cursor;
    }

    /** Whether there is a frame; not before the first, and not where the last {@link #advance} was false. */
    boolean isOnFrame() {
        return onFrame;
    }

    /** The sequence of the next record. */
    long nextSequence() {
        return cursor.nextSequence();
    }

    /** The last sequence before the segment that is walked; all up to it was durable when that was started. */
    long durableBefore() {
        return header.predecessorLastSequence();
    }

    /** The name of the segment that is walked. */
    String segment() {
        return SegmentFile.name(header.ordinal());
    }

    /** Where the next frame would start. */
    long end() {
        return cursor.end();
    }

    /** Goes to the next segment, if it goes on from here. */
    private boolean nextSegment() throws IOException {
        StorageFile next;
        try {
            next = storage.open(SegmentFile.name(header.ordinal() + 1), Storage.Access.READ);
        } catch (NoSuchFileException e) {
            if (cursor.kind() == Frame.CONTINUED || !storage.list().contains(segment())) {
                refuseGone();
            }
            return false;
        }
        boolean taken = false;
        try {
            byte[] block = new byte[SegmentHeader.BYTES];
            int length = next.read(0, block, 0, block.length);
            if (SegmentHeader.read(block, length) instanceof SegmentHeader.Valid valid && follows(valid.header())) {
                file.close();
                file = next;
                header = valid.header();
                cursor = cursor();
                taken = true;
            }
        } finally {
            if (!taken) {
                next.close();
            }
        }
        return taken;
    }

    private boolean follows(SegmentHeader next) {
        return next.logId().equals(header.logId())
                && next.ordinal() == header.ordinal() + 1
                && next.firstSequence() == cursor.nextSequence()
                && next.predecessorLength() == cursor.end()
                && next.chain() == cursor.chain();
    }

    /** The segment that must be next is not there: history that went, since its owner is another process. */
    private void refuseGone() throws IOException {
        long first = LogLayout.read(storage, marker).firstSequence();
        if (first > cursor.nextSequence()) {
            throw Findings.historyGone(cursor.nextSequence(), first);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
