package softadastra.sync;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;
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
        long written = snapshot.localOperations();
        SortedMap<Origin, Vector> marks = notes.acks().all();
        List<Vector> members = notes.members().current().stream()
                .filter(member -> !isOwn(member))
                .map(member -> marks.getOrDefault(member, new Vector()))
                .toList();
        if (members.isEmpty()) {
            return SyncState.withoutPeers(written);
        }
        TreeSet<Origin> own = new TreeSet<>();
        members.forEach(
                held -> held.counters().keySet().stream().filter(this::isOwn).forEach(own::add));
        long held = own.stream().mapToLong(origin -> least(members, origin)).sum();
        long failed = 0;
        long failedAndHeld = 0;
        for (OperationId id : notes.rejections().failed()) {
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
