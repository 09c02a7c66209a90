package softadastra.transport.http;

import java.util.Arrays;
import java.util.Optional;
import java.util.zip.Deflater;

/**
 * Compression of bodies, where it pays: not of small ones, not if it saves less than an eighth, and after one that it saved nothing
 * of, not of the next few. One for each way; on one thread only.
 */
final class Deflation {
    static final String DEFLATE = "deflate";
    static final String IDENTITY = "identity";

    private static final int MIN_BYTES = 512;
    private static final int NOT_TRIED = 15;

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
}
