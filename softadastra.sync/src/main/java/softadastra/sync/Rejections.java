package softadastra.sync;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
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
 * note 69 = version:u8 (1)  kind:u8 (0: by this node; 1: by others)  count:varint  { [by  since:i64]  id  rejection } * count
 * note 70 = version:u8 (1)  count:varint  { id } * count  count:varint  { by  id } * count
 *
 * by, since : who has rejected it, of kind 1; and when that was heard of here, in milliseconds
 * note 70   : whose writers know by now; and what the application has dealt with
 * </pre>
 *
 * <p>Of each there are at most {@value #MAX_COUNT}, and of the first two 16 MiB; beyond that the oldest go. For one thread.
 */
final class Rejections {

    /** The note of what was rejected; one of this node's own is in the batch that decided it. */
    static final int NOTE = 69;

    /** The note of what needs no more to be done about. */
    static final int DONE_NOTE = 70;

    static final int MAX_COUNT = 10_000;
    private static final long MAX_BYTES = 16L << 20;
    private static final int VERSION = 1;
    private static final int HERE = 0;
    private static final int ELSEWHERE = 1;

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

    private final Map<OperationId, Rejection> untold = new LinkedHashMap<>();
    private final Map<Known, Failure> failures = new LinkedHashMap<>();
    private final Map<Known, Claim> done = new LinkedHashMap<>();
    private long untoldBytes;
    private long failureBytes;

    /** What this node has rejected and the writer has yet to know of, oldest first. */
    Map<OperationId, Rejection> untold() {
        return untold;
    }

    /** What others have rejected, oldest first; an operation that several have, once for each. */
    Collection<Failure> failures() {
        return failures.values();
    }

    /** The operations among them. */
    Set<OperationId> failed() {
        Set<OperationId> ids = new LinkedHashSet<>();
        failures.keySet().forEach(known -> ids.add(known.id()));
        return ids;
    }

    /** Whether it is noted that somebody has rejected an operation of this node. */
    boolean isNoted(Claim claim) {
        return failures.containsKey(Known.of(claim)) || done.containsKey(Known.of(claim));
    }

    /** This node has rejected an operation. */
    void add(Rejection rejection) {
        if (untold.putIfAbsent(rejection.id(), rejection) == null) {
            untoldBytes += rejection.size();
            Iterator<Rejection> oldest = untold.values().iterator();
            while (untold.size() > MAX_COUNT || (untoldBytes > MAX_BYTES && untold.size() > 1)) {
                untoldBytes -= oldest.next().size();
                oldest.remove();
            }
        }
    }

    /** Somebody has rejected an operation of this node. */
    void fail(Failure failure) {
        if (!isNoted(failure.claim())) {
            failures.put(Known.of(failure.claim()), failure);
            failureBytes += failure.rejection().size();
            Iterator<Failure> oldest = failures.values().iterator();
            while (failures.size() > MAX_COUNT || (failureBytes > MAX_BYTES && failures.size() > 1)) {
                failureBytes -= oldest.next().rejection().size();
                oldest.remove();
            }
        }
    }

    private void told(OperationId id) {
        Rejection removed = untold.remove(id);
        untoldBytes -= removed == null ? 0 : removed.size();
    }

    private void deal(Claim claim) {
        Failure removed = failures.remove(Known.of(claim));
        failureBytes -= removed == null ? 0 : removed.rejection().size();
        if (done.put(Known.of(claim), claim) == null && done.size() > MAX_COUNT) {
            Iterator<Claim> oldest = done.values().iterator();
            Claim unused = oldest.next();
            oldest.remove();
        }
    }

    /** The note that this node has rejected operations. */
    static byte[] note(Collection<Rejection> rejections) {
        ByteWriter out = begin(HERE, rejections.size());
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
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeVarint(told.size());
        told.forEach(id -> Conflict.write(out, id));
        out.writeVarint(dealtWith.size());
        dealtWith.forEach(claim -> {
            Members.write(out, claim.by());
            Conflict.write(out, claim.id());
        });
        return out.toByteArray();
    }

    /**
     * Takes a note of what was rejected.
     *
     * @throws MalformedDataException if it is none
     */
    void read(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        requireVersion(in);
        int position = in.position();
        int kind = in.readByte();
        if (kind > ELSEWHERE) {
            throw in.malformed("rejections of kind " + kind, position);
        }
        List<Rejection> own = new ArrayList<>();
        List<Failure> others = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            if (kind == HERE) {
                own.add(Rejection.read(in, Conflict.readId(in)));
            } else {
                Origin by = Members.readOrigin(in);
                long since = in.readLong();
                others.add(new Failure(by, since, Rejection.read(in, Conflict.readId(in))));
            }
        }
        in.expectEnd();
        own.forEach(this::add);
        others.forEach(this::fail);
    }

    /**
     * Takes a note of what needs no more to be done about.
     *
     * @throws MalformedDataException if it is none
     */
    void readDone(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        requireVersion(in);
        List<OperationId> known = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            known.add(Conflict.readId(in));
        }
        List<Claim> dealtWith = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin by = Members.readOrigin(in);
            dealtWith.add(new Claim(by, Conflict.readId(in)));
        }
        in.expectEnd();
        known.forEach(this::told);
        dealtWith.forEach(this::deal);
    }

    private static void requireVersion(ByteReader in) {
        int version = in.readByte();
        if (version != VERSION) {
            throw in.malformed("rejections of version " + version, 0);
        }
    }

    /** Says in notes what there is. */
    void writeTo(Arbiter.NoteSink sink) {
        if (!untold.isEmpty()) {
            sink.add(NOTE, note(untold.values()));
        }
        if (!done.isEmpty()) {
            sink.add(DONE_NOTE, noteDone(List.of(), done.values()));
        }
        if (!failures.isEmpty()) {
            sink.add(NOTE, noteFailures(failures.values()));
        }
    }
}
