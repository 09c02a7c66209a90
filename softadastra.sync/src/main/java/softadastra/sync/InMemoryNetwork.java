package softadastra.sync;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;

/**
 * A network within one JVM, with faults on demand, for tests of applications and for simulation: what happens to a message depends
 * on the seed, on the messages before it, and on nothing else.
 *
 * <pre>{@code
 * InMemoryNetwork network = new InMemoryNetwork(1);
 * SyncEngine a = SyncEngine.open(storeA, SyncConfig.local(), network.connect(nodeA)).orElseThrow();
 * SyncEngine b = SyncEngine.open(storeB, SyncConfig.local(), network.connect(nodeB)).orElseThrow();
 * network.loseOneIn(3);
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class InMemoryNetwork {

    /** So many messages wait for a node; what comes then is lost. */
    private static final int MAX_WAITING = 1_024;

    private final Map<NodeId, Endpoint> endpoints = new TreeMap<>();
    private final Set<NodeId> apart = new HashSet<>();
    private final SplittableRandom random;
    private int loss;
    private int repetition;
    private int longest = Ways.MAX_MESSAGE_BYTES;
    private long lost;

    /**
     * Makes a network that loses nothing.
     *
     * @param seed what its faults are drawn from
     */
    public InMemoryNetwork(long seed) {
        random = new SplittableRandom(seed);
    }

    /**
     * Connects a node. What waits for one of that id that was connected before is lost.
     *
     * @param node its id
     * @return its end
     */
    public synchronized SyncTransport connect(NodeId node) {
        Endpoint endpoint = new Endpoint(node);
        endpoints.put(node, endpoint);
        changed();
        return endpoint;
    }

    /**
     * Loses messages from here on.
     *
     * @param number one in how many; 0 for none
     */
    public synchronized void loseOneIn(int number) {
        loss = number;
    }

    /**
     * Delivers messages twice from here on.
     *
     * @param number one in how many; 0 for none
     */
    public synchronized void repeatOneIn(int number) {
        repetition = number;
    }

    /**
     * Loses messages that are longer than this from here on; at first, those that are longer than any transport {@linkplain
     * TransportHost#maxMessageBytes needs to keep}.
     *
     * @param bytes the length of the longest message that arrives
     */
    public synchronized void loseLongerThan(int bytes) {
        longest = bytes;
    }

    /**
     * Cuts some nodes off from all others; among each other they stay connected. Replaces the cut before.
     *
     * @param nodes their ids; none to mend the network
     */
    public synchronized void cutOff(Set<NodeId> nodes) {
        apart.clear();
        apart.addAll(nodes);
        changed();
    }

    /**
     * How many messages were lost.
     *
     * @return the number
     */
    public synchronized long lost() {
        return lost;
    }

    private void changed() {
        endpoints.values().forEach(Endpoint::signal);
    }

    private synchronized void transmit(NodeId from, NodeId to, byte[] message) {
        Endpoint endpoint = endpoints.get(to);
        boolean arrives = endpoint != null
                && message.length <= longest
                && apart.contains(from) == apart.contains(to)
                && !isDrawn(loss);
        if (endpoint == null || !arrives) {
            lost++;
            return;
        }
        endpoint.take(message);
        if (isDrawn(repetition)) {
            endpoint.take(message.clone());
        }
    }

    private boolean isDrawn(int oneIn) {
        return oneIn > 0 && random.nextInt(oneIn) == 0;
    }

    /** The end of one node; all of it under the lock of the network. */
    private final class Endpoint implements SyncTransport {

        private final NodeId self;
        private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
        private @Nullable Runnable onArrival;

        Endpoint(NodeId self) {
            this.self = self;
        }

        private void take(byte[] message) {
            if (waiting.size() >= MAX_WAITING) {
                lost++;
                return;
            }
            waiting.add(message);
            signal();
        }

        private void signal() {
            if (onArrival != null) {
                onArrival.run();
            }
        }

        @Override
        public void send(NodeId to, byte[] message) {
            transmit(self, to, message);
        }

        @Override
        public Optional<byte[]> receive() {
            synchronized (InMemoryNetwork.this) {
                return Optional.ofNullable(waiting.poll());
            }
        }

        @Override
        public Set<NodeId> neighbours() {
            synchronized (InMemoryNetwork.this) {
                Set<NodeId> nodes = new TreeSet<>();
                for (NodeId node : endpoints.keySet()) {
                    if (!node.equals(self) && apart.contains(node) == apart.contains(self)) {
                        nodes.add(node);
                    }
                }
                return nodes;
            }
        }

        @Override
        public Optional<String> address() {
            return Optional.of("memory:" + self);
        }

        @Override
        public List<TransportLink> links() {
            return neighbours().stream()
                    .map(node -> new TransportLink("memory:" + node, Optional.of(node), true, Optional.empty()))
                    .toList();
        }

        @Override
        public void onArrival(Runnable signal) {
            synchronized (InMemoryNetwork.this) {
                onArrival = signal;
            }
        }

        @Override
        public void close() {
            synchronized (InMemoryNetwork.this) {
                waiting.clear();
                onArrival = null;
                if (endpoints.get(self) == this) {
                    endpoints.remove(self);
                    changed();
                }
            }
        }
    }
}
