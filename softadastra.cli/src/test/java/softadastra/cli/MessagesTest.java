package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node says holds up nothing, is bounded while nobody reads, and is counted where there was no room for it. */
@Timeout(300)
class MessagesTest {
    private static final String LARGE = "x".repeat((int) (Messages.MAX_BYTES / 4));

    /** A reader that takes nothing until it is told to. */
    private static final class Slow extends OutputStream {
        private final ByteArrayOutputStream all = new ByteArrayOutputStream();
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch reads = new CountDownLatch(1);

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException("lines are written at once");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            asked.countDown();
            awaitQuietly(reads);
            all.write(bytes, offset, length);
        }

        List<String> lines() {
            return all.toString(StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Io io(OutputStream err) {
        return new Io(
                new ByteArrayOutputStream(),
                err,
                new ByteArrayInputStream(new byte[0]),
                new Terminal(false, false, StandardCharsets.UTF_8));
    }

    @Test
    void allIsSaidInOrderBeforeTheEnd() {
        Slow err = new Slow();
        err.reads.countDown();
        try (Messages messages = new Messages(io(err))) {
            messages.say(() -> "before it has begun");
            messages.start();
            messages.say(() -> "one");
            messages.add(() -> err.all.writeBytes("two\n".getBytes(StandardCharsets.UTF_8)));
        }
        assertEquals(List.of("before it has begun", "one", "two"), err.lines());
    }

    @Test
    void whatCannotBeSaidEndsNothing() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        OutputStream err = new OutputStream() {
            @Override
            public void write(int b) {
                throw new UnsupportedOperationException("lines are written at once");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                if (new String(bytes, offset, length, StandardCharsets.UTF_8).startsWith("large")) {
                    throw new OutOfMemoryError("planted");
                }
                all.write(bytes, offset, length);
            }
        };
        try (Messages messages = new Messages(io(err))) {
            messages.start();
            messages.say(() -> "large");
            messages.add(() -> {
                throw new IllegalStateException("planted");
            });
            messages.say(() -> "the next one");
        }
        assertEquals(
                List.of(
                        "the next one",
                        "not printed: 1 event, which came faster than they were read here; the log has them"),
                all.toString(StandardCharsets.UTF_8)
                        .lines()
                        .sorted(Comparator.reverseOrder())
                        .toList());
    }

    @Test
    void whatNeverBeganIsSaidAtTheEnd() {
        Slow err = new Slow();
        err.reads.countDown();
        try (Messages messages = new Messages(io(err))) {
            messages.say(() -> "failed to start");
        }
        assertEquals(List.of("failed to start"), err.lines());
    }

    @Test
    void whatThereIsNoRoomForIsNotEvenMadeAndIsCounted() throws Exception {
        Slow err = new Slow();
        AtomicInteger made = new AtomicInteger();
        try (Messages messages = new Messages(io(err), TimeUnit.MINUTES.toMillis(1))) {
            messages.start();
            for (int i = 0; i < 10; i++) {
                messages.say(() -> {
                    made.incrementAndGet();
                    return LARGE;
                });
            }
            assertEquals(2, made.get(), "as many as there is room for, also while the first is being read");
            messages.add(() -> err.all.writeBytes("the last word\n".getBytes(StandardCharsets.UTF_8)));
            assertTrue(err.asked.await(1, TimeUnit.MINUTES));
            err.reads.countDown();
        }
        assertEquals(
                List.of(
                        LARGE,
                        LARGE,
                        "the last word",
                        "not printed: 8 events, which came faster than they were read here; the log has them"),
                err.lines());
    }

    @Test
    void whoNeverReadsIsNotWaitedForInTheEnd() throws Exception {
        Slow err = new Slow();
        try (Messages messages = new Messages(io(err), 10)) {
            messages.start();
            messages.say(() -> "one");
            assertTrue(err.asked.await(1, TimeUnit.MINUTES));
            Thread.currentThread().interrupt();
        }
        assertTrue(Thread.interrupted(), "the interrupt is the caller's");
        assertEquals(List.of(), err.lines());
        err.reads.countDown();
    }

    @Test
    void inJsonTheNumberIsAnObject() {
        Slow err = new Slow();
        err.reads.countDown();
        Io io = io(err);
        io.useJson(true);
        try (Messages messages = new Messages(io)) {
            for (int i = 0; i < 5; i++) {
                messages.say(() -> LARGE);
            }
        }
        assertFalse(err.lines().isEmpty());
        assertEquals("{\"notPrinted\":3}", err.lines().get(2));
    }
}
