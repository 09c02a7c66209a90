package softadastra.sync;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.NodeId;
import softadastra.store.Origin;

/**
 * What members have acknowledged, as the log has it: so that the outbox is not full again after a restart until all of them have
 * spoken. It is noted now and then; what a crash loses of it costs that something is sent again, or counted until then.
 *
 * <pre>
 * note   = version:u8 (1)  count:varint  { origin  count:varint  { origin  counter:varint } * count } * count
 * origin = node:utf8  epoch:i64
 * </pre>
 */
final class AckMarks {

    /** The type code of the note. */
    static final int NOTE = 68;

    private static final int VERSION = 1;
    private static final long PAUSE_NANOS = 1_000_000_000L;

    private final TreeMap<Origin, Vector> marks = new TreeMap<>();
    private boolean noted;
    private long notedAt;

    /** The marks, by member. */
    SortedMap<Origin, Vector> all() {
        return Collections.unmodifiableSortedMap(marks);
    }

    /** Takes over what members have acknowledged. */
    void raise(Collection<Peer> peers) {
        for (Peer peer : peers) {
            boolean unused = mark(peer.origin()).merge(peer.acknowledged());
        }
    }

    private Vector mark(Origin member) {
        return marks.computeIfAbsent(member, absent -> new Vector());
    }

    /** Whether members have acknowledged operations of a node that are not marked. */
    boolean isBehind(Collection<Peer> peers, NodeId node) {
        for (Peer peer : peers) {
            Vector mark = marks.get(peer.origin());
            for (Map.Entry<Origin, Long> each : peer.acknowledged().counters().entrySet()) {
                if (each.getKey().node().equals(node)
                        && (mark == null || mark.counter(each.getKey()) < each.getValue())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** In how many nanoseconds, from a time as of the ticks on, it may be noted again. */
    long pause(long now) {
        return noted ? PAUSE_NANOS - (now - notedAt) : 0;
    }

    void noted(long now) {
        noted = true;
        notedAt = now;
    }

    byte[] encode() {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeVarint(marks.size());
        marks.forEach((member, held) -> {
            Members.write(out, member);
            out.writeVarint(held.counters().size());
            held.counters().forEach((origin, counter) -> {
                Members.write(out, origin);
                out.writeVarint(counter);
            });
        });
        return out.toByteArray();
    }

    /**
     * Takes over what a note says.
     *
     * @throws softadastra.core.MalformedDataException if it is none
     */
    void read(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        int position = in.position();
        int version = in.readByte();
        if (version != VERSION) {
            throw in.malformed("acknowledgements of version " + version, position);
        }
        TreeMap<Origin, Vector> read = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            Vector held = read.computeIfAbsent(Members.readOrigin(in), absent -> new Vector());
            for (int j = in.readCount(); j > 0; j--) {
                held.raise(Members.readOrigin(in), in.readVarint(Long.MAX_VALUE));
            }
        }
        in.expectEnd();
        for (Map.Entry<Origin, Vector> each : read.entrySet()) {
            boolean unused = mark(each.getKey()).merge(each.getValue());
        }
    }
}
