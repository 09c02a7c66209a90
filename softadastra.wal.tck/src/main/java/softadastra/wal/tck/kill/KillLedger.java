package softadastra.wal.tck.kill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.tck.kill.KillGroups.Place;

/** What killed processes had acknowledged, and what their log was found to have. */
final class KillLedger {

    private final KillGroups groups;

    /** The last sequence of every group that was acknowledged, by thread and group. */
    private final List<TreeMap<Long, Long>> acknowledged = new ArrayList<>();

    /** How many groups of each thread the log has. */
    private final long[] found;

    KillLedger(KillGroups groups, int threads) {
        this.groups = groups;
        this.found = new long[threads];
        for (int thread = 0; thread < threads; thread++) {
            acknowledged.add(new TreeMap<>());
        }
    }

    /** The group that each thread is to go on with, as arguments of the process. */
    List<String> firstGroups() {
        return Arrays.stream(found).mapToObj(Long::toString).toList();
    }

    /** How many groups were acknowledged. */
    long acknowledged() {
        return acknowledged.stream().mapToLong(TreeMap::size).sum();
    }

    void acknowledge(String line) {
        String[] parts = line.split(" ", -1);
        if (parts.length != 3) {
            throw new AssertionError("not an acknowledgement: " + line);
        }
        acknowledged.get(Integer.parseInt(parts[0])).put(Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }

    /** The same but for what is proven by now. */
    static void assertSame(List<WalRecord> seen, List<WalRecord> recovered, String name) {
        require(
                seen.size() == recovered.size(),
                name + ": a reader saw " + seen.size() + " records, and recovery left " + recovered.size());
        for (int i = 0; i < seen.size(); i++) {
            WalRecord one = seen.get(i);
            WalRecord other = recovered.get(i);
            WalRecord same =
                    new WalRecord(one.sequence(), one.typeCode(), other.status(), one.timestamp(), one.payload());
            require(same.equals(other), name + ": a reader saw " + one + ", and recovery left " + other);
        }
    }

    /** Checks all records of the log. */
    void check(List<WalRecord> records, String name) {
        long[] next = new long[found.length];
        Place open = new Place(0, 0, 0, 1);
        for (int i = 0; i < records.size(); i++) {
            WalRecord record = records.get(i);
            open = check(record, i + 1, open, next, name);
        }
        require(open.isLast(), name + ": the last batch is cut short");
        for (int thread = 0; thread < found.length; thread++) {
            // Each thread waits for one group before it sends the next, so one may be there that nobody was told of.
            long sure = Math.max(found[thread], lastAcknowledged(thread) + 1);
            long there = next[thread];
            require(
                    there == sure || there == sure + 1,
                    name + ": " + there + " groups of thread " + thread + ", told of " + sure);
            found[thread] = there;
        }
    }

    private Place check(WalRecord record, long sequence, Place before, long[] next, String name) {
        Place place = Place.of(record.payload());
        Place expected = before.isLast()
                ? new Place(place.thread(), next[place.thread()], 0, groups.size(place.thread(), place.group()))
                : before.next();
        boolean asSent = place.equals(expected)
                && record.sequence() == sequence
                && record.typeCode() == KillGroups.typeCode(place.thread())
                && Arrays.equals(groups.payload(place.thread(), place.group(), place.index()), record.payload());
        require(asSent, name + ": at sequence " + sequence + " is " + place + ", and " + expected + " was sent");
        if (place.isLast()) {
            Long told = acknowledged.get(place.thread()).get(place.group());
            require(
                    told == null || told == record.sequence(),
                    name + ": " + place + " was acknowledged at " + told + " and is at " + record.sequence());
            next[place.thread()]++;
        }
        return place;
    }

    private long lastAcknowledged(int thread) {
        TreeMap<Long, Long> told = acknowledged.get(thread);
        return told.isEmpty() ? -1 : told.lastKey();
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
