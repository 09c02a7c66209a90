package softadastra.transport.http;

import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
 * keeps of them; only the piece of a record that has not come whole yet stays. What a handshake has to compute is handed over, since
 * it takes a thread some milliseconds; until that is done, what comes waits.
 */
final class Tls {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** The content type that a connection begins with. */
    private static final byte HANDSHAKE = 22;

    /** Records without data, both ways, that a connection may have for each {@link #MUCH} of data that came: a new key may be asked for. */
    private static final int MAX_QUIET = 64;

    private static final int MUCH = 1 << 20;

    private final SSLEngine engine;
    private final Deque<ByteBuffer> early = new ArrayDeque<>();
    private ByteBuffer held = NOTHING;
    private final Consumer<Runnable> tasks;
    private boolean busy;
    private int quiet;
    private int data;
    private boolean established;
    private boolean ended;

    /**
     * {@code tasks} takes what a handshake has to compute; it may run it elsewhere, and has {@link #resume} called once it is done.
     */
    Tls(SSLEngine engine, Consumer<Runnable> tasks) {
        this.engine = engine;
        this.tasks = tasks;
    }

    /** Begins the handshake, as the side that has made the connection. */
    void begin(Consumer<ByteBuffer> network) throws SSLException {
        engine.beginHandshake();
        handshake(network);
    }

    /** Whether bytes, if they are the first that come, can be the beginning of a handshake. */
    boolean isRecord(ByteBuffer bytes) {
        return busy
                || engine.getUseClientMode()
                || established
                || held.hasRemaining()
                || engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
                || bytes.get(bytes.position()) == HANDSHAKE;
    }

    boolean established() {
        return established;
    }

    /** Whether something is being computed, without which nothing goes on: what came would only wait. */
    boolean busy() {
        return busy;
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
        while (more && !ended && !busy) {
            ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
            SSLEngineResult result = engine.unwrap(source, plain);
            if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                throw new SSLException("a record is larger than the session allows");
            }
            ended = result.getStatus() == Status.CLOSED;
            count(result);
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

    /** What was to be computed has been. */
    void resume(Consumer<ByteBuffer> user, Consumer<ByteBuffer> network, Runnable onEstablished) throws SSLException {
        busy = false;
        handshake(network);
        notice(network, onEstablished);
        received(NOTHING, user, network, onEstablished);
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
        if (busy) {
            // The engine would make this thread wait for what is being computed.
            return;
        }
        engine.closeOutbound();
        while (!engine.isOutboundDone() && wrap(NOTHING, network)) {
            // Until the last record is out.
        }
    }

    private void handshake(Consumer<ByteBuffer> network) throws SSLException {
        while (!busy) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                List<Runnable> all = new ArrayList<>();
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    all.add(task);
                }
                busy = true;
                tasks.accept(() -> all.forEach(Runnable::run));
            } else if (status != HandshakeStatus.NEED_WRAP || !wrap(NOTHING, network)) {
                return;
            } else if (established) {
                quiet();
            }
        }
    }

    private void count(SSLEngineResult result) throws SSLException {
        if (!established) {
            return;
        }
        data += result.bytesProduced();
        if (data >= MUCH) {
            data = 0;
            quiet = 0;
        }
        if (result.bytesConsumed() > 0 && result.bytesProduced() == 0) {
            quiet();
        }
    }

    private void quiet() throws SSLException {
        if (++quiet > MAX_QUIET) {
            throw new SSLException("too many records without data");
        }
    }

    private void notice(Consumer<ByteBuffer> network, Runnable onEstablished) throws SSLException {
        if (!established && !busy && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
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
            // Most records are far shorter than the longest one, and may wait for long.
            network.accept(copy(record.flip()));
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
