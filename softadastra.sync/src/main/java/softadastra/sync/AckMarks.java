package softadastra.sync;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.NodeId;
import softadastra.store.Origin;

/**
 * What members have acknowledged, as the log has it: so that the outbox is not full again after a restart until all of them have
 * spoken. Those of members that have left are kept as one, under the name of the node itself. It is noted now and then; what a crash loses of it costs that something is sent again, or counted until then.
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
    private byte[] inLog = new byte[0];
    private boolean noted;
    private boolean changed;
    private long notedAt;

    /** The marks, by member. */
    SortedMap<Origin, Vector> all() {
        return Collections.unmodifiableSortedMap(marks);
    }

    /** What is to be noted; empty if the log has just that. */
    Optional<byte[]> news() {
        byte[] encoded = encode();
        boolean isSame = Arrays.equals(encoded, inLog);
        changed &= !isSame;
        return isSame ? Optional.empty() : Optional.of(encoded);
    }

    /** A note is in the log. */
    void isInLog(byte[] note) {
        inLog = note.clone();
        changed = false;
    }

    /** Takes over what members have acknowledged. */
    void raise(Collection<Peer> peers) {
        for (Peer peer : peers) {
            changed |= mark(peer.origin()).merge(peer.acknowledged());
        }
    }

    /**
     * What somebody had acknowledged who is no member any more counts as acknowledged by somebody, for where nobody is left.
     *
     * @param self this node, under whose name that is kept
     */
    void retire(Peer peer, Origin self) {
        Vector own = mark(self);
        Vector theirs = mark(peer.origin());
        boolean unused = theirs.merge(peer.acknowledged());
        theirs.forEach((origin, counter) -> {
            if (origin.node().equals(self.node())) {
                own.raise(origin, counter);
            }
        });
        marks.remove(peer.origin());
        changed = true;
    }

    /** What somebody had acknowledged of an origin who is no member any more. */
    long retired(NodeId self, Origin of) {
        // It may have been in another epoch by then.
        return marks.entrySet().stream()
                .filter(each -> each.getKey().node().equals(self))
                .mapToLong(each -> each.getValue().counter(of))
                .max()
                .orElse(0);
    }

    private Vector mark(Origin member) {
        return marks.computeIfAbsent(member, absent -> new Vector());
    }

    /** Whether members have acknowledged operations of a node that are not marked. */
    boolean isBehind(Collection<Peer> peers, NodeId node) {
        return changed
                || peers.stream().anyMatch(peer -> isBehind(marks.get(peer.origin()), peer.acknowledged(), node));
    }

    private static boolean isBehind(@Nullable Vector mark, Vector acknowledged, NodeId node) {
        for (Origin origin : acknowledged.origins()) {
            long marked = mark == null ? 0 : mark.counter(origin);
            if (origin.node().equals(node) && marked < acknowledged.counter(origin)) {
                return true;
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
            held.writeTo(out);
        });
        return out.toByteArray();
    }

    /**
     * Takes over what a note says, which has all that those before it had, but of members that have left since.
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
            read.computeIfAbsent(Members.readOrigin(in), absent -> new Vector()).raiseTo(in);
        }
        in.expectEnd();
        marks.clear();
        marks.putAll(read);
        inLog = payload.clone();
    }
}
