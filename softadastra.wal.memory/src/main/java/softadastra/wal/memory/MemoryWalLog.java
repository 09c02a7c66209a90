package softadastra.wal.memory;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.HybridClock;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFollow;
import softadastra.wal.spi.WalHistory;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalLatency;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;

/**
 * A log in memory. What is submitted is as durable as it will ever be, at once: nothing here waits.
 *
 * <p>Records lie in {@link Chunk}s, {@value Chunk#HEADER} bytes each beside their payload. Appending takes one short lock and
 * copies; reading takes it once, to learn where to start and where to end, and then runs beside appends.
 *
 * <p><b>History.</b> With {@link WalHistory#FULL} everything is kept until the log is closed. With {@link WalHistory#PINNED}
 * the log lets go of its oldest chunks as it begins a new one, as long as {@value #PINNED_BYTES} bytes are left: room for
 * whoever follows closely. Chunks below a checkpoint go in either case. What is pinned stays. A read that is under way keeps what it has yet to read, and goes on to its end. A read that starts
 * below what is left is answered HISTORY_GONE.
 */
final class MemoryWalLog implements WalLog {

    static final int PINNED_BYTES = 64 << 10;

    private static final int FIRST_CHUNK = 4 << 10;
    private static final int LARGEST_CHUNK = 1 << 20;

    private final WalIdentity identity;
    private final WalRecovery recovery;
    private final HybridClock clock;
    private final boolean keepsAll;

    private final Object lock = new Object();
    private final List<Chunk> chunks = new ArrayList<>();
    private @Nullable Chunk tail;
    private long lastSequence;
    private long lastTimestamp;
    private long bytes;
    private long batches;
    private long largestBatch;
    private final MemoryPins pins = new MemoryPins(lock, this::letGo);
    private @Nullable MemoryCheckpoint checkpoint;
    private boolean checkpointing;
    private boolean closed;

    MemoryWalLog(WalConfig config, Optional<NodeId> node) {
        SecureRandom random = new SecureRandom();
        this.identity = new WalIdentity(
                UUID.randomUUID(), node.orElseGet(() -> NodeId.random(random)), node.isEmpty(), random.nextLong());
        this.recovery = new WalRecovery(config.recovery(), true, true, 1, 0, 0, 0, 0, List.of(), Duration.ZERO);
        this.clock = new HybridClock(config.clock());
        this.keepsAll = config.history() == WalHistory.FULL;
    }

    @Override
    public WalIdentity identity() {
        return identity;
    }

    @Override
    public WalRecovery recovery() {
        return recovery;
    }

    @Override
    public long submit(WalBatch batch) {
        if (batch.size() == 0) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "failed to append WAL record: the batch is empty");
        }
        long needed = Chunk.bytesFor(batch);
        // The second bound is that of an array: a batch of very many empty records takes room too.
        if (batch.bytes() > WalBatch.MAX_BYTES || needed > Integer.MAX_VALUE - 8) {
            throw new SoftadastraException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "failed to append WAL record: " + batch.size() + " records of " + batch.bytes()
                            + " bytes in one batch are more than the largest of " + WalBatch.MAX_BYTES + " bytes");
        }
        synchronized (lock) {
            requireOpen("append WAL record");
            // Memory first: should there be none, nothing has changed yet.
            Chunk chunk = chunkFor((int) needed);
            chunk.append(batch, stamp(batch));
            lastSequence += batch.size();
            batches++;
            largestBatch = Math.max(largestBatch, batch.size());
            lock.notifyAll();
            return lastSequence;
        }
    }

    private long stamp(WalBatch batch) {
        long stamp = batch.timestamp();
        if (stamp == 0) {
            stamp = clock.nowPacked();
        } else {
            clock.atLeast(HybridTimestamp.ofPacked(stamp));
        }
        if (HybridTimestamp.comparePacked(stamp, lastTimestamp) > 0) {
            lastTimestamp = stamp;
        }
        return stamp;
    }

    private Chunk chunkFor(int needed) {
        Chunk current = tail;
        if (current != null && current.free() >= needed) {
            return current;
        }
        int largest = keepsAll ? LARGEST_CHUNK : PINNED_BYTES / 2;
        int before = current == null ? 0 : current.capacity();
        int usual = before >= largest ? largest : Math.min(largest, Math.max(FIRST_CHUNK, before * 2));
        Chunk chunk = new Chunk(lastSequence + 1, Math.max(usual, needed));
        letGo();
        chunks.add(chunk);
        if (current != null) {
            current.linkTo(chunk);
        }
        tail = chunk;
        bytes += chunk.capacity();
        return chunk;
    }

    /** Lets go the oldest chunks that nothing holds: no pin, and neither the configuration nor the lack of a checkpoint. */
    private void letGo() {
        MemoryCheckpoint inForce = checkpoint;
        long superfluous = Math.min(inForce == null ? 1 : inForce.beginSequence(), pins.lowest());
        while (!chunks.isEmpty()) {
            int length = chunks.get(0).capacity();
            long next = chunks.size() > 1 ? chunks.get(1).firstSequence() : lastSequence + 1;
            boolean unwanted = !keepsAll && bytes - length >= PINNED_BYTES && next <= pins.lowest();
            // The last chunk stays, since appends go on in it.
            if (chunks.size() == 1 || !(unwanted || next <= superfluous)) {
                return;
            }
            bytes -= length;
            chunks.remove(0);
        }
    }

    @Override
    public void awaitDurable(long sequence) {
        synchronized (lock) {
            if (sequence > lastSequence) {
                requireOpen("flush WAL");
                throw new SoftadastraException(
                        ErrorCode.INVALID_ARGUMENT,
                        "failed to flush WAL: sequence " + sequence + " was not appended yet; the last is "
                                + lastSequence);
            }
        }
    }

    @Override
    public void flush() {
        synchronized (lock) {
            requireOpen("flush WAL");
        }
    }

    @Override
    public long firstSequence() {
        synchronized (lock) {
            return first();
        }
    }

    private long first() {
        return chunks.isEmpty() ? lastSequence + 1 : chunks.get(0).firstSequence();
    }

    @Override
    public long lastSequence() {
        synchronized (lock) {
            return lastSequence;
        }
    }

    @Override
    public long durableSequence() {
        return lastSequence();
    }

    @Override
    public HybridTimestamp lastTimestamp() {
        synchronized (lock) {
            return HybridTimestamp.ofPacked(lastTimestamp);
        }
    }

    @Override
    public long read(long fromSequence, WalRecordVisitor visitor) {
        long from;
        long last;
        Chunk chunk;
        synchronized (lock) {
            requireOpen("read WAL");
            from = held(fromSequence);
            last = lastSequence;
            if (from > last) {
                return 0;
            }
            chunk = chunks.get(indexOf(from));
        }
        return read(chunk, from, last, visitor);
    }

    /** A sequence that is held: the one that was asked for, or the first for 0 or less. */
    private long held(long fromSequence) {
        long first = first();
        if (fromSequence > 0 && fromSequence < first) {
            throw new SoftadastraException(
                    ErrorCode.HISTORY_GONE,
                    "failed to read WAL from sequence " + fromSequence
                            + ": history is gone; the first sequence left is " + first);
        }
        return Math.max(first, fromSequence);
    }

    @Override
    public WalPin pin(long fromSequence) {
        return pinned(fromSequence);
    }

    private MemoryPins.Pin pinned(long fromSequence) {
        synchronized (lock) {
            requireOpen("pin WAL history");
            return pins.pin(held(fromSequence));
        }
    }

    @Override
    public WalFollow follow(long fromSequence) {
        return new MemoryFollow(this, pinned(fromSequence));
    }

    /** Waits until there is more than a sequence, or the log is closed, or the time is over; the last sequence. */
    long awaitBeyond(long sequence, long maxNanos, BooleanSupplier ended) throws InterruptedException {
        long start = System.nanoTime();
        synchronized (lock) {
            while (lastSequence <= sequence && !closed && !ended.getAsBoolean()) {
                long left = maxNanos - (System.nanoTime() - start);
                if (left <= 0) {
                    break;
                }
                TimeUnit.NANOSECONDS.timedWait(lock, left);
            }
            return lastSequence;
        }
    }

    void wakeFollowers() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    @Override
    public Optional<WalCheckpoint> checkpoint() {
        synchronized (lock) {
            requireOpen("read WAL checkpoint");
            return Optional.ofNullable(checkpoint);
        }
    }

    boolean isInForce(MemoryCheckpoint candidate) {
        synchronized (lock) {
            return candidate.equals(checkpoint);
        }
    }

    @Override
    public WalCheckpointWriter beginCheckpoint() {
        synchronized (lock) {
            requireOpen("begin WAL checkpoint");
            if (checkpointing) {
                throw new SoftadastraException(
                        ErrorCode.INVALID_STATE, "failed to begin WAL checkpoint: another one is being written");
            }
            checkpointing = true;
            return new MemoryCheckpointWriter(this, lastSequence + 1);
        }
    }

    MemoryCheckpoint publish(long begin, long end, Blob blob) {
        synchronized (lock) {
            requireOpen("publish WAL checkpoint");
            if (end < begin - 1 || end > lastSequence) {
                throw new SoftadastraException(
                        ErrorCode.INVALID_ARGUMENT,
                        "failed to publish WAL checkpoint: it begins with sequence " + begin + " and the log ends with "
                                + lastSequence + ", so it cannot end with " + end);
            }
            MemoryCheckpoint published =
                    new MemoryCheckpoint(this, begin, end, HybridTimestamp.ofPacked(lastTimestamp), blob);
            checkpoint = published;
            checkpointing = false;
            letGo();
            return published;
        }
    }

    void checkpointAbandoned() {
        synchronized (lock) {
            checkpointing = false;
        }
    }

    private static long read(Chunk first, long from, long last, WalRecordVisitor visitor) {
        long at = from;
        Chunk chunk = first;
        while (true) {
            Chunk next = chunk.next();
            // A chunk that was begun behind the last record to read is as good as none.
            long to = next == null ? last : Math.min(last, next.firstSequence() - 1);
            long delivered = chunk.visit(at, to, visitor);
            at += Math.abs(delivered);
            if (delivered < 0 || at > last || next == null) {
                return at - from;
            }
            chunk = next;
        }
    }

    /** The index of the chunk that holds a sequence: the last one that does not start behind it. */
    private int indexOf(long sequence) {
        int low = 0;
        int high = chunks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (chunks.get(middle).firstSequence() <= sequence) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    @Override
    public WalStats stats() {
        synchronized (lock) {
            MemoryCheckpoint inForce = checkpoint;
            return new WalStats(
                    first(),
                    lastSequence,
                    lastSequence,
                    inForce == null ? 0 : inForce.endSequence(),
                    lastSequence,
                    batches,
                    largestBatch,
                    0,
                    WalLatency.NONE,
                    chunks.size(),
                    bytes + (inForce == null ? 0 : inForce.length()));
        }
    }

    void requireOpenNow(String operation) {
        synchronized (lock) {
            requireOpen(operation);
        }
    }

    private void requireOpen(String operation) {
        if (closed) {
            throw new SoftadastraException(ErrorCode.INVALID_STATE, "failed to " + operation + ": the log is closed");
        }
    }

    /** Lets all records go. A read under way goes on to its end. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            chunks.clear();
            tail = null;
            checkpoint = null;
            bytes = 0;
            lock.notifyAll();
        }
    }
}
