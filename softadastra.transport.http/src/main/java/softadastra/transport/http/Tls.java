package softadastra.transport.http;

import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * One connection's TLS: turns bytes from the network into bytes for the user and back, and sees to the handshake.
 *
 * <p>Design note: buffers are made for each step and let go, so that a thousand idle connections hold nothing but what TLS itself
 * keeps of them; only the piece of a record that has not come whole yet stays.
 */
final class Tls {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** The content type that a connection begins with. */
    private static final byte HANDSHAKE = 22;

    private final SSLEngine engine;
    private final Deque<ByteBuffer> early = new ArrayDeque<>();
    private ByteBuffer held = NOTHING;
    private boolean established;
    private boolean ended;

    Tls(SSLEngine engine) {
        this.engine = engine;
    }

    /** Begins the handshake, as the side that has made the connection. */
    void begin(Consumer<ByteBuffer> network) throws SSLException {
        engine.beginHandshake();
        handshake(network);
    }

    /** Whether bytes, if they are the first that come, can be the beginning of a handshake. */
    boolean isRecord(ByteBuffer bytes) {
        return engine.getUseClientMode()
                || established
                || held.hasRemaining()
                || engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
                || bytes.get(bytes.position()) == HANDSHAKE;
    }

    boolean established() {
        return established;
    }

    /** Whether the other side has said that nothing more comes. */
    boolean ended() {
        return ended;
    }

    Optional<X509Certificate> certificate() {
        try {
            Certificate[] chain = engine.getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate first
                    ? Optional.of(first)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    /** Takes bytes from the network. */
    void received(ByteBuffer bytes, Consumer<ByteBuffer> user, Consumer<ByteBuffer> network, Runnable onEstablished)
            throws SSLException {
        ByteBuffer source = joined(bytes);
        boolean more = true;
        while (more && !ended) {
            ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
            SSLEngineResult result = engine.unwrap(source, plain);
            if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                throw new SSLException("a record is larger than the session allows");
            }
            ended = result.getStatus() == Status.CLOSED;
            handshake(network);
            notice(network, onEstablished);
            if (plain.position() > 0) {
                user.accept(plain.flip());
            }
            boolean stuck = result.getStatus() == Status.BUFFER_UNDERFLOW
                    || (result.bytesConsumed() == 0 && result.bytesProduced() == 0 && !source.hasRemaining());
            more = !stuck
                    && (source.hasRemaining() || engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP_AGAIN);
        }
        held = source.hasRemaining() ? copy(source) : NOTHING;
    }

    /** Encrypts bytes for the network; before the handshake is through, they wait for it. */
    void send(ByteBuffer bytes, Consumer<ByteBuffer> network) throws SSLException {
        if (!established) {
            early.add(bytes);
            return;
        }
        while (bytes.hasRemaining() && !engine.isOutboundDone()) {
            wrap(bytes, network);
        }
    }

    /** Says that nothing more comes. */
    void end(Consumer<ByteBuffer> network) throws SSLException {
        engine.closeOutbound();
        while (!engine.isOutboundDone() && wrap(NOTHING, network)) {
            // Until the last record is out.
        }
    }

    private void handshake(Consumer<ByteBuffer> network) throws SSLException {
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                Runnable task = engine.getDelegatedTask();
                while (task != null) {
                    task.run();
                    task = engine.getDelegatedTask();
                }
            } else if (status != HandshakeStatus.NEED_WRAP || !wrap(NOTHING, network)) {
                return;
            }
        }
    }

    private void notice(Consumer<ByteBuffer> network, Runnable onEstablished) throws SSLException {
        if (!established && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
            established = true;
            while (!early.isEmpty()) {
                send(early.remove(), network);
            }
            onEstablished.run();
        }
    }

    private boolean wrap(ByteBuffer plain, Consumer<ByteBuffer> network) throws SSLException {
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        SSLEngineResult result = engine.wrap(plain, record);
        if (record.position() > 0) {
            network.accept(record.flip());
        }
        return result.bytesConsumed() > 0 || result.bytesProduced() > 0;
    }

    private ByteBuffer joined(ByteBuffer bytes) {
        if (!held.hasRemaining()) {
            return bytes;
        }
        ByteBuffer both = ByteBuffer.allocate(held.remaining() + bytes.remaining());
        return both.put(held).put(bytes).flip();
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }
}
