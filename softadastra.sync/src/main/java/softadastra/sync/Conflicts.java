package softadastra.sync;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.store.Arbiter;
import softadastra.store.OperationId;

/**
 * The conflicts that the application has not taken yet, oldest first: what the notes of a log come to. There are at most {@value
 * #MAX_COUNT} of them, and their values have at most 64 MiB; beyond that the oldest go, and are counted.
 *
 * <p>That the application has taken some is a note too:
 *
 * <pre>
 * note 67 = version:u8 (1)  dropped:varint  count:varint  { loser } * count  count:varint  { loser } * count
 *
 * dropped : how many have gone for want of room
 * losers  : those that were taken; and of them those that had come before what they belong to, and will come again
 * </pre>
 *
 * <p>For one thread.
 */
final class Conflicts {

    /** The type code of the note that says which were taken. */
    static final int TAKEN_NOTE = 67;

    static final int MAX_COUNT = 10_000;
    static final long MAX_BYTES = 64L << 20;

    private static final int VERSION = 1;

    /** What one takes beside its value, about. */
    private static final int OVERHEAD = 256;

    private final BoundedMap<OperationId, NotedConflict> byLoser;

    /** Losers that were taken and come again with what they belong to. */
    private final BoundedMap<OperationId, OperationId> early;

    Conflicts() {
        this(MAX_COUNT, MAX_BYTES);
    }

    Conflicts(int maxCount, long maxBytes) {
        this.byLoser = new BoundedMap<>(maxCount, maxBytes, noted -> size(noted.conflict()));
        this.early = new BoundedMap<>(maxCount);
    }

    /**
     * Adds one, unless its loser is there.
     *
     * @param sequence up to where the log was when it was noted
     * @return whether it was added
     */
    boolean add(Conflict conflict, long sequence) {
        return !early.containsKey(conflict.loser())
                && byLoser.putIfAbsent(conflict.loser(), new NotedConflict(conflict, sequence));
    }

    private static long size(Conflict conflict) {
        return OVERHEAD
                + conflict.key().length()
                + conflict.lost().map(value -> (long) value.length()).orElse(0L);
    }

    /** Whether there is, or was, nothing more to tell of a loser. */
    boolean isTold(OperationId loser) {
        return byLoser.containsKey(loser) || early.containsKey(loser);
    }

    boolean has(OperationId loser) {
        return byLoser.containsKey(loser);
    }

    /** All of them, oldest first; a copy. */
    List<Conflict> all() {
        return noted().stream().map(NotedConflict::conflict).collect(Collectors.toCollection(ArrayList::new));
    }

    /** The same, with where they are noted. */
    List<NotedConflict> noted() {
        return List.copyOf(byLoser.asMap().values());
    }

    int size() {
        return byLoser.size();
    }

    /** How many have gone for want of room, since the log began. */
    long dropped() {
        return byLoser.dropped();
    }

    /** Takes back one that has not come about. */
    void withdraw(OperationId loser) {
        remove(loser);
    }

    private void remove(OperationId loser) {
        NotedConflict unused = byLoser.remove(loser);
    }

    /** The note that some were taken, of which some will come again. */
    static byte[] taken(Collection<OperationId> losers, Collection<OperationId> early) {
        return encode(0, losers, early);
    }

    private static byte[] encode(long dropped, Collection<OperationId> losers, Collection<OperationId> early) {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeVarint(dropped);
        out.writeVarint(losers.size());
        losers.forEach(loser -> Conflict.write(out, loser));
        out.writeVarint(early.size());
        early.forEach(loser -> Conflict.write(out, loser));
        return out.toByteArray();
    }

    /**
     * Takes the note that some were taken.
     *
     * @throws softadastra.core.MalformedDataException if it is none
     */
    void readTaken(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        int version = in.readByte();
        if (version != VERSION) {
            throw in.malformed("taken conflicts of version " + version, 0);
        }
        long gone = in.readVarint(Long.MAX_VALUE);
        List<OperationId> losers = readIds(in);
        List<OperationId> again = readIds(in);
        in.expectEnd();
        byLoser.addDropped(gone);
        losers.forEach(this::remove);
        for (OperationId each : again) {
            boolean unused = early.putIfAbsent(each, each);
        }
    }

    private static List<OperationId> readIds(ByteReader in) {
        List<OperationId> ids = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            ids.add(Conflict.readId(in));
        }
        return ids;
    }

    /** Says in notes what there is. */
    void writeTo(Arbiter.NoteSink sink) {
        if (dropped() > 0 || early.size() > 0) {
            sink.add(TAKEN_NOTE, encode(dropped(), List.of(), early.asMap().keySet()));
        }
        noted().forEach(noted -> sink.add(Conflict.NOTE, noted.conflict().encode()));
    }
}
