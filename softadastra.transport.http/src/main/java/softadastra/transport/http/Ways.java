package softadastra.transport.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import softadastra.core.NodeId;

/**
 * Which node is reached how: by a call of ours, or by a poll of its own that is held here. Everything that goes to one node goes one
 * way at a time, since what takes two ways overtakes itself, and the receiver takes nothing out of order.
 *
 * <p>On the loop's thread only, but for what says otherwise.
 */
final class Ways {
    /** How long, in milliseconds, a node that was answered may take to poll again before another may have its name. */
    private static final int MOMENT_MILLIS = 1_000;

    private static final int MAX_SESSIONS_EACH = 4;

    private final Loop loop;
    private final HttpLimits limits;
    private final LongAdder dropped;
    private final Runnable changed;
    private final BiConsumer<Session, Outbox> delivery;
    private final Map<NodeId, Way> ways = new TreeMap<>();
    private final ConcurrentMap<NodeId, Outbox> reachable = new ConcurrentHashMap<>();

    /** Who waits until nothing is left to be handed over. */
    private final List<Runnable> draining = new ArrayList<>();

    private static final class Way {
        private final String instance;
        private final Outbox outbox;
        private final List<Caller> callers = new ArrayList<>();
        private final List<Session> sessions = new ArrayList<>();

        private Way(String instance, Outbox outbox) {
            this.instance = instance;
            this.outbox = outbox;
        }

        private boolean isDrained() {
            return outbox.hasNone()
                    && callers.stream().noneMatch(Caller::isSending)
                    && sessions.stream().noneMatch(Session::isHandingOver);
        }
    }

    /** {@code delivery} answers the poll that a session has held, out of what waits. */
    Ways(Loop loop, HttpLimits limits, LongAdder dropped, BiConsumer<Session, Outbox> delivery, Runnable changed) {
        this.loop = loop;
        this.limits = limits;
        this.dropped = dropped;
        this.changed = changed;
        this.delivery = delivery;
    }

    /** What waits for a node that there is a way to. Any thread may call this. */
    Optional<Outbox> outbox(NodeId node) {
        return Optional.ofNullable(reachable.get(node));
    }

    /** The nodes that there is a way to; a copy. Any thread may call this. */
    Set<NodeId> nodes() {
        return Set.copyOf(reachable.keySet());
    }

    /** Whether somebody else by that name is here. */
    boolean isTaken(NodeId node, String instance) {
        Way way = ways.get(node);
        if (way == null || way.instance.equals(instance)) {
            return false;
        }
        long now = loop.now();
        return !way.callers.isEmpty()
                || way.sessions.stream().anyMatch(session -> session.isAlive(now, MOMENT_MILLIS * 1_000_000L));
    }

    /** A call of ours has come through. The name is not taken. */
    void join(NodeId node, String instance, Caller caller) {
        way(node, instance).callers.add(caller);
        refresh(node);
    }

    /** A call of ours has ended. */
    void leave(NodeId node, Caller caller) {
        Way way = ways.get(node);
        if (way != null && way.callers.remove(caller)) {
            refresh(node);
            way.callers.stream().findFirst().ifPresent(Caller::promoted);
            // What was queued for the call waits for nobody else to say so: the other way is a poll that is held
            // already.
            pump(node);
        }
    }

    /** Somebody has come. The name is not taken. Answers the session that has to go for it. */
    Optional<Session> join(Session session) {
        List<Session> sessions = way(session.node, session.instance).sessions;
        sessions.add(session);
        return sessions.size() > MAX_SESSIONS_EACH ? Optional.of(sessions.remove(0)) : Optional.empty();
    }

    void leave(Session session) {
        Way way = ways.get(session.node);
        if (way != null && way.sessions.remove(session)) {
            refresh(session.node);
        }
    }

    /** Whether messages go by that caller: it is the first one that is up. */
    boolean isActive(NodeId node, Caller caller) {
        Way way = ways.get(node);
        return way != null && !way.callers.isEmpty() && way.callers.get(0) == caller;
    }

    boolean isCalled(NodeId node) {
        Way way = ways.get(node);
        return way != null && !way.callers.isEmpty();
    }

    boolean isReachable(NodeId node) {
        return reachable.containsKey(node);
    }

    /** Has an action run once what waits, or is on its way, has come to the nodes that there is a way to. */
    void whenDrained(Runnable action) {
        draining.add(action);
        tellDrained();
    }

    private void tellDrained() {
        if (!draining.isEmpty()
                && reachable.keySet().stream().map(ways::get).allMatch(way -> way == null || way.isDrained())) {
            List<Runnable> all = List.copyOf(draining);
            draining.clear();
            all.forEach(Runnable::run);
        }
    }

    /** Sees to it that what waits for a node is sent. */
    void pump(NodeId node) {
        push(node);
        tellDrained();
    }

    private void push(NodeId node) {
        Way way = ways.get(node);
        if (way == null) {
            return;
        }
        if (!way.callers.isEmpty()) {
            way.callers.get(0).push(way.outbox);
            return;
        }
        for (int i = way.sessions.size() - 1; i >= 0; i--) {
            Session session = way.sessions.get(i);
            if (session.held().isPresent()) {
                if (!way.outbox.isEmpty()) {
                    delivery.accept(session, way.outbox);
                }
                return;
            }
        }
    }

    /** Works out anew whether there is a way to a node. */
    void refresh(NodeId node) {
        Way way = ways.get(node);
        if (way == null) {
            return;
        }
        long now = loop.now();
        long grace = limits.graceMillis() * 1_000_000L;
        boolean there =
                !way.callers.isEmpty() || way.sessions.stream().anyMatch(session -> session.isReachable(now, grace));
        boolean before = reachable.containsKey(node);
        if (there && !before) {
            reachable.put(node, way.outbox);
        } else if (!there && before) {
            reachable.remove(node);
        }
        if (way.callers.isEmpty() && way.sessions.isEmpty()) {
            ways.remove(node);
        }
        if (there != before) {
            changed.run();
        }
        tellDrained();
    }

    /** Finds those that are gone; to be called every now and then. */
    void sweep() {
        for (NodeId node : List.copyOf(ways.keySet())) {
            refresh(node);
        }
    }

    private Way way(NodeId node, String instance) {
        Way way = ways.get(node);
        if (way != null && way.instance.equals(instance)) {
            return way;
        }
        reachable.remove(node);
        Way fresh = new Way(instance, new Outbox(limits.outboxBytes(), dropped));
        ways.put(node, fresh);
        return fresh;
    }

    /** Sessions of a node under another instance than this one, which are over once it has come. */
    List<Session> outdated(NodeId node, String instance) {
        Way way = ways.get(node);
        if (way == null || way.instance.equals(instance)) {
            return List.of();
        }
        return List.copyOf(way.sessions);
    }
}
