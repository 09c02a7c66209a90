package softadastra.transport.http;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A body as it was before it was compressed, from its beginning to its end. It is inflated as it is asked for, so that a small body
 * that makes a large one takes no more memory than whoever reads has found to be due.
 */
final class Body implements AutoCloseable {
    private static final int STEP = 64 << 10;

    private final byte[] bytes;
    private final int atMost;
    private final @Nullable Inflater inflater;

    /** How much of it was read. */
    private long at;

    private Body(byte[] bytes, int atMost, @Nullable Inflater inflater) {
        this.bytes = bytes;
        this.atMost = atMost;
        this.inflater = inflater;
        if (inflater != null) {
            inflater.setInput(bytes);
        }
    }

    /** One that came in an encoding, and may be so long before it was compressed; the bytes are the body's from here on. */
    static Body of(String encoding, byte[] bytes, int atMost) throws Refusal {
        return switch (encoding) {
            case Deflation.IDENTITY -> new Body(bytes, atMost, null);
            case Deflation.DEFLATE -> new Body(bytes, atMost, new Inflater());
            default -> throw new Refusal(415, "the only Content-Encoding that is understood is deflate");
        };
    }

    /** Reads up to as many bytes as there is place for; fewer at its end only. */
    int read(byte[] into) throws Refusal {
        return read(into, 0, into.length);
    }

    /** The next bytes, as many as asked for. */
    byte[] next(int count) throws Refusal {
        if (inflater == null && count > bytes.length - at) {
            throw cutOff(count);
        }
        byte[] next = new byte[inflater == null ? count : Math.min(count, STEP)];
        int size = read(next, 0, next.length);
        while (size == next.length && size < count) {
            next = Arrays.copyOf(next, (int) Math.min(count, 2L * size));
            size += read(next, size, next.length - size);
        }
        if (size < count) {
            throw cutOff(count);
        }
        return next;
    }

    /** How much of it was read. */
    long position() {
        return at;
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
        }
    }

    private int read(byte[] into, int from, int count) throws Refusal {
        int size;
        if (inflater == null) {
            size = (int) Math.min(count, bytes.length - at);
            System.arraycopy(bytes, (int) at, into, from, size);
        } else {
            size = inflate(inflater, into, from, count);
        }
        at += size;
        if (at > atMost) {
            throw new Refusal(413, "the body is longer than " + atMost + " bytes once it is inflated");
        }
        return size;
    }

    private static int inflate(Inflater inflater, byte[] into, int from, int count) throws Refusal {
        try {
            int size = 0;
            while (size < count && !inflater.finished()) {
                int more = inflater.inflate(into, from + size, count - size);
                size += more;
                if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new Refusal(400, "the body ends before it is inflated");
                }
            }
            if (inflater.finished() && inflater.getRemaining() > 0) {
                throw new Refusal(400, "there are bytes behind the body");
            }
            return size;
        } catch (DataFormatException e) {
            throw new Refusal(400, "the body cannot be inflated");
        }
    }

    private static Refusal cutOff(int count) {
        return new Refusal(400, "the batch ends within a message of " + count + " bytes");
    }
}
