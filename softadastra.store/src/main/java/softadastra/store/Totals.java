package softadastra.store;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the newest versions come to: counted by the one who writes, and noted in each {@link Change} for those who read. */
final class Totals {

    /** An origin that this store's operations have, from a sequence on, and the one before. */
    private record Own(Origin origin, long since, @Nullable Own before) {}

    private final long logEpoch;
    private volatile Own own;
    private long entries;
    private long bytes;
    private long remote;
    private long ownCounter;
    private long written;

    /** Whether there was ever a version with more to it than one operation; set before any reader sees that. */
    private volatile boolean frontiers;

    /** Whether operations may ever have been left out; set before any reader sees that. */
    private volatile boolean leftOut;

    Totals(Origin self) {
        this.logEpoch = self.epoch();
        this.own = new Own(self, 0, null);
    }

    /** The origin of the operations that this store logs: its node, in its current epoch. */
    Origin self() {
        return own.origin;
    }

    /** What {@link #self} was at a sequence. */
    Origin selfAt(long sequence) {
        Own at = own;
        for (Own before = at.before; before != null && at.since > sequence; before = at.before) {
            at = before;
        }
        return at.origin;
    }

    /** Goes on in another epoch from a sequence on; false if that is another log's. */
    boolean renew(Renewal renewal, long sequence, OriginCounters counters, long visible) {
        if (renewal.logEpoch() != logEpoch) {
            return false;
        }
        Origin before = self();
        Origin renewed = new Origin(before.node(), renewal.epoch());
        long kept = Math.min(ownCounter, renewal.kept());
        if (ownCounter > 0 && visible < sequence) {
            counters.note(sequence, Map.of(before, kept), visible);
        } else if (ownCounter > 0) {
            counters.note(before, kept);
        }
        own = new Own(renewed, sequence, own);
        ownCounter = counters.newest(renewed);
        return true;
    }

    /** The epoch of operations, where that is not the log's. */
    Optional<Renewal> renewalAt(long sequence) {
        long epoch = selfAt(sequence).epoch();
        return epoch == logEpoch ? Optional.empty() : Optional.of(new Renewal(logEpoch, epoch, 0));
    }

    /** How many entries there are. */
    long entries() {
        return entries;
    }

    /** The bytes of their keys and values. */
    long bytes() {
        return bytes;
    }

    boolean hasFrontiers() {
        return frontiers;
    }

    boolean hasLeftOut() {
        return leftOut;
    }

    /** Notes that operations may be left out from here on. */
    void leaveOut() {
        leftOut = true;
    }

    /** The last counter that was given to an operation of this store. */
    long ownCounter() {
        return ownCounter;
    }

    /** Notes the counter of an operation of this store. */
    void ownCounter(long counter) {
        ownCounter = counter;
    }

    /** Begins with what a checkpoint has counted. */
    void begin(CheckpointHead head) {
        entries = head.entries();
        bytes = head.bytes();
        remote = head.remote();
        frontiers = head.keepsFrontiers();
        leftOut = head.leavesOut();
    }

    /** Adds to the counts. */
    void correct(long moreEntries, long moreBytes, long moreRemote) {
        entries += moreEntries;
        bytes += moreBytes;
        remote += moreRemote;
    }

    /** Counts that a key's newest version is another one. */
    void count(byte[] key, @Nullable Stored before, Stored after) {
        if (before != null && before.value != null) {
            correct(-1, -(long) key.length - before.value.length, isLocal(before.origin) ? 0 : -1);
        }
        if (after instanceof Frontier) {
            frontiers = true;
        }
        if (after.value != null) {
            correct(1, (long) key.length + after.value.length, isLocal(after.origin) ? 0 : 1);
        }
    }

    /** Whether operations of an origin were written by this node, now or in an earlier epoch. */
    boolean isLocal(Origin origin) {
        return origin.node().equals(self().node());
    }

    /** The change that a version makes, which is counted already. */
    Change change(Slot slot, Stored stored, @Nullable Stored before) {
        written += slot.key.length + (stored.value == null ? 0L : stored.value.length);
        boolean shows = !(stored instanceof Frontier) || !stored.showsTheSame(before);
        return new Change(
                slot, stored, Stored.live(before) == null, shows, entries, bytes, remote, ownCounter, written);
    }

    /** A change of no entry, at a sequence: it says what is counted. */
    Change recount(long sequence) {
        Stored none = new Stored(null, 0, 0, self(), 0);
        none.sequence = sequence;
        return new Change(new Slot(new byte[0], none), none, false, false, entries, bytes, remote, ownCounter, written);
    }
}
