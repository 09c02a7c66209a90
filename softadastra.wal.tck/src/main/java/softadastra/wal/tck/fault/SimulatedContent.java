package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The content of one file: as processes see it, as the disk surely has it, and all that may be on the disk instead.
 *
 * <p>Each write makes new versions of the sectors it touches. Until a force, the disk may have any of the versions of any
 * sector, whatever it has of the others, and any of the lengths the file has had. A sector that was being written when the
 * power failed may be torn: the new bytes up to some point inside what the write changed, the old ones from there on.
 *
 * <p>Cutting a file is a write of zeros and of a length, each of which may be lost.
 */
final class SimulatedContent {

    // One in so many sectors that have reached the disk is torn.
    private static final int TEAR_ODDS = 6;

    private final Sectors seen;
    private final Sectors durable;
    private final SortedMap<Integer, List<byte[]>> unforced = new TreeMap<>();
    private final SortedMap<Integer, List<byte[]>> dropped = new TreeMap<>();
    private final List<Long> lengths = new ArrayList<>();

    SimulatedContent() {
        this(new Sectors(), new Sectors());
    }

    private SimulatedContent(Sectors seen, Sectors durable) {
        this.seen = seen;
        this.durable = durable;
    }

    SimulatedContent copy() {
        SimulatedContent copy = new SimulatedContent(seen.copy(), durable.copy());
        unforced.forEach((index, versions) -> copy.unforced.put(index, new ArrayList<>(versions)));
        dropped.forEach((index, versions) -> copy.dropped.put(index, new ArrayList<>(versions)));
        copy.lengths.addAll(lengths);
        return copy;
    }

    Sectors seen() {
        return seen;
    }

    void write(long position, byte[] source) {
        int done = 0;
        while (done < source.length) {
            long at = position + done;
            int index = (int) (at / Sectors.SIZE);
            int within = (int) (at % Sectors.SIZE);
            int part = Math.min(source.length - done, Sectors.SIZE - within);
            version(index, Sectors.overlaid(seen.sector(index), within, source, done, part));
            done += part;
        }
        length(Math.max(seen.length(), position + source.length));
    }

    void truncate(long length) {
        if (length >= seen.length()) {
            return;
        }
        int index = (int) (length / Sectors.SIZE);
        int within = (int) (length % Sectors.SIZE);
        version(index, Sectors.overlaid(seen.sector(index), within, Sectors.ZEROS, 0, Sectors.SIZE - within));
        for (int behind = index + 1; behind < seen.count(); behind++) {
            version(behind, Sectors.ZEROS);
        }
        length(length);
    }

    private void version(int index, byte[] sector) {
        // The same object only where both are zeros: nothing changes then, as long as no other version is open.
        if (sector == seen.sector(index) && !unforced.containsKey(index)) {
            return;
        }
        seen.replace(index, sector);
        unforced.computeIfAbsent(index, key -> new ArrayList<>()).add(sector);
    }

    private void length(long length) {
        if (length != seen.length()) {
            seen.setLength(length);
            lengths.add(length);
        }
    }

    /** Everything written so far is on the disk. */
    void force() {
        for (int index : unforced.keySet()) {
            durable.replace(index, seen.sector(index));
            dropped.remove(index);
        }
        unforced.clear();
        durable.setLength(seen.length());
        lengths.clear();
    }

    /**
     * The force failed, and the kernel has marked the pages clean: a later force will not write them again, unless they are
     * written to again. They may have reached the disk or not; processes go on seeing them.
     */
    void failedForce() {
        unforced.forEach((index, versions) ->
                dropped.computeIfAbsent(index, key -> new ArrayList<>()).addAll(versions));
        unforced.clear();
    }

    /** What a crash leaves, as the content of a file to which nothing is open. */
    SimulatedContent crash(CrashChoice choice) {
        Sectors left = durable.copy();
        if (!isOpen()) {
            return new SimulatedContent(left, left.copy());
        }
        if (!lengths.isEmpty()) {
            int picked = choice.choose(lengths.size() + 1);
            left.setLength(picked == 0 ? durable.length() : lengths.get(picked - 1));
        }
        allVersions()
                .forEach((index, versions) -> left.replace(index, picked(durable.sector(index), versions, choice)));
        wipeBehind(left);
        return new SimulatedContent(left, left.copy());
    }

    /** All that may be on the disk instead of what surely is, by sector. */
    private SortedMap<Integer, List<byte[]>> allVersions() {
        if (dropped.isEmpty()) {
            return unforced;
        }
        SortedMap<Integer, List<byte[]>> open = new TreeMap<>(dropped);
        unforced.forEach((index, versions) -> open.merge(index, versions, SimulatedContent::concatenated));
        return open;
    }

    private static List<byte[]> concatenated(List<byte[]> older, List<byte[]> newer) {
        List<byte[]> all = new ArrayList<>(older);
        all.addAll(newer);
        return all;
    }

    private static byte[] picked(byte[] old, List<byte[]> versions, CrashChoice choice) {
        int picked = choice.choose(versions.size() + 1);
        if (picked == 0) {
            return old;
        }
        byte[] after = versions.get(picked - 1);
        byte[] before = picked == 1 ? old : versions.get(picked - 2);
        int first = firstDifference(before, after);
        int last = lastDifference(before, after);
        // Whole is the newest alternative, so that "everything written" never tears.
        if (last <= first || choice.choose(TEAR_ODDS) != 0) {
            return after;
        }
        int cut = first + 1 + (last - first == 1 ? 0 : choice.choose(last - first));
        return Sectors.overlaid(before, 0, after, 0, cut);
    }

    private static int firstDifference(byte[] a, byte[] b) {
        int at = 0;
        while (at < Sectors.SIZE && a[at] == b[at]) {
            at++;
        }
        return at;
    }

    private static int lastDifference(byte[] a, byte[] b) {
        int at = Sectors.SIZE - 1;
        while (at >= 0 && a[at] == b[at]) {
            at--;
        }
        return at;
    }

    /** What lies beyond the length reads as zeros, should the file grow again. */
    private static void wipeBehind(Sectors left) {
        int index = (int) (left.length() / Sectors.SIZE);
        int within = (int) (left.length() % Sectors.SIZE);
        if (index < left.count()) {
            left.replace(index, Sectors.overlaid(left.sector(index), within, Sectors.ZEROS, 0, Sectors.SIZE - within));
        }
        for (int behind = index + 1; behind < left.count(); behind++) {
            left.replace(behind, Sectors.ZEROS);
        }
    }

    /** Whether the disk may have something else than what is seen. */
    boolean isOpen() {
        return !unforced.isEmpty() || !dropped.isEmpty() || !lengths.isEmpty();
    }
}
