package softadastra.transport.http;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What is proved to be known, and never sent: the token, and out of it and two nonces the key of a session.
 *
 * <p>Every proof is an HMAC-SHA256 over a text whose first line says what it is for, so that none can stand for another. Proofs are
 * compared in constant time.
 */
final class Secret {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String PROTOCOL = "softadastra-http/1 ";

    private final SecretKeySpec key;

    private Secret(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /** The secret that a token stands for. Without one, anybody can make it: then it shows nothing. */
    static Secret of(Optional<String> token) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return new Secret(
                    digest.digest((PROTOCOL + "token\n" + token.orElse("")).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The key of a session, which two nonces make unlike any other. */
    Secret session(String clientNonce, String serverNonce) {
        return new Secret(mac("session\n" + clientNonce + "\n" + serverNonce + "\n", new byte[0]));
    }

    /** The proof of a purpose over the given bytes. */
    String proof(String purpose, byte[] bytes) {
        return HexFormat.of().formatHex(mac(purpose + "\n", bytes));
    }

    /** The tag of a request in a session. */
    String requestTag(String lane, long sequence, String encoding, byte[] body) {
        return proof("request\n" + lane + "\n" + sequence + "\n" + encoding, body);
    }

    /** The tag of an answer in a session, which belongs to one request only. */
    String answerTag(String lane, long sequence, int status, String encoding, byte[] body) {
        return proof("answer\n" + lane + "\n" + sequence + "\n" + status + "\n" + encoding, body);
    }

    /** Whether two proofs or tags are the same, in a time that does not tell where they differ. */
    static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] mac(String head, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((PROTOCOL + head).getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
