package softadastra.sync;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFollow;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;

/**
 * Another provider's logs, where the random number of an epoch is replaced by one that depends on the seed alone, so that a run can be
 * repeated. They may be {@linkplain LyingLog told to lie} about what is durable.
 */
final class SeededProvider implements WalProvider {

    private final WalProvider inner;
    private final LongUnaryOperator epochs;

    /** Of which batches logs claim that they are durable, though nobody has forced them; empty for the truth. */
    private final Optional<Predicate<WalBatch>> lies;

    private @Nullable SeededLog opened;

    SeededProvider(WalProvider inner, LongUnaryOperator epochs, Optional<Predicate<WalBatch>> lies) {
        this.inner = inner;
        this.epochs = epochs;
        this.lies = lies;
    }

    /** The log that was opened last. */
    SeededLog opened() {
        return Objects.requireNonNull(opened);
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public int spiVersion() {
        return inner.spiVersion();
    }

    @Override
    public Set<WalCapability> capabilities() {
        return inner.capabilities();
    }

    @Override
    public Result<WalLog> open(WalConfig config, OpenMode mode) {
        return inner.open(config, mode).map(log -> {
            SeededLog seeded = lies.map(about -> (SeededLog) new LyingLog(log, epochs, about))
                    .orElseGet(() -> new SeededLog(log, epochs));
            opened = seeded;
            return seeded;
        });
    }

    @Override
    public Result<WalInspector> inspect(WalConfig config) {
        return inner.inspect(config);
    }

    /** A log whose epoch is another number. */
    static class SeededLog implements WalLog {

        private final WalLog inner;
        private final WalIdentity identity;
        private long lastTimestamp;

        SeededLog(WalLog inner, LongUnaryOperator epochs) {
            this.inner = inner;
            WalIdentity real = inner.identity();
            this.identity =
                    new WalIdentity(real.logId(), real.node(), real.provisional(), epochs.applyAsLong(real.epoch()));
            inner.checkpoint()
                    .ifPresent(checkpoint -> raise(checkpoint.timestamp().packed()));
            long unused = inner.read(0, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
                raise(timestamp);
                return true;
            });
        }

        /** Of records alone: a log's own marks have timestamps too, and when it makes them depends on time. */
        private void raise(long timestamp) {
            lastTimestamp = HybridTimestamp.comparePacked(timestamp, lastTimestamp) > 0 ? timestamp : lastTimestamp;
        }

        @Override
        public WalIdentity identity() {
            return identity;
        }

        @Override
        public WalRecovery recovery() {
            return inner.recovery();
        }

        @Override
        public long submit(WalBatch batch) {
            raise(batch.timestamp());
            return inner.submit(batch);
        }

        @Override
        public void awaitDurable(long sequence) {
            inner.awaitDurable(sequence);
        }

        @Override
        public long generation() {
            return inner.generation();
        }

        @Override
        public void awaitDurable(long sequence, long generation) {
            inner.awaitDurable(sequence, generation);
        }

        @Override
        public void flush() {
            inner.flush();
        }

        @Override
        public long firstSequence() {
            // What is below a checkpoint goes when the log gets round to it, which depends on time.
            return Math.max(
                    inner.firstSequence(),
                    inner.checkpoint().map(WalCheckpoint::beginSequence).orElse(1L));
        }

        @Override
        public long lastSequence() {
            return inner.lastSequence();
        }

        @Override
        public long durableSequence() {
            return inner.durableSequence();
        }

        /** What is durable in truth, whatever the log says. */
        final long trulyDurable() {
            return inner.durableSequence();
        }

        @Override
        public HybridTimestamp lastTimestamp() {
            return HybridTimestamp.ofPacked(lastTimestamp);
        }

        @Override
        public long read(long fromSequence, WalRecordVisitor visitor) {
            long first = firstSequence();
            if (fromSequence > 0 && fromSequence < first) {
                throw new SoftadastraException(ErrorCode.HISTORY_GONE, "the first sequence left is " + first);
            }
            return inner.read(Math.max(fromSequence, first), visitor);
        }

        @Override
        public WalPin pin(long fromSequence) {
            return inner.pin(fromSequence);
        }

        @Override
        public WalFollow follow(long fromSequence) {
            return inner.follow(fromSequence);
        }

        @Override
        public Optional<WalCheckpoint> checkpoint() {
            return inner.checkpoint();
        }

        @Override
        public WalCheckpointWriter beginCheckpoint() {
            return inner.beginCheckpoint();
        }

        @Override
        public WalRecovery recover() {
            return inner.recover();
        }

        @Override
        public WalStats stats() {
            return inner.stats();
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
