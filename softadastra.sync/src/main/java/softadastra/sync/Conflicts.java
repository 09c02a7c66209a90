package softadastra.sync;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    private final Map<OperationId, NotedConflict> byLoser = new LinkedHashMap<>();

    /** Losers that were taken and come again with what they belong to. */
    private final Set<OperationId> early = new LinkedHashSet<>();

    private final int maxCount;
    private final long maxBytes;
    private long bytes;
    private long dropped;

    Conflicts() {
        this(MAX_COUNT, MAX_BYTES);
    }

    Conflicts(int maxCount, long maxBytes) {
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
    }

    /**
     * Adds one, unless its loser is there.
     *
     * @param sequence up to where the log was when it was noted
     * @return whether it was added
     */
    boolean add(Conflict conflict, long sequence) {
        NotedConflict noted = new NotedConflict(conflict, sequence);
        if (early.contains(conflict.loser()) || byLoser.putIfAbsent(conflict.loser(), noted) != null) {
            return false;
        }
        bytes += size(conflict);
        Iterator<NotedConflict> oldest = byLoser.values().iterator();
        // The newest stays, however large it is.
        while (byLoser.size() > maxCount || (bytes > maxBytes && byLoser.size() > 1)) {
            bytes -= size(oldest.next().conflict());
            oldest.remove();
            dropped++;
        }
        return true;
    }

    private static long size(Conflict conflict) {
        return OVERHEAD
                + conflict.key().length()
                + conflict.lost().map(value -> (long) value.length()).orElse(0L);
    }

    /** Whether there is, or was, nothing more to tell of a loser. */
    boolean isTold(OperationId loser) {
        return byLoser.containsKey(loser) || early.contains(loser);
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
        return List.copyOf(byLoser.values());
    }

    int size() {
        return byLoser.size();
    }

    /** How many have gone for want of room, since the log began. */
    long dropped() {
        return dropped;
    }

    /** Takes back one that has not come about. */
    void withdraw(OperationId loser) {
        remove(loser);
    }

    private void remove(OperationId loser) {
        NotedConflict removed = byLoser.remove(loser);
        bytes -= removed == null ? 0 : size(removed.conflict());
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
        dropped += gone;
        losers.forEach(this::remove);
        early.addAll(again);
        Iterator<OperationId> oldest = early.iterator();
        while (early.size() > maxCount) {
            OperationId unused = oldest.next();
            oldest.remove();
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
        if (dropped > 0 || !early.isEmpty()) {
            sink.add(TAKEN_NOTE, encode(dropped, List.of(), early));
        }
        byLoser.values()
                .forEach(noted -> sink.add(Conflict.NOTE, noted.conflict().encode()));
    }
}
