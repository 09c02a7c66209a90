package softadastra.sync;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.store.Arbiter;
import softadastra.store.OperationId;
import softadastra.store.Origin;

/**
 * What was rejected for good, as the notes of a log come to: which operations this node has rejected and their writers have yet to
 * know of; which of its own were rejected by others; and which of these the application has dealt with, so that word that comes late
 * changes nothing.
 *
 * <pre>
 * note 69 = version:u8 (1)  kind:u8  count:varint  { [by  since:i64]  id  rejection } * count
 * note 70 = version:u8 (1 or 2)  count:varint  { id } * count  count:varint  { by  id } * count
 *           of version 2: count:varint  { id } * count  gone:varint * 3
 *
 * kind 0    : this node has rejected them
 * kind 1    : others have rejected them; by, since: who, and when that was heard of here, in milliseconds
 * kind 2    : this node has taken a part of what stands at somebody who goes without them, and will, once they count as held
 * kind 3    : this node goes without them, and their writers know
 * note 70   : whose writers know by now; what the application has dealt with; what is missing no more, see {@link Missing}; and
 *             how many have gone for want of room: of those to be told, of those that have failed, and of those that are missing
 * </pre>
 *
 * <p>Of each there are at most {@value #MAX_COUNT}, and 16 MiB; beyond that the oldest go, and are counted. For one thread.
 */
final class Rejections {

    /** The note of what was rejected; one of this node's own is in the batch that decided it. */
    static final int NOTE = 69;

    /** The note of what needs no more to be done about. */
    static final int DONE_NOTE = 70;

    static final int MAX_COUNT = 10_000;
    private static final long MAX_BYTES = 16L << 20;
    private static final int VERSION = 1;

    /** Of a note of what is done that has more to it. */
    private static final int LONG_VERSION = 2;

    private static final int HERE = 0;
    private static final int ELSEWHERE = 1;
    private static final int INHERITED = 2;
    private static final int TOLD = 3;

    /**
     * That a node has rejected an operation.
     *
     * @param by the node
     * @param id the operation
     */
    record Claim(Origin by, OperationId id) {}

    /**
     * The same, whatever the epoch: a node that keeps nothing rejects again in each, and what was said to that stays said.
     *
     * @param by the node
     * @param id the operation
     */
    private record Known(NodeId by, OperationId id) {

        static Known of(Claim claim) {
            return new Known(claim.by.node(), claim.id);
        }
    }

    /**
     * A rejection of an operation of this node.
     *
     * @param by who has rejected it
     * @param sinceMillis when that was heard of
     * @param rejection what was rejected, and why
     */
    record Failure(Origin by, long sinceMillis, Rejection rejection) {

        Claim claim() {
            return new Claim(by, rejection.id());
        }
    }

    private final BoundedMap<OperationId, Rejection> untold = new BoundedMap<>(MAX_COUNT, MAX_BYTES, Rejection::size);
    private final BoundedMap<OperationId, Rejection> inherited =
            new BoundedMap<>(MAX_COUNT, MAX_BYTES, Rejection::size);
    private final Missing missing = new Missing(MAX_COUNT, MAX_BYTES);
    private final BoundedMap<Known, Failure> failures = new BoundedMap<>(
            MAX_COUNT, MAX_BYTES, failure -> failure.rejection().size());
    private final BoundedMap<Known, Claim> done = new BoundedMap<>(MAX_COUNT);

    /** What this node has rejected and the writer has yet to know of, oldest first. */
    Map<OperationId, Rejection> untold() {
        return untold.asMap();
    }

    /** What this node will go without, once it counts as held, since it has got what stands at somebody who does. */
    Collection<Rejection> inherited() {
        return inherited.asMap().values();
    }

    /** What this node goes without, or will. */
    Missing missing() {
        return missing;
    }

    /** How many that this node has rejected have gone for want of room before their writers knew. */
    long untoldDropped() {
        return untold.dropped();
    }

    /** How many that others have rejected have gone for want of room before the application has dealt with them. */
    long failuresDropped() {
        return failures.dropped();
    }

    /** What others have rejected, oldest first; an operation that several have, once for each. */
    Collection<Failure> failures() {
        return failures.asMap().values();
    }

    /** The operations among them. */
    Set<OperationId> failed() {
        Set<OperationId> ids = new LinkedHashSet<>();
        failures.asMap().keySet().forEach(known -> ids.add(known.id()));
        return ids;
    }

    /** Whether it is noted that somebody has rejected an operation of this node. */
    boolean isNoted(Claim claim) {
        return failures.containsKey(Known.of(claim)) || done.containsKey(Known.of(claim));
    }

    /** This node has rejected an operation. */
    void add(Rejection rejection) {
        Rejection unused = inherited.remove(rejection.id());
        missing.add(rejection);
        boolean unusedAdded = untold.putIfAbsent(rejection.id(), rejection);
    }

    /** Somebody has rejected an operation of this node. */
    void fail(Failure failure) {
        boolean unused = !isNoted(failure.claim()) && failures.putIfAbsent(Known.of(failure.claim()), failure);
    }

    /** This node has got what stands at somebody who goes without an operation, and will go without it too. */
    void inherit(Rejection rejection) {
        if (!untold.containsKey(rejection.id()) && inherited.putIfAbsent(rejection.id(), rejection)) {
            // What goes for want of room is counted by those that are missing, which it is among.
            missing.add(rejection);
        }
    }

    /** What was missing has come, or something has taken its place. */
    void replaced(OperationId id) {
        missing.remove(id);
        Rejection unused = inherited.remove(id);
    }

    private void told(OperationId id) {
        Rejection unused = untold.remove(id);
    }

    private void deal(Claim claim) {
        Failure unused = failures.remove(Known.of(claim));
        done.putLast(Known.of(claim), claim);
    }

    /** The note that this node has rejected operations. */
    static byte[] note(Collection<Rejection> rejections) {
        return note(HERE, rejections);
    }

    /** The note that this node will go without operations, since it has got what stands at somebody who does. */
    static byte[] noteInherited(Collection<Rejection> rejections) {
        return note(INHERITED, rejections);
    }

    private static byte[] note(int kind, Collection<Rejection> rejections) {
        ByteWriter out = begin(kind, rejections.size());
        rejections.forEach(each -> write(out, each));
        return out.toByteArray();
    }

    /** The note that others have rejected operations of this node. */
    static byte[] noteFailures(Collection<Failure> failures) {
        ByteWriter out = begin(ELSEWHERE, failures.size());
        failures.forEach(each -> {
            Members.write(out, each.by());
            out.writeLong(each.sinceMillis());
            write(out, each.rejection());
        });
        return out.toByteArray();
    }

    private static ByteWriter begin(int kind, int count) {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeByte(kind);
        out.writeVarint(count);
        return out;
    }

    private static void write(ByteWriter out, Rejection rejection) {
        Conflict.write(out, rejection.id());
        rejection.write(out);
    }

    /** The note that writers know of some that this node has rejected, and that the application has dealt with others. */
    static byte[] noteDone(Collection<OperationId> told, Collection<Claim> dealtWith) {
        return beginDone(VERSION, told, dealtWith).toByteArray();
    }

    /** The note that some that were missing are not any more. */
    static byte[] noteReplaced(Collection<OperationId> replaced) {
        return noteLong(List.of(), replaced, 0, 0, 0);
    }

    private static byte[] noteLong(
            Collection<Claim> dealtWith, Collection<OperationId> replaced, long gone, long lost, long without) {
        ByteWriter out = beginDone(LONG_VERSION, List.of(), dealtWith);
        out.writeVarint(replaced.size());
        replaced.forEach(id -> Conflict.write(out, id));
        out.writeVarint(gone);
        out.writeVarint(lost);
        out.writeVarint(without);
        return out.toByteArray();
    }

    private static ByteWriter beginDone(int version, Collection<OperationId> told, Collection<Claim> dealtWith) {
        ByteWriter out = new ByteWriter();
        out.writeByte(version);
        out.writeVarint(told.size());
        told.forEach(id -> Conflict.write(out, id));
        out.writeVarint(dealtWith.size());
        dealtWith.forEach(claim -> {
            Members.write(out, claim.by());
            Conflict.write(out, claim.id());
        });
        return out;
    }

    /**
     * Takes a note of what was rejected.
     *
     * @throws MalformedDataException if it is none
     */
    void read(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        int version = in.readByte();
        requireVersion(in, version, VERSION);
        int position = in.position();
        int kind = in.readByte();
        if (kind > TOLD) {
            throw in.malformed("rejections of kind " + kind, position);
        }
        List<Rejection> own = new ArrayList<>();
        List<Failure> others = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            if (kind == ELSEWHERE) {
                Origin by = Members.readOrigin(in);
                long since = in.readLong();
                others.add(new Failure(by, since, Rejection.read(in, Conflict.readId(in))));
            } else {
                own.add(Rejection.read(in, Conflict.readId(in)));
            }
        }
        in.expectEnd();
        switch (kind) {
            case HERE -> own.forEach(this::add);
            case INHERITED -> own.forEach(this::inherit);
            case TOLD -> own.forEach(missing::add);
            default -> others.forEach(this::fail);
        }
    }

    /**
     * Takes a note of what needs no more to be done about.
     *
     * @throws MalformedDataException if it is none
     */
    void readDone(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        int version = in.readByte();
        requireVersion(in, version, LONG_VERSION);
        List<OperationId> known = readIds(in);
        List<Claim> dealtWith = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin by = Members.readOrigin(in);
            dealtWith.add(new Claim(by, Conflict.readId(in)));
        }
        List<OperationId> past = version == LONG_VERSION ? readIds(in) : List.of();
        long[] gone = new long[3];
        for (int i = 0; version == LONG_VERSION && i < gone.length; i++) {
            gone[i] = in.readVarint(Long.MAX_VALUE);
        }
        in.expectEnd();
        known.forEach(this::told);
        dealtWith.forEach(this::deal);
        past.forEach(this::replaced);
        untold.addDropped(gone[0]);
        failures.addDropped(gone[1]);
        missing.addDropped(gone[2]);
    }

    private static List<OperationId> readIds(ByteReader in) {
        List<OperationId> ids = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            ids.add(Conflict.readId(in));
        }
        return ids;
    }

    private static void requireVersion(ByteReader in, int version, int newest) {
        if (version < VERSION || version > newest) {
            throw in.malformed("rejections of version " + version, 0);
        }
    }

    /** Says in notes what there is. */
    void writeTo(Arbiter.NoteSink sink) {
        List<Rejection> told = missing.all().stream()
                .filter(each -> !untold.containsKey(each.id()) && !inherited.containsKey(each.id()))
                .toList();
        noteAll(sink, TOLD, told);
        noteAll(sink, HERE, untold().values());
        noteAll(sink, INHERITED, inherited());
        if (failures.size() > 0) {
            sink.add(NOTE, noteFailures(failures()));
        }
        List<OperationId> replaced =
                untold().keySet().stream().filter(id -> !missing.has(id)).toList();
        long without = missing.dropped();
        if (!replaced.isEmpty() || untoldDropped() + failuresDropped() + without > 0) {
            sink.add(DONE_NOTE, noteLong(done.asMap().values(), replaced, untoldDropped(), failuresDropped(), without));
        } else if (done.size() > 0) {
            sink.add(DONE_NOTE, noteDone(List.of(), done.asMap().values()));
        }
    }

    private static void noteAll(Arbiter.NoteSink sink, int kind, Collection<Rejection> rejections) {
        if (!rejections.isEmpty()) {
            sink.add(NOTE, note(kind, rejections));
        }
    }
}
