package softadastra.transport.http;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cuts what comes over a connection into HTTP messages, within bounds: a head is never longer than allowed, and a body is not taken
 * before {@link Bounds} has seen its head. Memory for a body is made as it comes, not as it is announced.
 */
final class HttpReader {

    /** How long the body may be that comes with a head. */
    interface Bounds {
        int atMost(HttpHead head) throws Refusal;
    }

    /** A whole message. */
    static final class Message {
        private final HttpHead head;
        private final byte[] body;

        private Message(HttpHead head, byte[] body) {
            this.head = head;
            this.body = body;
        }

        HttpHead head() {
            return head;
        }

        byte[] body() {
            return body;
        }
    }

    private static final int FIRST_BYTES = 512;
    private static final int BODY_STEP = 64 << 10;
    private static final byte[] NOTHING = {};

    private final int headBytes;
    private final Budget budget;
    private final Bounds bounds;
    private byte[] bytes = NOTHING;
    private int size;
    private Optional<HttpHead> head = Optional.empty();
    private int length;
    private long claimed;

    HttpReader(int headBytes, Budget budget, Bounds bounds) {
        this.headBytes = headBytes;
        this.budget = budget;
        this.bounds = bounds;
    }

    /** Takes bytes up to the end of a message; empty as long as one is not whole. */
    Optional<Message> read(ByteBuffer in) throws Refusal {
        if (head.isEmpty() && !readHead(in)) {
            return Optional.empty();
        }
        readBody(in);
        if (size < length) {
            return Optional.empty();
        }
        Message message = new Message(head.orElseThrow(), bytes);
        reset();
        return Optional.of(message);
    }

    /** Whether a message has begun and is not whole. */
    boolean midway() {
        return head.isPresent() || size > 0;
    }

    /** Whether the head is there and the body is on its way. */
    boolean inBody() {
        return head.isPresent();
    }

    /** How many bytes the body will have. */
    int length() {
        return length;
    }

    /** Forgets what has come of a message. */
    void reset() {
        budget.give(claimed);
        claimed = 0;
        bytes = NOTHING;
        size = 0;
        length = 0;
        head = Optional.empty();
    }

    private boolean readHead(ByteBuffer in) throws Refusal {
        while (in.hasRemaining()) {
            if (size == bytes.length) {
                if (size >= headBytes) {
                    throw new Refusal(431, "the head is longer than " + headBytes + " bytes");
                }
                bytes = Arrays.copyOf(bytes, Math.min(headBytes, Math.max(FIRST_BYTES, 2 * size)));
            }
            byte b = in.get();
            bytes[size++] = b;
            if (b == '\n' && endsLine()) {
                begin();
                return true;
            }
        }
        return false;
    }

    /** Whether the line that has just ended is the empty one; a line that ends with a bare LF ends everything. */
    private boolean endsLine() throws Refusal {
        if (size < 2 || bytes[size - 2] != '\r') {
            throw new Refusal(400, "a line of the head does not end with CR LF");
        }
        if (size == 2) {
            throw new Refusal(400, "the first line is not that of HTTP");
        }
        return size >= 4 && bytes[size - 3] == '\n';
    }

    private void begin() throws Refusal {
        HttpHead read = HttpHead.of(bytes, size - 4);
        int most = bounds.atMost(read);
        long announced = Math.max(0, read.length());
        if (announced > most) {
            throw new Refusal(
                    413, most == 0 ? "no body is expected here" : "the body is longer than " + most + " bytes");
        }
        head = Optional.of(read);
        length = (int) announced;
        bytes = NOTHING;
        size = 0;
    }

    private void readBody(ByteBuffer in) throws Refusal {
        int wanted = Math.min(in.remaining(), length - size);
        if (size + wanted > bytes.length) {
            int capacity = (int) Math.min(length, Math.max(size + (long) wanted, Math.max(BODY_STEP, 2L * size)));
            if (!budget.take(capacity - bytes.length)) {
                throw new Refusal(503, "too many bodies are on their way in", "Retry-After: 1");
            }
            claimed += capacity - bytes.length;
            bytes = Arrays.copyOf(bytes, capacity);
        }
        in.get(bytes, size, wanted);
        size += wanted;
    }
}
