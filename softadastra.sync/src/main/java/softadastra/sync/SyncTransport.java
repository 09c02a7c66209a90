package softadastra.sync;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import softadastra.core.NodeId;

/**
 * A lossy way to other nodes: what is sent may arrive, or not, or twice, or late, or in another order. Whoever uses it counts on
 * nothing more, so it needs to promise nothing more: nodes acknowledge to each other what their logs hold.
 *
 * <p>What it does promise: a message arrives whole and unchanged or not at all, from somebody who has shown that they may send; no
 * message is longer than {@link TransportHost#maxMessageBytes}; what waits in it, in either direction, is bounded, and what does not
 * fit is dropped. It says of itself who a node is only as far as its authentication goes.
 *
 * <p>Thread-safe. No call blocks but {@link #drain} and {@link #close}.
 */
public interface SyncTransport extends AutoCloseable {

    /**
     * Hands over a message. One that there is no way for, or no room, is dropped.
     *
     * @param to the node it is for
     * @param message the message; the transport's from here on
     */
    void send(NodeId to, byte[] message);

    /**
     * The next message that has arrived.
     *
     * @return the message, the caller's from here on; empty if there is none now
     */
    Optional<byte[]> receive();

    /**
     * The nodes that there is a way to, as far as is known.
     *
     * @return their ids, as of now
     */
    Set<NodeId> neighbours();

    /**
     * Calls these addresses too, beside those it was configured with, in place of those it was told before; ways to addresses that are
     * not among them any more end. What is no address is among the {@link #links}, with what is wrong with it. A transport that calls
     * nobody by address does nothing.
     *
     * @param addresses where nodes were found; this node may be among them
     */
    default void call(Set<String> addresses) {}

    /**
     * Where others reach this node, with the port that was found where any was asked for.
     *
     * @return the address, as {@link TransportConfig#peers} of others has it; empty if it listens nowhere
     */
    Optional<String> address();

    /**
     * The ways there are, and those there should be: one for each configured address, and one for each node that has come by itself.
     *
     * @return a copy, as of now
     */
    List<TransportLink> links();

    /**
     * Has a signal run whenever {@link #receive} or {@link #neighbours} may have something new to say. Replaces the one before.
     *
     * @param signal returns at once, and throws nothing
     */
    void onArrival(Runnable signal);

    /**
     * Waits until what was sent before is handed over to the nodes that there is a way to: it waits to be {@linkplain #receive received}
     * there. What there is no way for any more is not waited for. A transport that keeps nothing has nothing to wait for. Not for
     * whoever runs the {@linkplain #onArrival signal}.
     *
     * @param patience how long to wait at most
     * @return whether nothing is left; not, if the time is over, or if this thread was interrupted, which it is still then
     */
    default boolean drain(Duration patience) {
        return true;
    }

    /** Lets go of everything it holds: sockets, threads. Messages that were not sent are dropped. Closing twice is fine. */
    @Override
    void close();
}
