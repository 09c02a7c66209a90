package softadastra.sync;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.store.Origin;

/**
 * For how long nothing was heard of each member, and so who was silent for longer than the retention. For one thread.
 *
 * <p>Silence is counted in time that this node itself was running: from step to step, by a clock that only goes forward. What had come
 * together is in the log, and the next opening goes on from there; the time in between counts for nothing. So no clock that people set
 * bears on it: a machine that believes to be in 1970 when it is switched on, or in 2100, or whose clock is put an hour either way, counts
 * as any other one does. The price is that a node which runs for eight hours a day needs ninety days for a retention of thirty. Time in
 * the log, bounded somehow, was the alternative: it needs trust in a clock for just as long as the bound, at each opening anew, and
 * machines that lose power together have the same wrong clock when it comes back.
 *
 * <p>What can be wrong is always too little, but for one thing, and that is made harmless:
 *
 * <ul>
 *   <li>Between two steps no more than a part of the retention counts, {@value #PARTS} of which are all of it, and no more than an hour.
 *       Some systems count the time that a machine was asleep, and a process may be stopped: a month of that is an hour here.
 *   <li>A kill loses what has come together since the last note, which is one part at most; a close loses nothing to speak of.
 *   <li>What is noted and not true any more would be too much: the member was heard of since, and then the node was killed, or an earlier
 *       log was put in the place of this one. Word of a member ends what is noted of its silence within a second. And whatever the log
 *       says, nobody is accused before this opening has listened for one part, during which the member was not heard of either, by
 *       itself or through others. Who was heard of starts from there anew. An accusation of one node fences nobody anyway.
 * </ul>
 *
 * <p>Nothing is noted of members that were heard of within one part, so nodes that hear each other note nothing; of those that were not,
 * once for each part that passes, all in one note, until the silence is twice the retention. From there on it makes no difference.
 *
 * <pre>
 * note    = version:u8 (1)  count:varint  { origin  silence:varint  through:u8 (0, 1) } * count      in order
 * origin  = node:utf8  epoch:i64
 * silence : in milliseconds; through: 1 if the member was heard of through others last, or not yet
 * </pre>
 */
final class Silences {

    /** The type code of the note; the last one counts, and who is not named in it was heard of. */
    static final int NOTE = 74;

    private static final int VERSION = 1;
    private static final int PARTS = 8;
    private static final long LONGEST_PART_NANOS = 3_600_000_000_000L;
    private static final long PAUSE_NANOS = 1_000_000_000L;
    private static final long MINUTE_MILLIS = 60_000;
    private static final long NANOS_A_MILLI = 1_000_000L;
    private static final long LONGEST_MILLIS = 9_000_000_000_000L;

    private final long retentionNanos;
    private final long partNanos;

    /** What is longer makes no difference, and is noted as this. */
    private final long longestMillis;

    /** For how long this node was running since it was opened. */
    private long running;

    /** When the last step was, of those of which there was one. */
    private long steppedAt;

    private boolean isBegun;

    /** When something was heard of a member last, from itself or through others; before 0 is before the opening. */
    private final Map<Origin, Heard> alive = new HashMap<>();

    /** Since when this node waits to hear of a member that it has heard nothing of yet. */
    private final Map<Origin, Long> waiting = new HashMap<>();

    private SortedMap<Origin, Silence> inLog = new TreeMap<>();
    private long notedAt;
    private boolean isNoted;

    private record Heard(long when, boolean isRelayed) {}

    /**
     * What the log says of a member.
     *
     * @param millis for how long nothing was heard of it
     * @param isThrough whether it was through others before that, or not at all
     */
    record Silence(long millis, boolean isThrough) {}

    Silences(long retentionNanos) {
        this.retentionNanos = retentionNanos;
        this.partNanos = Math.min(retentionNanos / PARTS, LONGEST_PART_NANOS);
        this.longestMillis = Math.min(2 * (retentionNanos / NANOS_A_MILLI), LONGEST_MILLIS);
    }

    /** Goes on from what the log says; before the first step. */
    void resume(SortedMap<Origin, Silence> noted) {
        inLog = new TreeMap<>(noted);
        noted.forEach((member, silence) ->
                alive.put(member, new Heard(running - silence.millis() * NANOS_A_MILLI, silence.isThrough())));
    }

    private void pass(long now) {
        running += isBegun ? Math.max(0, Math.min(now - steppedAt, partNanos)) : 0;
        steppedAt = now;
        isBegun = true;
    }

    /** A member has spoken. */
    void heard(Origin origin, long now) {
        pass(now);
        alive.put(origin, new Heard(running, false));
    }

    /**
     * Somebody else has heard of a member, so many nanoseconds ago. Only what is a good part of the retention later than what is known
     * counts: what is on its way comes later than it is said; two who tell each other of somebody that neither hears would have it alive
     * for ever.
     */
    void relayed(Origin origin, long silence, long now) {
        pass(now);
        long when = running - silence;
        Heard known = alive.get(origin);
        if (known == null || when - known.when() > retentionNanos / PARTS) {
            alive.put(origin, new Heard(when, true));
        }
    }

    /** How long ago something was heard of a member, in nanoseconds; 0 if it is not known. */
    long of(Origin origin, long now) {
        pass(now);
        Heard last = alive.get(origin);
        return last == null ? 0 : Math.max(0, running - last.when());
    }

    /**
     * The members that were silent for longer than the retention, as far as this node has heard; where it has heard through others only,
     * it may take as much longer as what they say is behind. Nobody, while this opening has not listened for long enough.
     */
    SortedSet<Origin> accused(Members members, Origin self, long now) {
        pass(now);
        TreeSet<Origin> accused = new TreeSet<>();
        for (Origin each : members.current()) {
            if (each.node().equals(self.node())) {
                continue;
            }
            Heard heard = alive.get(each);
            long last = heard == null ? waiting.computeIfAbsent(each, absent -> running) : heard.when();
            long patience = heard != null && heard.isRelayed() ? retentionNanos / PARTS : 0;
            if (running >= partNanos && running - last - patience > retentionNanos) {
                accused.add(each);
            }
        }
        return accused;
    }

    /** The silences that are worth a note. */
    private SortedMap<Origin, Silence> now(Members members, Origin self) {
        TreeMap<Origin, Silence> silences = new TreeMap<>();
        for (Origin each : members.current()) {
            Heard heard = alive.get(each);
            long last = heard == null ? waiting.getOrDefault(each, running) : heard.when();
            if (!each.node().equals(self.node()) && running - last >= partNanos) {
                long millis = Math.min((running - last) / NANOS_A_MILLI, longestMillis);
                silences.put(each, new Silence(millis, heard == null || heard.isRelayed()));
            }
        }
        return silences;
    }

    /** Whether somebody was heard of whom the log has as silent for long. */
    private boolean isEnded(SortedMap<Origin, Silence> now, Members members) {
        return inLog.entrySet().stream()
                .anyMatch(each -> members.has(each.getKey())
                        && (!now.containsKey(each.getKey())
                                || now.get(each.getKey()).millis()
                                        < Math.min(each.getValue().millis(), longestMillis)));
    }

    /** Whether somebody is silent for so many milliseconds longer than the log has it. */
    private boolean isLonger(SortedMap<Origin, Silence> now, long by) {
        return now.entrySet().stream().anyMatch(each -> {
            Silence before = inLog.get(each.getKey());
            return each.getValue().millis() - (before == null ? 0 : before.millis()) >= by;
        });
    }

    /** What is to be noted with this step; empty for nothing. */
    Optional<byte[]> news(Members members, Origin self, long now) {
        pass(now);
        long since = running - notedAt;
        if ((isNoted && since < PAUSE_NANOS) || (inLog.isEmpty() && since < partNanos)) {
            return Optional.empty();
        }
        SortedMap<Origin, Silence> silences = now(members, self);
        boolean isDue = isEnded(silences, members) || (since >= partNanos && isLonger(silences, 1));
        return isDue ? Optional.of(note(silences)) : Optional.empty();
    }

    /** What is to be noted since no more steps follow; empty for nothing. */
    Optional<byte[]> last(Members members, Origin self) {
        SortedMap<Origin, Silence> silences = now(members, self);
        boolean isDue = isEnded(silences, members) || isLonger(silences, MINUTE_MILLIS);
        return isDue ? Optional.of(note(silences)) : Optional.empty();
    }

    private byte[] note(SortedMap<Origin, Silence> silences) {
        isNoted = true;
        notedAt = running;
        return encode(silences);
    }

    /** A note is in the log. */
    void isInLog(byte[] note) {
        inLog = decode(note);
    }

    static byte[] encode(SortedMap<Origin, Silence> silences) {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeVarint(silences.size());
        silences.forEach((member, silence) -> {
            Members.write(out, member);
            out.writeVarint(silence.millis());
            out.writeByte(silence.isThrough() ? 1 : 0);
        });
        return out.toByteArray();
    }

    /**
     * Reads a note.
     *
     * @throws softadastra.core.MalformedDataException if it is none
     */
    static SortedMap<Origin, Silence> decode(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        int version = in.readByte();
        if (version != VERSION) {
            throw in.malformed("silences of version " + version, 0);
        }
        TreeMap<Origin, Silence> silences = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin member = Members.readOrigin(in);
            long millis = in.readVarint(LONGEST_MILLIS);
            int position = in.position();
            int through = in.readByte();
            if (through > 1) {
                throw in.malformed("unknown kind of silence " + through, position);
            }
            silences.put(member, new Silence(millis, through == 1));
        }
        in.expectEnd();
        return silences;
    }
}
