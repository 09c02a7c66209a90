package softadastra.sync;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Snapshot;
import softadastra.store.SnapshotBuilderStore;
import softadastra.wal.spi.WalConfig;

/**
 * What a log says of sync, for those who only read it: entries and outbox as its owner would find them on opening it now. Nothing is
 * created, locked or changed.
 *
 * <p>Acknowledgements are noted about once a second, and so it may say that something is yet to reach others which its owner knows
 * has arrived. Immutable; to be closed.
 */
public final class SyncLog implements AutoCloseable {

    private final Snapshot snapshot;
    private final NoteState notes;

    private SyncLog(Snapshot snapshot, NoteState notes) {
        this.snapshot = snapshot;
        this.notes = notes;
    }

    /**
     * Reads a log. Blocks while it reads, and takes as much memory as a store with the same entries.
     *
     * @param log the log
     * @return what it says, or an error as of {@link SnapshotBuilderStore#build(WalConfig)}
     */
    @CheckReturnValue
    public static Result<SyncLog> read(WalConfig log) {
        NoteState notes = new NoteState();
        return SnapshotBuilderStore.build(log, notes).map(snapshot -> new SyncLog(snapshot, notes));
    }

    /**
     * The entries; closed with this.
     *
     * @return the snapshot
     */
    public Snapshot snapshot() {
        return snapshot;
    }

    /**
     * How much of what was written is yet to reach others. Nothing of it is in flight.
     *
     * @return the state, or UNSUPPORTED_VERSION if a newer release has noted what this one cannot read
     */
    @CheckReturnValue
    public Result<SyncState> state() {
        return notes.requireReadable().map(readable -> stateNow());
    }

    private SyncState stateNow() {
        // What a fence refuses is nobody's to have.
        Map<Origin, Long> counts =
                new TreeMap<>(notes.members().clamp(snapshot.context()).counters());
        counts.keySet().removeIf(origin -> !isOwn(origin));
        long written = counts.values().stream().mapToLong(Long::longValue).sum();
        SortedMap<Origin, Vector> marks = notes.acks().all();
        List<Vector> members = notes.members().current().stream()
                .filter(member -> !isOwn(member))
                .map(member -> marks.getOrDefault(member, new Vector()))
                .toList();
        if (members.isEmpty()) {
            // What those held who take part no more.
            long retired = counts.keySet().stream()
                    .mapToLong(origin -> notes.acks().retired(snapshot.node(), origin))
                    .sum();
            return SyncState.withoutPeers(written - retired);
        }
        long held = counts.entrySet().stream()
                .mapToLong(each -> Math.min(least(members, each.getKey()), each.getValue()))
                .sum();
        long failed = 0;
        long failedAndHeld = 0;
        for (OperationId id : notes.rejections().failed()) {
            if (notes.members().refuses(id)) {
                continue;
            }
            failed++;
            failedAndHeld += least(members, id.origin()) >= id.counter() ? 1 : 0;
        }
        long acknowledged = held - failedAndHeld;
        long waiting = written - acknowledged - failed;
        return new SyncState(waiting + failed, 0, 0, acknowledged, failed, waiting, 0);
    }

    private static long least(List<Vector> members, Origin origin) {
        return members.stream().mapToLong(held -> held.counter(origin)).min().orElse(0);
    }

    private boolean isOwn(Origin origin) {
        return origin.node().equals(snapshot.node());
    }

    @Override
    public void close() {
        snapshot.close();
    }
}
