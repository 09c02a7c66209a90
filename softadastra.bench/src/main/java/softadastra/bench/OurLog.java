package softadastra.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
    private final Wal wal;
    final WalWriter writer;
    final List<RecordSource> sources = new ArrayList<>();
    private long done;

    OurLog(String name, WalConfig config, int threads) {
        this.name = name;
        this.config = config;
        this.wal = Wal.open(config).orElseThrow();
        this.writer = wal.writer();
        for (int i = 0; i < threads; i++) {
            sources.add(new RecordSource(i));
        }
    }

    /** One thread. */
    static OurLog single(Path path, boolean autoFlush) {
        WalConfig config = WalConfig.durable(path).withAutoFlush(autoFlush);
        return new OurLog("append, 1 thread", config, 1) {
            @Override
            void append(int operations) {
                appendAll(sources.get(0), operations);
            }
        };
    }

    /** Several threads, which share the operations of a block. */
    static OurLog threads(Path path, int threads) {
        return new OurLog("append, " + threads + " threads", WalConfig.durable(path), threads) {
            private final ExecutorService pool = Executors.newFixedThreadPool(threads);

            @Override
            void append(int operations) throws Exception {
                List<Callable<Void>> all = new ArrayList<>();
                for (RecordSource source : sources) {
                    all.add(() -> {
                        appendAll(source, operations / threads);
                        return null;
                    });
                }
                for (Future<Void> one : pool.invokeAll(all)) {
                    one.get();
                }
            }

            @Override
            public void close() {
                pool.shutdownNow();
                super.close();
            }
        };
    }

    /** One thread that waits for none of its records until so many are under way. */
    static OurLog async(Path path, int inFlight) {
        return new OurLog("appendAsync, " + inFlight + " in flight", WalConfig.durable(path), 1) {
            private final Semaphore free = new Semaphore(inFlight);
            private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

            @Override
            void append(int operations) {
                for (int i = 0; i < operations; i++) {
                    free.acquireUninterruptibly();
                    last = writer.appendAsync(WalRecordType.PUT, sources.get(0).next())
                            .thenAccept(this::completed);
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

    abstract void append(int operations) throws Exception;

    void appendAll(RecordSource source, int operations) {
        for (int i = 0; i < operations; i++) {
            writer.append(WalRecordType.PUT, source.next()).orElseThrow();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void run(int operations) throws Exception {
        append(operations);
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
        RecordCheck check = new RecordCheck(sources.size());
        try (WalReader reader = WalReader.open(config).orElseThrow()) {
            long read = reader.forEach(record -> check.accept(record.payload(), 0, record.payload().length))
                    .orElseThrow();
            WrongResultException.require(done, read, "records read back");
        }
        check.complete(done / sources.size());
    }

    @Override
    public void close() {
        wal.close();
    }
}
