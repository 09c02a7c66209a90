package softadastra.transport.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The one thread that everything of a transport happens on: sockets, timers, and what other threads hand over. So nothing else of
 * it needs a lock, and a connection that is idle or slow costs memory and no thread.
 */
final class Loop {

    /** Is told when its channel can be read from, written to, accepted from or has been connected. */
    interface Ready {
        void ready(SelectionKey key);

        /** What it did has failed in a way that nobody expected; it closes what cannot go on. */
        void failed();
    }

    /** Something that is to happen at a time, unless it is cancelled. */
    final class Timer {
        private final long at;
        private final long number;
        private final Runnable action;

        private Timer(long at, long number, Runnable action) {
            this.at = at;
            this.number = number;
            this.action = action;
        }

        /** It is forgotten at once: most timers of requests are cancelled long before their time. */
        void cancel() {
            timers.remove(this);
        }
    }

    private static final int SCRATCH_BYTES = 128 << 10;

    private final Selector selector;
    private final LongSupplier nanos;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final NavigableSet<Timer> timers = new TreeSet<>(Loop::compare);

    /** One for all connections: the JDK would otherwise keep a direct buffer as large as the largest that was ever written. */
    private final ByteBuffer input = ByteBuffer.allocateDirect(SCRATCH_BYTES);

    private final ByteBuffer output = ByteBuffer.allocateDirect(SCRATCH_BYTES);
    private final Consumer<Throwable> fault;
    private final Consumer<Throwable> ended;
    private long timersMade;
    private boolean stopped;

    /**
     * {@code fault} is told of everything thrown that nobody expected; the loop goes on. {@code ended} is told if it cannot, after
     * all channels are closed, on the loop's thread.
     */
    Loop(String name, LongSupplier nanos, Consumer<Throwable> fault, Consumer<Throwable> ended) throws IOException {
        this.selector = Selector.open();
        this.nanos = nanos;
        this.fault = fault;
        this.ended = ended;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Begins; if there is no thread to be had, nothing is held. */
    void start() {
        try {
            thread.start();
        } catch (RuntimeException | Error e) {
            closeAll();
            throw e;
        }
    }

    /** Has an action run on the loop's thread, soon. Any thread may call this. After the end it does nothing. */
    void execute(Runnable action) {
        tasks.add(action);
        if (woken.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** Has an action run on the loop's thread after a while. On that thread only. */
    Timer after(long millis, Runnable action) {
        Timer timer = new Timer(now() + millis * 1_000_000, timersMade++, action);
        timers.add(timer);
        return timer;
    }

    /** Ends it: the last action runs, then all channels are closed. Waits for that. */
    void stop(Runnable last) {
        execute(() -> {
            last.run();
            stopped = true;
        });
        boolean interrupted = false;
        while (thread.isAlive() && Thread.currentThread() != thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The time that timers go by, in nanoseconds. */
    long now() {
        return nanos.getAsLong();
    }

    SelectionKey register(SelectableChannel channel, int operations, Ready ready) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, operations, ready);
    }

    /** A direct buffer to read into; whoever uses it is through with it when it returns to the loop. */
    ByteBuffer input() {
        return input.clear();
    }

    /** A direct buffer to write from. */
    ByteBuffer output() {
        return output.clear();
    }

    private void run() {
        try {
            while (!stopped) {
                select();
                woken.set(false);
                runTasks();
                runTimers();
            }
            closeAll();
        } catch (IOException | RuntimeException | Error e) {
            // Without its selector, or in a virtual machine that is broken, it can do nothing any more.
            try {
                closeAll();
            } finally {
                ended.accept(e);
            }
        }
    }

    /** Whether the virtual machine itself is broken. A lack of memory, or too deep a call, passes. */
    static boolean isFatal(Throwable e) {
        return e instanceof VirtualMachineError
                && !(e instanceof OutOfMemoryError)
                && !(e instanceof StackOverflowError);
    }

    private void noteFault(Throwable e) {
        fault.accept(e);
        if (isFatal(e)) {
            throw (VirtualMachineError) e;
        }
    }

    private void select() throws IOException {
        Timer next = timers.isEmpty() ? null : timers.first();
        if (next == null) {
            selector.select(this::ready);
        } else {
            long millis = (next.at - now() + 999_999) / 1_000_000;
            if (millis <= 0) {
                selector.selectNow(this::ready);
            } else {
                selector.select(this::ready, millis);
            }
        }
    }

    private void ready(SelectionKey key) {
        Ready of = (Ready) key.attachment();
        try {
            of.ready(key);
        } catch (CancelledKeyException e) {
            // Closed by what came before it in this round.
        } catch (RuntimeException | Error e) {
            noteFault(e);
            guarded(of::failed);
        }
    }

    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            noteFault(e);
        }
    }

    private void runTasks() {
        Runnable task = tasks.poll();
        while (task != null) {
            guarded(task);
            task = tasks.poll();
        }
    }

    private void runTimers() {
        long now = now();
        // One that a timer of this round makes has its turn in the next round.
        long last = timersMade;
        while (!timers.isEmpty() && timers.first().at - now <= 0 && timers.first().number < last) {
            guarded(timers.pollFirst().action);
        }
    }

    /** Times are of a clock that may begin anywhere, so only their difference counts. */
    private static int compare(Timer one, Timer other) {
        int order = Long.signum(one.at - other.at);
        return order != 0 ? order : Long.compare(one.number, other.number);
    }

    private void closeAll() {
        for (SelectionKey key : selector.keys()) {
            try {
                key.channel().close();
            } catch (IOException e) {
                // Nothing is lost that was not lost already.
            }
        }
        try {
            selector.close();
        } catch (IOException e) {
            // As above.
        }
    }
}
