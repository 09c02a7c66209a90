package softadastra.sync;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import softadastra.store.OperationId;
import softadastra.store.Origin;

/**
 * How far the operations of a node have come, at one moment: each one by itself, and how many there are of each status. Both follow from
 * the same ranges of counters, so they agree.
 *
 * <p>Of the members that have not acknowledged an operation, the one counts that it has come furthest on its way to. Who has it does not:
 * what one has and another one is not even being sent waits.
 *
 * <p>For one thread at a time.
 */
final class OutboxStatuses {

    /** Operations of an origin that follow on each other: behind a counter, up to another one. */
    private record Range(long behind, long through) {

        boolean has(long counter) {
            return behind < counter && counter <= through;
        }
    }

    /** The operations of one origin: so many were written, of which all members hold so many. */
    private static final class Way {
        private final long written;
        private final long acknowledged;
        private final List<Range> sent = new ArrayList<>();
        private final List<Range> takenUp = new ArrayList<>();

        private Way(long written, long acknowledged) {
            this.written = written;
            this.acknowledged = Math.min(written, acknowledged);
        }

        private SyncStatus of(long counter) {
            if (counter <= acknowledged) {
                return SyncStatus.ACKNOWLEDGED;
            }
            if (sent.stream().anyMatch(range -> range.has(counter))) {
                return SyncStatus.IN_FLIGHT;
            }
            return takenUp.stream().anyMatch(range -> range.has(counter)) ? SyncStatus.QUEUED : SyncStatus.PENDING;
        }

        private void add(List<Range> to, long behind, long through) {
            long last = Math.min(through, written);
            if (behind < last) {
                to.add(new Range(behind, last));
            }
        }

        /** How many operations are in any of some ranges, all of which are behind what is acknowledged. */
        private long count(List<Range> first, List<Range> more) {
            List<Range> all = new ArrayList<>(first);
            all.addAll(more);
            all.sort(Comparator.comparingLong(Range::behind));
            long count = 0;
            long through = acknowledged;
            for (Range range : all) {
                count += Math.max(0, range.through() - Math.max(through, range.behind()));
                through = Math.max(through, range.through());
            }
            return count;
        }
    }

    private final Map<Origin, Way> ways = new TreeMap<>();
    private final Origin self;
    private final Members members;
    private final Set<OperationId> failed;

    /**
     * Of operations that nothing is known of yet.
     *
     * @param self the origin of what is written now
     * @param members who takes part: what is beyond a fence does not count
     * @param failed those that somebody has rejected for good
     */
    OutboxStatuses(Origin self, Members members, Set<OperationId> failed) {
        this.self = self;
        this.members = members;
        this.failed = Set.copyOf(failed);
    }

    /** Adds an origin: how many operations were written, and how many of these all members hold. */
    void add(Origin origin, long written, long acknowledged) {
        ways.put(origin, new Way(written, acknowledged));
    }

    /**
     * Adds what is on its way to a member.
     *
     * @param acknowledged what it holds
     * @param sent the last operation of each origin that was sent to it and not acknowledged
     * @param takenUp the last one of each that is to be sent to it next
     */
    void add(Vector acknowledged, Map<Origin, Long> sent, Map<Origin, Long> takenUp) {
        ways.forEach((origin, way) -> {
            long held = acknowledged.counter(origin);
            long flying = sent.getOrDefault(origin, 0L);
            way.add(way.sent, held, flying);
            way.add(way.takenUp, Math.max(held, flying), takenUp.getOrDefault(origin, 0L));
        });
    }

    /**
     * Whether an operation counts: not if it is beyond a fence; nor, of an epoch that has ended, what others may know other operations by
     * the names of, and is written again.
     */
    boolean has(OperationId id) {
        Way way = ways.get(id.origin());
        boolean isOver = !id.origin().equals(self) && (way == null || id.counter() > way.written);
        return !isOver && !members.refuses(id);
    }

    /** How far an operation has come; one that was written since is pending. */
    SyncStatus of(OperationId id) {
        if (failed.contains(id)) {
            return SyncStatus.FAILED;
        }
        Way way = ways.get(id.origin());
        return way == null ? SyncStatus.PENDING : way.of(id.counter());
    }

    /** How many there are of each status. */
    SyncState state(long retries) {
        long written = 0;
        long acknowledged = 0;
        long flying = 0;
        long queued = 0;
        for (Way way : ways.values()) {
            long sent = way.count(way.sent, List.of());
            written += way.written;
            acknowledged += way.acknowledged;
            flying += sent;
            queued += way.count(way.sent, way.takenUp) - sent;
        }
        for (OperationId id : failed) {
            SyncStatus otherwise = Objects.requireNonNull(ways.get(id.origin()), "failed, and not written")
                    .of(id.counter());
            acknowledged -= otherwise == SyncStatus.ACKNOWLEDGED ? 1 : 0;
            flying -= otherwise == SyncStatus.IN_FLIGHT ? 1 : 0;
            queued -= otherwise == SyncStatus.QUEUED ? 1 : 0;
        }
        long waiting = written - acknowledged - failed.size();
        return new SyncState(
                waiting + failed.size(),
                queued,
                flying,
                acknowledged,
                failed.size(),
                waiting - flying - queued,
                retries);
    }
}
