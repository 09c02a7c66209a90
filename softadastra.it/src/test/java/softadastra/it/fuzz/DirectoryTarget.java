package softadastra.it.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.tck.fault.MemoryStorage;

/**
 * A closed log of three segments, with bytes changed, files cut, gone, swapped or doubled as the input says, and at last sums
 * put right or not.
 */
final class DirectoryTarget implements FuzzTarget.Body {

    static final int AS_OWNER = 4;
    static final int AS_IT_COMES = 8;

    private static final int FILE_BYTES = 6 << 10;
    private static final int MOST_EDITS = 16;
    private static final RecoveryMode[] MODES = RecoveryMode.values();

    private static final Map<String, byte[]> LOG = log();

    @Override
    public void accept(FuzzInput input) {
        Map<String, byte[]> edited = new TreeMap<>();
        LOG.forEach((name, bytes) -> edited.put(name, bytes.clone()));
        int how = input.next();
        for (int i = 0; i < MOST_EDITS && !input.isEmpty(); i++) {
            edit(edited, input);
        }
        RecoveryMode mode = MODES[(how & 3) % MODES.length];
        MemoryStorage storage = LogCheck.disk();
        List<LogBytes.Found> verified = new ArrayList<>();
        edited.forEach((name, bytes) -> {
            boolean segment = name.endsWith(".segment") && bytes.length >= LogBytes.HEADER;
            if (segment && (how & AS_IT_COMES) == 0) {
                LogBytes.putHeaderRight(bytes);
                LogBytes.putFramesRight(bytes);
            }
            if (segment) {
                verified.addAll(
                        mode == RecoveryMode.SALVAGE
                                ? LogBytes.readAnywhere(bytes)
                                : LogBytes.read(bytes, bytes.length));
            }
            LogCheck.put(storage, name, bytes);
        });
        new LogCheck(storage, mode, verified, false).run((how & AS_OWNER) != 0);
    }

    private static void edit(Map<String, byte[]> edited, FuzzInput input) {
        int what = input.next() % 8;
        List<String> names = List.copyOf(edited.keySet());
        if (names.isEmpty()) {
            return;
        }
        String name = names.get(input.next() % names.size());
        byte[] bytes = edited.getOrDefault(name, new byte[0]);
        int at = bytes.length == 0 ? 0 : input.nextShort() % bytes.length;
        switch (what) {
            case 0 -> edited.remove(name);
            case 1 -> edited.put(name, Arrays.copyOf(bytes, at));
            case 2 -> edited.put(segment(1 + input.next() % 5), bytes.clone());
            case 3 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + input.nextShort()), (byte) 0);
            default -> {
                for (int i = 0; i < what - 3 && at + i < bytes.length; i++) {
                    bytes[at + i] = (byte) input.next();
                }
            }
        }
    }

    private static String segment(int ordinal) {
        return "000000000" + ordinal + ".segment";
    }

    /** The log that is edited. */
    static Map<String, byte[]> log() {
        byte[] nextBytes = {0, FILE_BYTES >> 8, 0, 0, 0, 0, 0, 0};
        byte[] batch = {3, 1, 2, 'a', 'b', 65, 0, 2, 1, 'c'};
        LogBytes first = new LogBytes(FILE_BYTES, 1, 1, 0, 0)
                .add(LogBytes.SINGLE, 1, 1, text("first"))
                .add(LogBytes.BATCH, 0, 2, batch)
                .add(LogBytes.CONTINUED, 0, 5, nextBytes);
        LogBytes second = new LogBytes(FILE_BYTES, 2, 5, first.chain(), first.end())
                .add(LogBytes.SINGLE, 2, 5, new byte[700])
                .add(LogBytes.CONTINUED, 0, 6, nextBytes);
        LogBytes third = new LogBytes(FILE_BYTES, 3, 6, second.chain(), second.end())
                .add(LogBytes.SINGLE, 300, 6, text("last"))
                .add(LogBytes.SEAL, 0, 7, new byte[0]);
        Map<String, byte[]> files = new TreeMap<>();
        files.put(WalMarker.FILE, LogBytes.marker());
        files.put(segment(1), first.bytes());
        files.put(segment(2), second.bytes());
        files.put(segment(3), third.bytes());
        return files;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
