package softadastra.transport.http;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/**
 * Whether a TLS context has a key that it can show to those who call. A context does not say, so it is asked as a caller would ask it:
 * with the beginning of a handshake, in memory.
 */
final class ServerKey {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ServerKey() {}

    /** Whether an engine that serves finds a key for whoever calls; false only where its own side breaks off. Takes some milliseconds. */
    static boolean isShownBy(SSLEngine server) {
        try {
            ByteBuffer hello = hello();
            ByteBuffer plain = ByteBuffer.allocate(server.getSession().getApplicationBufferSize());
            server.beginHandshake();
            var unused = server.unwrap(hello, plain);
            for (Runnable task = server.getDelegatedTask(); task != null; task = server.getDelegatedTask()) {
                task.run();
            }
            // What went wrong in a task is told by the next step.
            ByteBuffer answer = ByteBuffer.allocate(server.getSession().getPacketBufferSize());
            var unusedToo = server.wrap(NOTHING.duplicate(), answer);
            return true;
        } catch (SSLException e) {
            return false;
        }
    }

    /** What a caller begins with, who takes whatever a JVM can offer. */
    private static ByteBuffer hello() throws SSLException {
        try {
            SSLContext any = SSLContext.getInstance("TLS");
            any.init(null, new TrustManager[0], new SecureRandom());
            SSLEngine client = any.createSSLEngine();
            client.setUseClientMode(true);
            ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
            var unused = client.wrap(NOTHING.duplicate(), hello);
            return hello.flip();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }
}
