package softadastra.it.fuzz;

import java.util.Arrays;
import java.util.List;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.tck.fault.MemoryStorage;

/**
 * A log of one segment. The input says how it is opened, what is changed in the header that every log has, and what stands
 * behind that header.
 */
final class SegmentTarget implements FuzzTarget.Body {

    static final String NAME = "0000000001.segment";
    static final int AS_OWNER = 4;
    static final int AS_IT_COMES = 8;
    static final int HEADER_AS_IT_COMES = 16;

    private static final int MOST_PATCHES = 8;
    private static final int SECTOR = 512;
    private static final RecoveryMode[] MODES = RecoveryMode.values();

    @Override
    public void accept(FuzzInput input) {
        int how = input.next();
        int patches = input.next() % MOST_PATCHES;
        int[] places = new int[patches];
        int[] values = new int[patches];
        for (int i = 0; i < patches; i++) {
            places[i] = input.nextShort() % SECTOR;
            values[i] = input.next();
        }
        byte[] frames = input.rest();
        byte[] segment = new LogBytes(roundUp(LogBytes.HEADER + frames.length + 1), 1, 1, 0, 0).bytes();
        System.arraycopy(frames, 0, segment, LogBytes.HEADER, frames.length);
        for (int i = 0; i < patches; i++) {
            segment[places[i]] = (byte) values[i];
        }
        if ((how & HEADER_AS_IT_COMES) == 0) {
            LogBytes.putHeaderRight(segment);
        }
        if ((how & AS_IT_COMES) == 0) {
            LogBytes.putFramesRight(segment);
        }
        MemoryStorage storage = LogCheck.disk();
        LogCheck.put(storage, WalMarker.FILE, LogBytes.marker());
        LogCheck.put(storage, NAME, segment);
        RecoveryMode mode = MODES[(how & 3) % MODES.length];
        List<LogBytes.Found> verified =
                mode == RecoveryMode.SALVAGE ? LogBytes.readAnywhere(segment) : LogBytes.read(segment, segment.length);
        boolean complete = patches == 0 && mode != RecoveryMode.SALVAGE;
        new LogCheck(storage, mode, verified, complete).run((how & AS_OWNER) != 0);
    }

    /** An input that leaves the header as it is, for a segment with these frames. */
    static byte[] seed(int how, byte[] segment, int end) {
        byte[] frames = Arrays.copyOfRange(segment, LogBytes.HEADER, end);
        byte[] seed = new byte[frames.length + 2];
        seed[0] = (byte) how;
        System.arraycopy(frames, 0, seed, 2, frames.length);
        return seed;
    }

    private static int roundUp(int bytes) {
        return (bytes + SECTOR - 1) / SECTOR * SECTOR;
    }
}
