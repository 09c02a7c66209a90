package softadastra.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.store.LogStart;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.StoreEngine;

/**
 * What a node knows of another one: what that holds, what is on its way there, and when to send again. What is on its way is
 * bounded; it is known in memory only, and after a restart sent again.
 */
final class Peer {

    static final int WINDOW_OPERATIONS = 256;
    static final int WINDOW_BYTES = 2 << 20;

    /** A message is ended by the operation that makes it this long. */
    private static final int MESSAGE_BYTES = 256 << 10;

    private static final int OPERATION_OVERHEAD = 64;
    private static final long FIRST_RETRY_NANOS = 200_000_000L;
    private static final long LAST_RETRY_NANOS = 60_000_000_000L;

    private final NodeId node;
    private final Vector acknowledged = new Vector();
    private final ArrayDeque<Sent> inFlight = new ArrayDeque<>();
    private LogCursor cursor;

    /** Where the oldest operation in flight is. */
    private LogCursor mark;

    private int bytesInFlight;
    private int attempt;
    private int snapshots;
    private long snapshotAt;
    private long retryAt;
    private long retries;
    private @Nullable Origin origin;
    private Collector.@Nullable Cut cut;

    /** Whether there is something to tell that it may not know. */
    private boolean owed = true;

    private record Sent(OperationId id, int bytes) {}

    Peer(NodeId node, LogCursor start) {
        this.node = node;
        this.cursor = start;
        this.mark = start.copy();
    }

    NodeId node() {
        return node;
    }

    /** What it holds, as far as is known. */
    Vector acknowledged() {
        return acknowledged;
    }

    /** The last cut of it, null while nothing was heard of it. */
    Collector.@Nullable Cut cut() {
        return cut;
    }

    int inFlight() {
        return inFlight.size();
    }

    int bytesInFlight() {
        return bytesInFlight;
    }

    /** How many operations were sent again. */
    long retries() {
        return retries;
    }

    /** Goes on from another place of the log: what is in flight is forgotten. */
    void restart(LogStart start) {
        inFlight.clear();
        bytesInFlight = 0;
        cursor = new LogCursor(start);
        mark = cursor.copy();
    }

    /** Whether it lacks what was before the log can be read operation by operation. */
    boolean isBehind(Vector start) {
        return !acknowledged.includes(start);
    }

    /** Whether it is time to send it a snapshot, which takes a while. */
    boolean isSnapshotDue(long now, RandomGenerator random) {
        if (origin == null || (snapshots > 0 && now - snapshotAt < 0)) {
            return false;
        }
        snapshotAt = now + backoff(snapshots, random);
        retries += snapshots > 0 ? 1 : 0;
        snapshots++;
        return true;
    }

    void owe() {
        owed = true;
    }

    boolean isOwed() {
        return owed;
    }

    /** Takes note of a message of it. */
    void heard(SyncMessage message) {
        if (!message.from().equals(origin)) {
            origin = message.from();
            cut = null;
        }
        Collector.Cut before = cut;
        // Messages come in any order: an older cut is as true, but says less.
        if (before == null || message.held().includes(before.held())) {
            cut = new Collector.Cut(message.held(), message.promise());
        }
        boolean unused = acknowledged.merge(message.held());
        while (!inFlight.isEmpty() && acknowledged.includes(inFlight.peek().id())) {
            bytesInFlight -= inFlight.remove().bytes();
        }
        if (inFlight.isEmpty()) {
            mark = cursor.copy();
        }
        attempt = 0;
    }

    /** Sends again what was not acknowledged in time. */
    void expire(long now, RandomGenerator random) {
        if (!inFlight.isEmpty() && now - retryAt >= 0) {
            retries += inFlight.size();
            inFlight.clear();
            bytesInFlight = 0;
            cursor = mark.copy();
            attempt++;
            owed = true;
            schedule(now, random);
        }
    }

    private void schedule(long now, RandomGenerator random) {
        retryAt = now + backoff(attempt, random);
    }

    private static long backoff(int attempt, RandomGenerator random) {
        long most = Math.min(LAST_RETRY_NANOS, FIRST_RETRY_NANOS << Math.min(attempt, 20));
        return FIRST_RETRY_NANOS / 4 + random.nextLong(most);
    }

    /** The next operations for it, as far as the window has room and the log is durable; empty if there are none. */
    List<OperationRecord> next(StoreEngine store, long durable, long now, RandomGenerator random) {
        snapshots = 0;
        List<OperationRecord> operations = new ArrayList<>();
        if (inFlight.isEmpty()) {
            mark = cursor.copy();
        }
        boolean wasIdle = inFlight.isEmpty();
        int[] bytes = new int[1];
        cursor.advance(store, durable, operation -> {
            if (acknowledged.includes(operation.id())) {
                return true;
            }
            int size = size(operation.operation());
            // One that is larger than the window goes alone.
            boolean fits =
                    inFlight.isEmpty() || (inFlight.size() < WINDOW_OPERATIONS && bytesInFlight + size <= WINDOW_BYTES);
            if (!fits || (bytes[0] > 0 && bytes[0] + size > MESSAGE_BYTES)) {
                return false;
            }
            bytes[0] += size;
            bytesInFlight += size;
            inFlight.add(new Sent(operation.id(), size));
            operations.add(operation);
            return true;
        });
        if (wasIdle && !operations.isEmpty()) {
            schedule(now, random);
        }
        return operations;
    }

    /** A message went out that says all there was to tell. */
    void told() {
        owed = false;
    }

    private static int size(Operation operation) {
        return OPERATION_OVERHEAD
                + operation.key().length()
                + operation.value().map(value -> value.length()).orElse(0);
    }
}
