package softadastra.transport.http;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** What has happened since the transport was opened, for its status page. Thread-safe. */
final class Counters {
    final LongAdder connections = new LongAdder();
    final LongAdder givenWay = new LongAdder();
    final LongAdder handshakesFailed = new LongAdder();
    final LongAdder requests = new LongAdder();
    final LongAdder sessions = new LongAdder();
    final LongAdder messagesIn = new LongAdder();
    final LongAdder messagesOut = new LongAdder();
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesOut = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder faults = new LongAdder();

    private final ConcurrentMap<Integer, LongAdder> refusals = new ConcurrentHashMap<>();

    /** Counts a refusal with that status. */
    void refused(int status) {
        refusals.computeIfAbsent(status, any -> new LongAdder()).increment();
    }

    /** Refusals by their status; a copy. */
    Map<Integer, Long> refusals() {
        Map<Integer, Long> copy = new TreeMap<>();
        refusals.forEach((status, count) -> copy.put(status, count.sum()));
        return copy;
    }

    /** All of them by name, in a fixed order; a copy. */
    Map<String, Long> all() {
        Map<String, Long> copy = new java.util.LinkedHashMap<>();
        copy.put("connections", connections.sum());
        copy.put("givenWay", givenWay.sum());
        copy.put("handshakesFailed", handshakesFailed.sum());
        copy.put("requests", requests.sum());
        copy.put("sessions", sessions.sum());
        copy.put(
                "refused",
                refusals().values().stream().mapToLong(Long::longValue).sum());
        copy.put("messagesIn", messagesIn.sum());
        copy.put("messagesOut", messagesOut.sum());
        copy.put("bytesIn", bytesIn.sum());
        copy.put("bytesOut", bytesOut.sum());
        copy.put("dropped", dropped.sum());
        copy.put("faults", faults.sum());
        return copy;
    }
}
