package softadastra.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import softadastra.core.NodeId;

/**
 * A network that loses, repeats, delays and reorders messages, and may be cut in two. What happens to a message depends on the seed,
 * the link, and how many came before it there, and on nothing else.
 */
final class SimulatedNetwork {

    private static final class Flying {
        final long arrival;
        final long order;
        final byte[] bytes;

        Flying(long arrival, long order, byte[] bytes) {
            this.arrival = arrival;
            this.order = order;
            this.bytes = bytes;
        }
    }

    /** So many of the messages that a node has received are kept. */
    private static final int REPEATED = 12;

    private final long seed;
    private final Map<NodeId, ArrayDeque<byte[]>> received = new HashMap<>();
    private final Map<NodeId, PriorityQueue<Flying>> arriving = new HashMap<>();
    private final TreeSet<NodeId> nodes = new TreeSet<>();
    private final Map<NodeId, Set<NodeId>> neighbours = new HashMap<>();
    private final Map<String, Long> sentOn = new HashMap<>();
    private final BiConsumer<NodeId, byte[]> tap;
    private List<NodeId> apart = List.of();
    private List<String> missing = List.of();
    private int lossPercent;
    private long time;
    private long order;
    private long sent;
    private long lost;

    /**
     * Makes a network.
     *
     * @param tap sees everything that is sent, with its sender
     */
    SimulatedNetwork(long seed, int lossPercent, BiConsumer<NodeId, byte[]> tap) {
        this.seed = seed;
        this.lossPercent = lossPercent;
        this.tap = tap;
    }

    /** The end of a node. */
    SyncTransport of(NodeId from) {
        if (nodes.add(from)) {
            neighbours.clear();
        }
        return new SyncTransport() {
            @Override
            public void send(NodeId to, byte[] message) {
                tap.accept(from, message);
                transmit(from, to, message);
            }

            @Override
            public Optional<byte[]> receive() {
                PriorityQueue<Flying> queue = arriving.get(from);
                Flying next = queue == null ? null : queue.peek();
                if (queue == null || next == null || next.arrival > time) {
                    return Optional.empty();
                }
                queue.remove();
                ArrayDeque<byte[]> some = received.computeIfAbsent(from, node -> new ArrayDeque<>());
                some.push(next.bytes);
                if (some.size() > REPEATED) {
                    byte[] unused = some.removeLast();
                }
                return Optional.of(next.bytes);
            }

            @Override
            public Set<NodeId> neighbours() {
                return neighbours.computeIfAbsent(
                        from,
                        node -> nodes.stream()
                                .filter(to -> !to.equals(from) && !missing.contains(from + ">" + to))
                                .collect(Collectors.toCollection(TreeSet::new)));
            }

            @Override
            public Optional<String> address() {
                return Optional.empty();
            }

            @Override
            public List<TransportLink> links() {
                return List.of();
            }

            @Override
            public void onArrival(Runnable signal) {}

            @Override
            public void close() {}
        };
    }

    private void transmit(NodeId from, NodeId to, byte[] message) {
        String link = from + ">" + to;
        long number = sentOn.merge(link, 1L, Long::sum);
        SplittableRandom random = new SplittableRandom(seed ^ link.hashCode() * 0x9E3779B97F4A7C15L ^ number << 20);
        sent++;
        boolean cut = apart.contains(from) != apart.contains(to) || missing.contains(link);
        if (cut || random.nextInt(100) < lossPercent) {
            lost++;
            return;
        }
        int copies = random.nextInt(100) < 10 ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long delay = random.nextInt(10) == 0 ? random.nextInt(2_000) : random.nextInt(20);
            byte[] bytes = message;
            if (lossPercent > 0 && random.nextInt(50) == 0) {
                bytes = message.clone();
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            deliver(to, new Flying(time + delay, order++, bytes));
        }
    }

    void setTime(long millis) {
        time = millis;
    }

    /** Cuts some nodes off from the others; none for no cut. */
    void cutOff(List<NodeId> nodes) {
        apart = new ArrayList<>(nodes);
    }

    /** Links that do not exist at all, as {@code from>to}. */
    void without(List<String> links) {
        neighbours.clear();
        missing = links;
    }

    /** Whether there is a way between two nodes. */
    boolean isLinked(NodeId one, NodeId other) {
        return !missing.contains(one + ">" + other) && !missing.contains(other + ">" + one);
    }

    /** From here on everything arrives. */
    void heal() {
        apart = List.of();
        lossPercent = 0;
    }

    /** What a node has received last comes again at once, the last of it first, and nothing else. */
    void repeatFor(NodeId node) {
        dropFor(node);
        received.getOrDefault(node, new ArrayDeque<>())
                .forEach(bytes -> deliver(node, new Flying(time, order++, bytes)));
    }

    private void deliver(NodeId to, Flying flying) {
        arriving.computeIfAbsent(
                        to,
                        node -> new PriorityQueue<>(Comparator.comparingLong((Flying each) -> each.arrival)
                                .thenComparingLong(each -> each.order)))
                .add(flying);
    }

    /** What was on its way to a node is lost. */
    void dropFor(NodeId node) {
        arriving.remove(node);
    }

    long sent() {
        return sent;
    }

    long lost() {
        return lost;
    }
}
