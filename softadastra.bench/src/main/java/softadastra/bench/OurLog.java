package softadastra.bench;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import softadastra.core.Result;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalStats;
import softadastra.wal.spi.WalWriter;

/** Appends to our log; each thread has records of its own. */
abstract class OurLog implements Contender {

    /** The bytes that one of the records takes in the log: its frame. */
    static final int FRAME_BYTES = 160;

    private final String name;
    private final WalConfig config;
    final Wal wal;
    final WalWriter writer;
    private final Crew crew;
    private long done;

    OurLog(String name, WalConfig config, int threads) {
        this.name = name;
        this.config = config;
        this.wal = Wal.open(config).orElseThrow();
        this.writer = wal.writer();
        this.crew = new Crew(threads);
    }

    /** Threads that each wait for their own records; one, or several that share the operations of a block. */
    static OurLog threads(Path path, int threads, boolean autoFlush) {
        WalConfig config = WalConfig.durable(path).withAutoFlush(autoFlush);
        String name = threads == 1 ? "append, 1 thread" : "append, " + threads + " threads";
        return new OurLog(name, config, threads) {
            @Override
            void append(RecordSource source, int operations) {
                for (int i = 0; i < operations; i++) {
                    writer.append(WalRecordType.PUT, source.next()).orElseThrow();
                }
            }
        };
    }

    /** One thread. */
    static OurLog single(Path path, boolean autoFlush) {
        return threads(path, 1, autoFlush);
    }

    /** One thread that asks the log itself and gets a bare sequence, as an engine does. */
    static OurLog sequences(Path path, boolean autoFlush) {
        WalConfig config = WalConfig.durable(path).withAutoFlush(autoFlush);
        return new OurLog("submit, 1 thread", config, 1) {
            private final int type = WalRecordType.PUT.code();

            @Override
            void append(RecordSource source, int operations) {
                for (int i = 0; i < operations; i++) {
                    long sequence = wal.log().submit(type, source.next());
                    if (autoFlush) {
                        wal.log().awaitDurable(sequence);
                    }
                }
            }
        };
    }

    /** One thread that waits for none of its records until so many are under way. */
    static OurLog async(Path path, int inFlight) {
        return new OurLog("appendAsync, " + inFlight + " in flight", WalConfig.durable(path), 1) {
            private final Semaphore free = new Semaphore(inFlight);
            private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

            @Override
            void append(RecordSource source, int operations) {
                for (int i = 0; i < operations; i++) {
                    free.acquireUninterruptibly();
                    last = writer.appendAsync(WalRecordType.PUT, source.next()).thenAccept(this::completed);
                }
                last.join();
                free.acquireUninterruptibly(inFlight);
                free.release(inFlight);
            }

            // One that failed is missed when the log is read back.
            private void completed(Result<Long> sequence) {
                free.release();
            }
        };
    }

    /** Does one thread's part of a block. */
    abstract void append(RecordSource source, int operations);

    @Override
    public String name() {
        return name;
    }

    @Override
    public void run(int operations) throws Exception {
        crew.run(operations, this::append);
        done += operations;
    }

    /** Records a write to the disk, over all blocks. */
    double meanGroup() {
        WalStats stats = wal.stats();
        return (double) stats.appended() / stats.groups();
    }

    /** Closes the log and reads it as somebody who comes later. */
    @Override
    public void verify() {
        wal.close();
        RecordCheck check = new RecordCheck(crew.threads());
        try (WalReader reader = WalReader.open(config).orElseThrow()) {
            long read = reader.forEach(record -> check.accept(record.payload(), 0, record.payload().length))
                    .orElseThrow();
            WrongResultException.require(done, read, "records read back");
        }
        check.complete(done / crew.threads());
    }

    @Override
    public void close() {
        crew.close();
        wal.close();
    }
}
