package softadastra.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.HybridTimestamp;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;

/** A log in memory that becomes durable, or fails, when the test says so. */
final class ScriptedLog implements WalLog {

    private final WalLog inner;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean held;
    private int waiting;
    private long durable;
    private @Nullable SoftadastraError pendingFailure;
    private @Nullable Throwable submitFailure;
    private @Nullable Throwable readFailure;
    private boolean closed;
    private volatile Runnable whileRead = () -> {};
    final List<Long> submitted = new ArrayList<>();

    /** The sequences from which on history was held, and who asked for it. */
    final Map<Long, Thread> pinned = new ConcurrentHashMap<>();

    private ScriptedLog(WalLog inner) {
        this.inner = inner;
    }

    /** A handle on such a log, whose {@link Wal#log()} is a {@link ScriptedLog}. */
    static Wal open() {
        return Wal.open(config(log -> {})).value();
    }

    /** What opens such a log; whoever asks for it gets to see it before anybody uses it. */
    static WalConfig config(Consumer<ScriptedLog> opened) {
        WalConfig memory = WalConfig.memory().withNodeId("a");
        return memory.withProvider(new WalProvider() {
            @Override
            public String name() {
                return "scripted";
            }

            @Override
            public int spiVersion() {
                return WalProvider.SPI_VERSION;
            }

            @Override
            public Set<WalCapability> capabilities() {
                return Set.of(WalCapability.VOLATILE);
            }

            @Override
            public Result<WalLog> open(WalConfig config, OpenMode mode) {
                return Wal.open(memory).map(wal -> {
                    ScriptedLog log = new ScriptedLog(wal.log());
                    opened.accept(log);
                    return log;
                });
            }

            @Override
            public Result<WalInspector> inspect(WalConfig config) {
                throw new UnsupportedOperationException();
            }
        });
    }

    static ScriptedLog of(Wal wal) {
        return (ScriptedLog) wal.log();
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            T answer = action.get();
            changed.signalAll();
            return answer;
        } finally {
            lock.unlock();
        }
    }

    /** From now on nothing becomes durable until {@link #release} or {@link #fail}. */
    void hold() {
        locked(() -> held = true);
    }

    /** Everything up to a sequence is durable. */
    void release(long sequence) {
        locked(() -> durable = Math.max(durable, sequence));
    }

    /** What is not durable never will be: whoever waits for it is told so, and nothing more is taken. */
    void fail(SoftadastraError pending, SoftadastraError later) {
        locked(() -> {
            pendingFailure = pending;
            submitFailure = later.toException();
            return true;
        });
    }

    /** What every call of submit throws; null for none. */
    void failSubmit(@Nullable Throwable failure) {
        locked(() -> {
            submitFailure = failure;
            return true;
        });
    }

    /** What every call of read throws. */
    void failRead(Throwable failure) {
        locked(() -> readFailure = failure);
    }

    /** Sets what is done before each record that is read. */
    void whileRead(Runnable action) {
        whileRead = action;
    }

    boolean isClosed() {
        return locked(() -> closed);
    }

    /** Waits until a number of threads wait for durability. */
    void awaitWaiting(int threads) {
        lock.lock();
        try {
            while (waiting < threads) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void throwSubmitFailure() {
        if (submitFailure instanceof SoftadastraException known) {
            throw known.error().toException();
        }
        throwUnchecked(submitFailure);
    }

    private static void throwUnchecked(@Nullable Throwable failure) {
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }

    @Override
    public long submit(WalBatch batch) {
        return locked(() -> {
            throwSubmitFailure();
            long sequence = inner.submit(batch);
            submitted.add(sequence);
            if (!held) {
                durable = sequence;
            }
            return sequence;
        });
    }

    @Override
    public void awaitDurable(long sequence) {
        lock.lock();
        try {
            waiting++;
            changed.signalAll();
            while (durable < sequence) {
                if (pendingFailure != null) {
                    throw pendingFailure.toException();
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            waiting--;
            lock.unlock();
        }
    }

    @Override
    public void flush() {
        locked(() -> {
            throwSubmitFailure();
            return true;
        });
        awaitDurable(inner.lastSequence());
    }

    @Override
    public long durableSequence() {
        return locked(() -> durable);
    }

    @Override
    public WalIdentity identity() {
        return inner.identity();
    }

    @Override
    public WalRecovery recovery() {
        return inner.recovery();
    }

    @Override
    public long firstSequence() {
        return inner.firstSequence();
    }

    @Override
    public long lastSequence() {
        return inner.lastSequence();
    }

    @Override
    public HybridTimestamp lastTimestamp() {
        return inner.lastTimestamp();
    }

    @Override
    public long read(long fromSequence, WalRecordVisitor visitor) {
        throwUnchecked(locked(() -> readFailure));
        return inner.read(fromSequence, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
            whileRead.run();
            return visitor.visit(sequence, typeCode, status, timestamp, buffer, offset, length);
        });
    }

    @Override
    public WalPin pin(long fromSequence) {
        pinned.putIfAbsent(fromSequence, Thread.currentThread());
        return inner.pin(fromSequence);
    }

    @Override
    public WalStats stats() {
        return inner.stats();
    }

    @Override
    public void close() {
        locked(() -> closed = true);
        inner.close();
    }
}
