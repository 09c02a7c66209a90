package softadastra.transport.http;

import java.util.Arrays;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Compression of bodies, where it pays: not of small ones, not if it saves less than an eighth, and after one that it saved nothing
 * of, not of the next few. One for each way; on one thread only.
 */
final class Deflation {
    static final String DEFLATE = "deflate";
    static final String IDENTITY = "identity";

    private static final int MIN_BYTES = 512;
    private static final int NOT_TRIED = 15;
    private static final int STEP = 64 << 10;

    private final boolean enabled;
    private int skip;

    Deflation(boolean enabled) {
        this.enabled = enabled;
    }

    /** The body, compressed; empty if it is to go as it is. */
    Optional<byte[]> deflate(byte[] body) {
        if (!enabled || body.length < MIN_BYTES) {
            return Optional.empty();
        }
        if (skip > 0) {
            skip--;
            return Optional.empty();
        }
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            byte[] out = new byte[body.length - body.length / 8];
            deflater.setInput(body);
            deflater.finish();
            int size = deflater.deflate(out);
            if (!deflater.finished()) {
                skip = NOT_TRIED;
                return Optional.empty();
            }
            return Optional.of(Arrays.copyOf(out, size));
        } finally {
            deflater.end();
        }
    }

    /** A body as it was before it was compressed, if that is no longer than allowed: memory is made as it grows. */
    static byte[] inflate(String encoding, byte[] body, int atMost) throws Refusal {
        if (encoding.equals(IDENTITY)) {
            return body;
        }
        if (!encoding.equals(DEFLATE)) {
            throw new Refusal(415, "the only Content-Encoding that is understood is deflate");
        }
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(body);
            byte[] out = new byte[Math.min(atMost, Math.max(STEP, 2 * Math.min(body.length, atMost / 2)))];
            int size = 0;
            while (!inflater.finished()) {
                if (size == out.length) {
                    if (size == atMost) {
                        throw new Refusal(413, "the body is longer than " + atMost + " bytes once it is inflated");
                    }
                    out = Arrays.copyOf(out, (int) Math.min(atMost, 2L * size));
                }
                int count = inflater.inflate(out, size, out.length - size);
                size += count;
                if (count == 0 && size < out.length && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new Refusal(400, "the body ends before it is inflated");
                }
            }
            if (inflater.getRemaining() > 0) {
                throw new Refusal(400, "there are bytes behind the body");
            }
            return Arrays.copyOf(out, size);
        } catch (DataFormatException e) {
            throw new Refusal(400, "the body cannot be inflated");
        } finally {
            inflater.end();
        }
    }
}
