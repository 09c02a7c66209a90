package softadastra.wal.file;

import java.nio.file.Path;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import softadastra.wal.memory.MemoryWalProvider;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalWriter;
import softadastra.wal.tck.fault.SimulatedStorage;

/**
 * What threads do to one log, as Lincheck calls it: every answer must be one that a {@link Sequential} log gives when the same
 * calls come one after the other.
 */
@Param(name = "value", gen = IntGen.class, conf = "1:9")
public abstract class LinearizableLog {

    private final Wal wal;
    private final WalWriter writer;

    LinearizableLog(WalConfig config) {
        wal = Wal.open(config).orElseThrow();
        writer = wal.writer();
    }

    /** Appends a record, and answers its sequence once it is durable. */
    @Operation
    public long append(@Param(name = "value") int value) {
        return writer.append(1, new byte[] {(byte) value}).orElseThrow();
    }

    /** What is durable by now. */
    @Operation
    public long durableSequence() {
        return writer.durableSequence();
    }

    /** Makes durable what there is, which is nothing new: each append has done so. */
    @Operation
    public void flush() {
        var unused = writer.flush().orElseThrow();
    }

    /** All that is durable, in order. */
    @Operation
    public String read() {
        StringBuilder values = new StringBuilder();
        long unused = wal.reader()
                .forEach(record -> {
                    if (record.status() == WalRecordStatus.COMMITTED) {
                        values.append(record.payload()[0]);
                    }
                })
                .orElseThrow();
        return values.toString();
    }

    /** After each try; a log that is left open would keep its thread. */
    @Validate
    public void close() {
        wal.close();
    }

    Wal wal() {
        return wal;
    }

    /** The log in memory. */
    public static final class InMemory extends LinearizableLog {
        /** Made by Lincheck. */
        public InMemory() {
            super(WalConfig.memory().withProvider(new MemoryWalProvider()));
        }
    }

    /** The log in files, on a disk that is simulated. */
    public static final class InFiles extends LinearizableLog {
        /** Made by Lincheck. */
        public InFiles() {
            this(SimulatedStorage.create());
        }

        private InFiles(SimulatedStorage storage) {
            super(config(new FileWalProvider(), storage));
        }
    }

    /** The same without the thread that keeps it, so that all threads are Lincheck's. */
    public static final class InFilesAlone extends LinearizableLog {
        private static final WalProvider PROVIDER = ControlledProvider.provider();

        /** Made by Lincheck. */
        public InFilesAlone() {
            this(SimulatedStorage.create());
        }

        private InFilesAlone(SimulatedStorage storage) {
            super(config(PROVIDER, storage));
        }
    }

    private static WalConfig config(WalProvider provider, SimulatedStorage storage) {
        return WalConfig.durable(Path.of("log"))
                .withProvider(provider)
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                .withNodeId("tried")
                .withStorage(path -> storage);
    }

    /** A log that answers an append with the last sequence of anybody: the mistake that this must catch. */
    public static final class Mistaken extends LinearizableLog {
        /** Made by Lincheck. */
        public Mistaken() {
            super(WalConfig.memory().withProvider(new MemoryWalProvider()));
        }

        @Override
        @Operation
        public long append(@Param(name = "value") int value) {
            long unused = super.append(value);
            return wal().log().lastSequence();
        }
    }

    /** What the log is, without threads. */
    public static final class Sequential {
        private final StringBuilder values = new StringBuilder();

        /** Appends. */
        public long append(int value) {
            values.append(value);
            return values.length();
        }

        /** The last sequence. */
        public long durableSequence() {
            return values.length();
        }

        /** Does nothing. */
        public void flush() {
            // An append is durable by itself.
        }

        /** All values. */
        public String read() {
            return values.toString();
        }
    }
}
