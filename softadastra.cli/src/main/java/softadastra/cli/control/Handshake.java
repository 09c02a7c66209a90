package softadastra.cli.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.MalformedDataException;
import softadastra.core.SoftadastraException;

/**
 * How both sides show that they know the secret, without saying it: whoever took over the address of a node that is gone learns
 * nothing, and whoever records it can use it for nothing.
 *
 * <pre>
 * node    -> command: magic version:u8 nonce[32]
 * command -> node   : magic version:u8 nonce[32] hmac[32] of "command", both nonces
 * node    -> command: hmac[32] of "node", both nonces; node id
 * </pre>
 */
final class Handshake {
    /** The version of all that is said on the connection; both sides must have the same. */
    static final int VERSION = 3;

    private static final byte[] MAGIC = "SDCONTROL".getBytes(StandardCharsets.US_ASCII);
    private static final int NONCE = 32;
    private static final int MAC = 32;
    private static final int LONGEST = 1024;

    private final Connection connection;
    private final byte[] secret;
    private final SecureRandom random;

    Handshake(Connection connection, byte[] secret, SecureRandom random) {
        this.connection = connection;
        this.secret = secret.clone();
        this.random = random;
    }

    /**
     * The node's part.
     *
     * @return whether the other side knows the secret; if not, it is to be told nothing more
     */
    boolean accept(String nodeId) throws IOException {
        byte[] mine = nonce();
        connection.send(hello(mine));
        ByteReader in = new ByteReader(connection.receive(LONGEST));
        byte[] theirs;
        byte[] proof;
        try {
            if (!isHello(in) || in.readByte() != VERSION) {
                return false;
            }
            theirs = in.readBytes(NONCE);
            proof = in.readBytes(MAC);
            in.expectEnd();
        } catch (MalformedDataException e) {
            return false;
        }
        if (!MessageDigest.isEqual(proof, mac("command", mine, theirs))) {
            return false;
        }
        ByteWriter answer = new ByteWriter();
        answer.writeBytes(mac("node", mine, theirs));
        answer.writeUtf8(nodeId);
        connection.send(answer);
        return true;
    }

    /**
     * The command's part.
     *
     * @return the id of the node
     * @throws SoftadastraException UNSUPPORTED_VERSION if the node is of another release, PERMISSION_DENIED if it is not the one
     *     that the secret is of
     */
    String connect() throws IOException {
        ByteReader in = new ByteReader(connection.receive(LONGEST));
        if (!isHello(in)) {
            throw denied("what answers there is no node");
        }
        int version = in.readByte();
        if (version != VERSION) {
            throw new SoftadastraException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "failed to reach the node that runs: it speaks version " + version
                            + " of the control protocol, and this command version " + VERSION
                            + "; use the command of its release");
        }
        byte[] theirs = in.readBytes(NONCE);
        byte[] mine = nonce();
        ByteWriter proof = hello(mine);
        proof.writeBytes(mac("command", theirs, mine));
        connection.send(proof);
        ByteReader answer = new ByteReader(connection.receive(LONGEST));
        if (!MessageDigest.isEqual(answer.readBytes(MAC), mac("node", theirs, mine))) {
            throw denied("what answers there does not know its secret");
        }
        return answer.readUtf8(LONGEST);
    }

    private static SoftadastraException denied(String reason) {
        return new SoftadastraException(ErrorCode.PERMISSION_DENIED, "failed to reach the node that runs: " + reason);
    }

    private byte[] nonce() {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        return nonce;
    }

    private static ByteWriter hello(byte[] nonce) {
        ByteWriter out = new ByteWriter();
        out.writeBytes(MAGIC);
        out.writeByte(VERSION);
        out.writeBytes(nonce);
        return out;
    }

    private static boolean isHello(ByteReader in) {
        return in.remaining() > MAGIC.length && MessageDigest.isEqual(in.readBytes(MAGIC.length), MAGIC);
    }

    private byte[] mac(String side, byte[] nodeNonce, byte[] commandNonce) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(side.getBytes(StandardCharsets.US_ASCII));
            mac.update((byte) VERSION);
            mac.update(nodeNonce);
            return mac.doFinal(commandNonce);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
