package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.MalformedDataException;
import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.store.Arbiter;
import softadastra.store.NoteSummary;
import softadastra.store.Origin;

/**
 * What the notes of a log come to. An {@link Exchange} begins with it, and a checkpoint has it in place of the notes, so both agree
 * by construction.
 *
 * <p>A note that it cannot read, as one of a newer release, is kept as it is. For one thread.
 */
final class NoteState implements NoteSummary {

    private Members members = Members.NONE;
    private long floor;
    private Optional<Progress> progress = Optional.empty();
    private boolean learned;
    private Stage stage = Stage.NEW;
    private final Conflicts conflicts = new Conflicts();
    private final AckMarks acks = new AckMarks();
    private SortedMap<Origin, Silences.Silence> silences = new TreeMap<>();
    private final Rejections rejections = new Rejections();
    private final Subscriptions subscriptions = new Subscriptions();
    private final List<Note> others = new ArrayList<>();
    private Optional<String> unreadable = Optional.empty();

    private static final class Note {
        final int typeCode;
        final byte[] payload;

        Note(int typeCode, byte[] payload) {
            this.typeCode = typeCode;
            this.payload = payload;
        }
    }

    @Override
    public void visit(long sequence, int typeCode, byte[] payload) {
        try {
            switch (typeCode) {
                case Members.NOTE -> members = members.merge(Members.decode(payload));
                case Forgetting.NOTE -> floor = later(floor, readFloor(payload));
                case Conflict.NOTE -> {
                    boolean unused = conflicts.add(Conflict.decode(payload), sequence);
                }
                case AckMarks.NOTE -> acks.read(payload);
                case Stage.NOTE -> {
                    stage = Stage.decode(payload);
                    // What was begun in another one is not gone on with; see Incoming.startOver.
                    progress = Optional.empty();
                }
                case Progress.NOTE -> {
                    progress = Progress.decode(payload);
                    learned |= progress.isEmpty();
                }
                case Silences.NOTE -> silences = Silences.decode(payload);
                case Rejections.NOTE -> rejections.read(payload);
                case Rejections.DONE_NOTE -> rejections.readDone(payload);
                case Subscriptions.NOTE -> subscriptions.read(payload);
                case Conflicts.TAKEN_NOTE -> conflicts.readTaken(payload);
                default -> others.add(new Note(typeCode, payload));
            }
        } catch (MalformedDataException e) {
            others.add(new Note(typeCode, payload));
            unreadable = Optional.of("note " + typeCode + " at sequence " + sequence + ": " + e.getMessage());
        }
    }

    static byte[] encodeFloor(long stamp) {
        ByteWriter out = new ByteWriter();
        out.writeLong(stamp);
        return out.toByteArray();
    }

    private static long readFloor(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        long stamp = in.readLong();
        in.expectEnd();
        return stamp;
    }

    private static long later(long one, long other) {
        return HybridTimestamp.comparePacked(one, other) >= 0 ? one : other;
    }

    @Override
    public void writeTo(Arbiter.NoteSink sink) {
        others.forEach(note -> sink.add(note.typeCode, note.payload));
        if (!members.equals(Members.NONE)) {
            sink.add(Members.NOTE, members.encode());
        }
        if (floor != 0) {
            sink.add(Forgetting.NOTE, encodeFloor(floor));
        }
        if (!acks.all().isEmpty()) {
            sink.add(AckMarks.NOTE, acks.encode());
        }
        if (!silences().isEmpty()) {
            sink.add(Silences.NOTE, Silences.encode(silences()));
        }
        if (!subscriptions.isEmpty()) {
            sink.add(Subscriptions.NOTE, subscriptions.encode());
        }
        if (stage != Stage.NEW) {
            sink.add(Stage.NOTE, stage.encode());
        }
        if (learned) {
            sink.add(Progress.NOTE, Progress.encode(Optional.empty()));
        }
        if (progress.isPresent()) {
            sink.add(Progress.NOTE, Progress.encode(progress));
        }
        conflicts.writeTo(sink);
        rejections.writeTo(sink);
    }

    Members members() {
        return members;
    }

    /** The last promise, 0 for none. */
    long floor() {
        return floor;
    }

    /** How far the node was with coming back. */
    Stage stage() {
        return stage;
    }

    /** How far the node was with what stands elsewhere. */
    Optional<Progress> progress() {
        return progress;
    }

    /** Whether it has ever been told all that stood elsewhere. */
    boolean hasLearned() {
        return learned;
    }

    AckMarks acks() {
        return acks;
    }

    /** For how long members were silent; of those that take part no more it counts no more. */
    SortedMap<Origin, Silences.Silence> silences() {
        TreeMap<Origin, Silences.Silence> counting = new TreeMap<>(silences);
        counting.keySet().removeIf(origin -> !members.has(origin));
        return counting;
    }

    /** Who wants which keys. */
    Subscriptions subscriptions() {
        return subscriptions;
    }

    Conflicts conflicts() {
        return conflicts;
    }

    Rejections rejections() {
        return rejections;
    }

    /** Refuses what a newer release has written: what it says cannot be kept to. */
    @CheckReturnValue
    Result<Unit> requireReadable() {
        return unreadable.isEmpty()
                ? Result.ok()
                : Result.err(ErrorCode.UNSUPPORTED_VERSION, "failed to open sync: " + unreadable.get());
    }
}
