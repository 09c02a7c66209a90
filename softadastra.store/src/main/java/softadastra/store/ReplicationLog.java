package softadastra.store;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordVisitor;

/** What a store's log and its versions have for {@link Replication}. */
final class ReplicationLog {

    private final WalLog log;
    private final Versions versions;

    ReplicationLog(WalLog log, Versions versions) {
        this.log = log;
        this.versions = versions;
    }

    boolean remembersRemovals() {
        return versions.graves().keeping();
    }

    boolean leavesOut() {
        return versions.totals().hasLeftOut();
    }

    void addSignal(Runnable signal) {
        versions.watchers().addSignal(signal);
    }

    void removeSignal(Runnable signal) {
        versions.watchers().removeSignal(signal);
    }

    /** From where on the log has every operation. */
    LogStart start() {
        LogStart raised = versions.raised();
        WalCheckpoint checkpoint = log.checkpoint().orElse(null);
        LogStart start = checkpoint == null || checkpoint.endSequence() < raised.sequence()
                ? raised
                : behind(checkpoint, raised);
        // A log in memory lets go what nobody has pinned, and does not say what was held there.
        return log.firstSequence() > start.sequence() ? versions.here() : start;
    }

    private static LogStart behind(WalCheckpoint checkpoint, LogStart raised) {
        try (Base base = Base.open(checkpoint)) {
            CheckpointHead head = base.head();
            LogStart behind = new LogStart(head.sequence() + 1, CausalContext.ofHeld(head.counters()));
            return behind.sequence() < raised.sequence() ? raised : behind;
        }
    }

    /** The end of what is visible, and what is held there. */
    LogStart here() {
        return versions.here();
    }

    /** Hands over the notes. */
    long notes(NoteVisitor visitor) {
        long[] count = new long[1];
        WalRecordVisitor each = (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
            if (Replication.isNote(typeCode)) {
                count[0]++;
                visitor.visit(sequence, typeCode, Arrays.copyOfRange(buffer, offset, offset + length));
            }
            return true;
        };
        long behind = 0;
        WalCheckpoint checkpoint = log.checkpoint().orElse(null);
        if (checkpoint != null) {
            try (Base base = Base.open(checkpoint)) {
                base.carried(each);
                behind = base.head().sequence();
            }
        }
        long unused = log.read(Math.max(behind + 1, log.firstSequence()), each);
        return count[0];
    }

    /** What stands under a key. */
    List<Standing> standing(Key key) {
        Slot slot = versions.slot(key.bytes());
        if (slot == null && versions.unloaded() != null) {
            Slot next = new MergedWalk(versions, key.bytes()).next();
            slot = next != null && Arrays.equals(next.key, key.bytes()) ? next : null;
        }
        Stored stored = slot == null ? null : versions.visibleStanding(slot);
        return stored == null ? List.of() : Standing.of(key, stored);
    }

    /** Hands over what stands under the keys behind one. */
    long standing(Optional<Key> behind, Predicate<Standing> visitor) {
        byte[] from = behind.map(Key::bytes).orElse(new byte[0]);
        MergedWalk slots = new MergedWalk(versions, from);
        long count = 0;
        for (Slot slot = slots.next(); slot != null; slot = slots.next()) {
            Stored stored = versions.visibleStanding(slot);
            if (stored == null || (behind.isPresent() && Arrays.equals(slot.key, from))) {
                continue;
            }
            for (Standing standing : Standing.of(Key.wrap(slot.key), stored)) {
                count++;
                if (!visitor.test(standing)) {
                    return count;
                }
            }
        }
        return count;
    }
}
