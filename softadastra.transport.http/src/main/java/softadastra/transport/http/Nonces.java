package softadastra.transport.http;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The challenges that those who come are given. Nothing is kept of one when it is given out, so that strangers cannot fill memory by
 * asking: it carries its time and a proof that it is from here, for one asker. One that was answered rightly is kept until it would
 * be too old anyway, so that it cannot be answered twice.
 *
 * <p>A nonce is 16 hexadecimal digits of time, 32 that are random, and 32 of the proof.
 */
final class Nonces {
    private static final int MAX_USED = 4096;
    private static final int PLAIN_DIGITS = 48;
    /** Of a nonce that is given out. */
    static final int DIGITS = 80;

    private final SecureRandom random;
    private final Secret own;
    private final long validNanos;
    private final Map<String, Long> used = new LinkedHashMap<>();

    Nonces(SecureRandom random, long validMillis) {
        this.random = random;
        this.own = Secret.of(java.util.Optional.of(HexFormat.of().formatHex(bytes(random, 32))));
        this.validNanos = validMillis * 1_000_000;
    }

    /** Random hexadecimal digits, twice as many as bytes. */
    static String fresh(SecureRandom random, int bytes) {
        return HexFormat.of().formatHex(bytes(random, bytes));
    }

    /** Whether a text is hexadecimal digits, as many as given. */
    static boolean isHex(String text, int digits) {
        return text.length() == digits && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    String give(String clientNonce, long now) {
        String plain = HexFormat.of().toHexDigits(now) + fresh(random, 16);
        return plain + proof(plain, clientNonce);
    }

    /** Whether the nonce was given to the one with that nonce, not too long ago. */
    boolean isValid(String nonce, String clientNonce, long now) {
        if (!isHex(nonce, DIGITS)) {
            return false;
        }
        String plain = nonce.substring(0, PLAIN_DIGITS);
        if (!Secret.same(proof(plain, clientNonce), nonce.substring(PLAIN_DIGITS))) {
            return false;
        }
        long age = now - HexFormat.fromHexDigitsToLong(plain, 0, 16);
        return age >= 0 && age <= validNanos;
    }

    /** Uses a valid nonce up. False if it was used before, or if too many were used within the time that one is valid. */
    boolean use(String nonce, long now) {
        Iterator<Long> times = used.values().iterator();
        while (times.hasNext() && now - times.next() > validNanos) {
            times.remove();
        }
        return used.size() < MAX_USED && used.putIfAbsent(nonce, now) == null;
    }

    private String proof(String plain, String clientNonce) {
        return own.proof("nonce\n" + plain, clientNonce.getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .substring(0, DIGITS - PLAIN_DIGITS);
    }

    private static byte[] bytes(SecureRandom random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
