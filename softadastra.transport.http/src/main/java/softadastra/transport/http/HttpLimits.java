package softadastra.transport.http;

/**
 * What bounds the transport's memory, time and patience. Immutable.
 *
 * @param connections connections from others at one time; beyond it the oldest that has shown nothing gives way
 * @param sessions sessions of others at one time
 * @param headBytes the longest head of a request or an answer
 * @param batchBytes how much one body gathers of what waits; a larger message goes alone
 * @param inboxBytes how much may have arrived and not been taken; a message that is longer comes in while half of it is free
 * @param outboxBytes how much may wait for one node; likewise
 * @param bodyBytes how much all bodies on their way in may take together
 * @param headMillis for a head to be complete, and for a TLS handshake
 * @param idleMillis how long a connection may be open that has shown nothing
 * @param sessionMillis how long a connection, or a session, that was used may be idle
 * @param connectMillis for a connection to be made
 * @param answerMillis for an answer to come
 * @param pollMillis how long a poll is held open
 * @param graceMillis how long after its last poll a node counts as reachable
 * @param bytesPerSecond the rate at which a body has to come, beyond {@code headMillis}
 * @param backoffMillis the first bound of the pause between two tries to call a node; it doubles
 * @param backoffMaxMillis the last bound of that pause
 * @param strangersPerSecond requests without a session that one remote address may make
 * @param compressLoopback whether what stays on the machine is compressed too
 */
record HttpLimits(
        int connections,
        int sessions,
        int headBytes,
        int batchBytes,
        long inboxBytes,
        long outboxBytes,
        long bodyBytes,
        int headMillis,
        int idleMillis,
        int sessionMillis,
        int connectMillis,
        int answerMillis,
        int pollMillis,
        int graceMillis,
        int bytesPerSecond,
        int backoffMillis,
        int backoffMaxMillis,
        int strangersPerSecond,
        boolean compressLoopback) {

    /** Of messages, in bytes, whatever the longest one may be: that one is rare, and a queue of them is never needed. */
    private static final int QUEUE = 16 << 20;

    private static final int BATCH = 1 << 20;

    /** The limits that hold for everybody; messages may be as long as given. */
    static HttpLimits defaults(int maxMessageBytes) {
        // The longest body, and others beside it.
        long bodies = QUEUE + (long) Protocol.maxBody(maxMessageBytes, BATCH);
        return new HttpLimits(
                2048, 1024, 8 << 10, BATCH, QUEUE, QUEUE, bodies, 10_000, 60_000, 120_000, 5_000, 15_000, 20_000, 5_000,
                16 << 10, 200, 60_000, 500, false);
    }

    /** TLS handshakes that one remote address may begin. */
    int handshakesPerSecond() {
        return Math.max(1, strangersPerSecond / 10);
    }

    /** How long an answer may be made: longer than any poll is held. */
    long makingMillis() {
        return pollMillis + (long) answerMillis;
    }

    /** How long a body of that many bytes may take. */
    long transferMillis(long bytes) {
        return headMillis + bytes * 1000 / bytesPerSecond;
    }

    HttpLimits withInboxBytes(long value) {
        return new HttpLimits(
                connections,
                sessions,
                headBytes,
                batchBytes,
                value,
                outboxBytes,
                bodyBytes,
                headMillis,
                idleMillis,
                sessionMillis,
                connectMillis,
                answerMillis,
                pollMillis,
                graceMillis,
                bytesPerSecond,
                backoffMillis,
                backoffMaxMillis,
                strangersPerSecond,
                compressLoopback);
    }

    HttpLimits withStrangersPerSecond(int value) {
        return new HttpLimits(
                connections,
                sessions,
                headBytes,
                batchBytes,
                inboxBytes,
                outboxBytes,
                bodyBytes,
                headMillis,
                idleMillis,
                sessionMillis,
                connectMillis,
                answerMillis,
                pollMillis,
                graceMillis,
                bytesPerSecond,
                backoffMillis,
                backoffMaxMillis,
                value,
                compressLoopback);
    }

    HttpLimits withConnections(int value) {
        return new HttpLimits(
                value,
                sessions,
                headBytes,
                batchBytes,
                inboxBytes,
                outboxBytes,
                bodyBytes,
                headMillis,
                idleMillis,
                sessionMillis,
                connectMillis,
                answerMillis,
                pollMillis,
                graceMillis,
                bytesPerSecond,
                backoffMillis,
                backoffMaxMillis,
                strangersPerSecond,
                compressLoopback);
    }

    HttpLimits withPollMillis(int value) {
        return new HttpLimits(
                connections,
                sessions,
                headBytes,
                batchBytes,
                inboxBytes,
                outboxBytes,
                bodyBytes,
                headMillis,
                idleMillis,
                sessionMillis,
                connectMillis,
                answerMillis,
                value,
                graceMillis,
                bytesPerSecond,
                backoffMillis,
                backoffMaxMillis,
                strangersPerSecond,
                compressLoopback);
    }

    HttpLimits withAnswerMillis(int value) {
        return new HttpLimits(
                connections,
                sessions,
                headBytes,
                batchBytes,
                inboxBytes,
                outboxBytes,
                bodyBytes,
                headMillis,
                idleMillis,
                sessionMillis,
                connectMillis,
                value,
                pollMillis,
                graceMillis,
                bytesPerSecond,
                backoffMillis,
                backoffMaxMillis,
                strangersPerSecond,
                compressLoopback);
    }

    HttpLimits withHeadMillis(int value) {
        return new HttpLimits(
                connections,
                sessions,
                headBytes,
                batchBytes,
                inboxBytes,
                outboxBytes,
                bodyBytes,
                value,
                idleMillis,
                sessionMillis,
                connectMillis,
                answerMillis,
                pollMillis,
                graceMillis,
                bytesPerSecond,
                backoffMillis,
                backoffMaxMillis,
                strangersPerSecond,
                compressLoopback);
    }

    HttpLimits withIdleMillis(int value) {
        return new HttpLimits(
                connections,
                sessions,
                headBytes,
                batchBytes,
                inboxBytes,
                outboxBytes,
                bodyBytes,
                headMillis,
                value,
                sessionMillis,
                connectMillis,
                answerMillis,
                pollMillis,
                graceMillis,
                bytesPerSecond,
                backoffMillis,
                backoffMaxMillis,
                strangersPerSecond,
                compressLoopback);
    }

    HttpLimits withBytesPerSecond(int value) {
        return new HttpLimits(
                connections,
                sessions,
                headBytes,
                batchBytes,
                inboxBytes,
                outboxBytes,
                bodyBytes,
                headMillis,
                idleMillis,
                sessionMillis,
                connectMillis,
                answerMillis,
                pollMillis,
                graceMillis,
                value,
                backoffMillis,
                backoffMaxMillis,
                strangersPerSecond,
                compressLoopback);
    }

    HttpLimits withCompressLoopback(boolean value) {
        return new HttpLimits(
                connections,
                sessions,
                headBytes,
                batchBytes,
                inboxBytes,
                outboxBytes,
                bodyBytes,
                headMillis,
                idleMillis,
                sessionMillis,
                connectMillis,
                answerMillis,
                pollMillis,
                graceMillis,
                bytesPerSecond,
                backoffMillis,
                backoffMaxMillis,
                strangersPerSecond,
                value);
    }

    HttpLimits withBackoffMaxMillis(int value) {
        return new HttpLimits(
                connections,
                sessions,
                headBytes,
                batchBytes,
                inboxBytes,
                outboxBytes,
                bodyBytes,
                headMillis,
                idleMillis,
                sessionMillis,
                connectMillis,
                answerMillis,
                pollMillis,
                graceMillis,
                bytesPerSecond,
                backoffMillis,
                value,
                strangersPerSecond,
                compressLoopback);
    }
}
