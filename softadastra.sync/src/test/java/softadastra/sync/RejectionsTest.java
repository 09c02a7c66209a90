package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.HybridTimestamp;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Value;
import softadastra.sync.Rejections.Claim;
import softadastra.sync.Rejections.Failure;

/** What was rejected is kept until it is dealt with, or there is too much of it; and notes and messages say all of it. */
class RejectionsTest {

    private static final Origin PHONE = new Origin(new NodeId("phone"), 1);
    private static final Origin TABLET = new Origin(new NodeId("tablet"), -2);

    private static Rejection rejection(long counter, String reason) {
        OperationRecord operation = OperationRecord.remote(
                new OperationId(PHONE, counter),
                HybridTimestamp.of(1_700_000_000_000L, (int) counter),
                1,
                Effect.WON,
                CausalContext.EMPTY,
                counter % 2 == 0
                        ? Operation.delete(Key.of("k" + counter))
                        : Operation.put(Key.of("k" + counter), Value.fromString("v")));
        return Rejection.of(operation, RejectionCode.REFUSED, reason);
    }

    private static Failure failure(long counter) {
        return new Failure(TABLET, 1_700_000_000_123L, rejection(counter, "because"));
    }

    private static OperationId id(long counter) {
        return new OperationId(PHONE, counter);
    }

    /** What the notes come to that something is summed up in. */
    private static Rejections again(NoteState state) {
        NoteState read = new NoteState();
        state.writeTo((typeCode, payload) -> read.visit(1, typeCode, payload));
        assertTrue(read.requireReadable().isOk());
        return read.rejections();
    }

    @Test
    void notesSumUpToTheSame() {
        NoteState state = new NoteState();
        state.visit(
                1, Rejections.NOTE, Rejections.note(List.of(rejection(1, "a"), rejection(2, "b"), rejection(3, "c"))));
        state.visit(2, Rejections.DONE_NOTE, Rejections.noteDone(List.of(id(2)), List.of()));
        state.visit(3, Rejections.NOTE, Rejections.noteFailures(List.of(failure(7), failure(8))));
        state.visit(4, Rejections.DONE_NOTE, Rejections.noteDone(List.of(), List.of(new Claim(TABLET, id(7)))));
        Rejections read = again(state);
        assertEquals(
                List.of(rejection(1, "a"), rejection(3, "c")),
                List.copyOf(read.untold().values()));
        assertEquals(List.of(failure(8)), List.copyOf(read.failures()));
        assertEquals(Set.of(id(8)), read.failed());
        read.fail(failure(7));
        assertEquals(List.of(failure(8)), List.copyOf(read.failures()), "what comes late changes nothing");
    }

    @Test
    void whatIsMissingIsSummedUpUntilItIsNot() {
        NoteState state = new NoteState();
        state.visit(
                1, Rejections.NOTE, Rejections.note(List.of(rejection(1, "a"), rejection(2, "b"), rejection(3, "c"))));
        state.visit(2, Rejections.DONE_NOTE, Rejections.noteDone(List.of(id(1), id(2)), List.of()));
        state.visit(3, Rejections.NOTE, Rejections.noteInherited(List.of(rejection(4, "d"), rejection(5, "e"))));
        Rejections read = again(state);
        assertEquals(List.of(rejection(3, "c")), List.copyOf(read.untold().values()));
        assertEquals(List.of(rejection(4, "d"), rejection(5, "e")), List.copyOf(read.inherited()));
        assertEquals(5, read.missing().all().size());
        assertEquals(
                List.of(rejection(2, "b"), rejection(3, "c"), rejection(4, "d"), rejection(5, "e")),
                List.copyOf(read.missing().behind(Optional.of(Key.of("k1")))));
        assertEquals(List.of(rejection(3, "c")), List.copyOf(read.missing().of(Key.of("k3"))));

        // One has come, others were replaced; of one its writer has yet to know all the same.
        state.visit(4, Rejections.DONE_NOTE, Rejections.noteReplaced(List.of(id(2), id(3), id(4))));
        state.visit(5, Rejections.NOTE, Rejections.note(List.of(rejection(5, "e"))));
        read = again(state);
        assertEquals(
                List.of(rejection(3, "c"), rejection(5, "e")),
                List.copyOf(read.untold().values()));
        assertEquals(List.of(), List.copyOf(read.inherited()));
        assertEquals(
                List.of(rejection(1, "a"), rejection(5, "e")),
                List.copyOf(read.missing().all()));
    }

    @Test
    void whatIsDealtWithStaysSoWhenItIsRejectedInAnotherEpoch() {
        Rejections rejections = new Rejections();
        rejections.fail(failure(7));
        rejections.readDone(Rejections.noteDone(List.of(), List.of(new Claim(TABLET, id(7)))));
        Origin later = new Origin(TABLET.node(), 77);
        rejections.fail(new Failure(later, 1, rejection(7, "again")));
        assertEquals(Set.of(), rejections.failed());
        assertTrue(rejections.isNoted(new Claim(later, id(7))));
    }

    @Test
    void whatNobodyAnswersDoesNotKeepOthersFromBeingTold() {
        NodeId neighbour = new NodeId("laptop");
        RejectionRelay relay = new RejectionRelay(TABLET.node());
        relay.connect(new TreeSet<>(Set.of(neighbour)));
        TreeMap<OperationId, Rejection> untold = new TreeMap<>();
        for (int i = 1; i <= 9_000; i++) {
            untold.put(id(i), rejection(i, ""));
        }
        int told = 0;
        for (long tick = 0; tick < 1_000; tick++) {
            if (tick == 500) {
                untold.put(id(10_000), rejection(10_000, ""));
            }
            relay.tell(TABLET, untold, tick * 5_000_000_000L);
            for (Refusals next = relay.next(neighbour); !next.equals(Refusals.NONE); next = relay.next(neighbour)) {
                told += next.words().stream()
                                .anyMatch(word -> word.rejection().id().equals(id(10_000)))
                        ? 1
                        : 0;
            }
        }
        assertTrue(told > 1, "told " + told + " times");
    }

    @Test
    void anAdmissionThatFailsRefuses() {
        OperationRecord operation = OperationRecord.remote(
                id(1), HybridTimestamp.of(1, 1), 1, Effect.WON, CausalContext.EMPTY, Operation.delete(Key.of("k")));
        for (Throwable thrown : List.of(new IllegalStateException("no"), new NoClassDefFoundError("gone"))) {
            Admission admission = (node, asked) -> {
                if (thrown instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) thrown;
            };
            assertEquals(
                    Optional.of(new Admitting.No(
                            RejectionCode.REFUSED,
                            "the admission has failed: " + thrown.getClass().getName())),
                    Admitting.of(TABLET.node(), admission, 10).asked(operation));
        }
    }

    @Test
    void aReasonOfANewerReleaseIsPassedOnAsItIs() {
        Rejection newer = new Rejection(id(1), Key.of("k"), false, HybridTimestamp.of(1, 1), 200, "for a new reason");
        ByteWriter out = new ByteWriter();
        newer.write(out);
        Rejection read = Rejection.read(new ByteReader(out.toByteArray()), id(1));
        assertEquals(newer, read);
        assertEquals(RejectionCode.OTHER, RejectionCode.of(read.code()));
        NoteState state = new NoteState();
        state.visit(1, Rejections.NOTE, Rejections.noteFailures(List.of(new Failure(TABLET, 1, newer))));
        assertEquals(newer, again(state).failures().iterator().next().rejection());
    }

    @Test
    void theOldestGoWhenThereAreTooMany() {
        Rejections rejections = new Rejections();
        for (int i = 1; i <= Rejections.MAX_COUNT + 5; i++) {
            rejections.add(rejection(i, ""));
            rejections.fail(failure(i));
        }
        assertEquals(Rejections.MAX_COUNT, rejections.untold().size());
        assertEquals(Rejections.MAX_COUNT, rejections.failures().size());
        assertEquals(id(6), rejections.untold().keySet().iterator().next());
        assertEquals(failure(6), rejections.failures().iterator().next());
        assertEquals(id(6), rejections.missing().all().iterator().next().id());
        assertEquals(List.of(), List.copyOf(rejections.missing().of(Key.of("k5"))));
        NoteState state = new NoteState();
        rejections.writeTo((typeCode, payload) -> state.visit(1, typeCode, payload));
        Rejections read = again(state);
        for (Rejections each : List.of(rejections, read)) {
            assertEquals(5, each.untoldDropped());
            assertEquals(5, each.failuresDropped());
        }
    }

    @Test
    void ofWhatIsTakenOverFromOthersTheOldestGoToo() {
        Rejections rejections = new Rejections();
        for (int i = 1; i <= Rejections.MAX_COUNT + 3; i++) {
            rejections.inherit(rejection(i, "no"));
        }
        assertEquals(Rejections.MAX_COUNT, rejections.inherited().size());
        assertEquals(4, rejections.inherited().iterator().next().id().counter());
        assertEquals(Rejections.MAX_COUNT, rejections.missing().all().size());
        assertEquals(3, rejections.missing().dropped());
        rejections.replaced(new OperationId(PHONE, 4));
        assertEquals(Rejections.MAX_COUNT - 1, rejections.inherited().size());
    }

    @Test
    void aReasonIsCutAndIsAlwaysText() {
        assertEquals(256, rejection(1, "x".repeat(1_000)).reason().length());
        Rejection half = rejection(1, "x".repeat(255) + "\uD83D\uDE00");
        assertEquals("x".repeat(255) + "?", half.reason());
        ByteWriter out = new ByteWriter();
        Rejection wide = rejection(1, "\u4E16".repeat(256));
        wide.write(out);
        assertEquals(wide, Rejection.read(new ByteReader(out.toByteArray()), id(1)));
    }

    @Test
    void whatIsNoNoteIsRefused() {
        byte[] note = Rejections.noteFailures(List.of(failure(7)));
        byte[] done = Rejections.noteDone(List.of(id(1)), List.of(new Claim(TABLET, id(7))));
        byte[] replaced = Rejections.noteReplaced(List.of(id(1)));
        for (int i = 0; i < note.length; i++) {
            byte[] half = Arrays.copyOf(note, i);
            assertThrows(MalformedDataException.class, () -> new Rejections().read(half));
        }
        for (int i = 0; i < done.length; i++) {
            byte[] half = Arrays.copyOf(done, i);
            assertThrows(MalformedDataException.class, () -> new Rejections().readDone(half));
        }
        for (int i = 0; i < replaced.length; i++) {
            byte[] half = Arrays.copyOf(replaced, i);
            assertThrows(MalformedDataException.class, () -> new Rejections().readDone(half));
        }
        note[0] = 2;
        assertThrows(MalformedDataException.class, () -> new Rejections().read(note));
        replaced[0] = 3;
        assertThrows(MalformedDataException.class, () -> new Rejections().readDone(replaced));
    }

    @Test
    void aMessageSaysWhatWasRejectedAndWhatIsKnown() {
        Refusals refusals = new Refusals(
                List.of(new Refusals.Word(TABLET, rejection(1, "because"), 32)),
                List.of(new Refusals.Receipt(PHONE, new OperationId(TABLET, 9), 1)));
        SyncMessage.State state = new Spoken(PHONE).state();
        byte[] encoded =
                SyncMessageCodec.encode(new SyncMessage(state, List.of(), Optional.empty(), refusals, Contents.NONE));
        assertEquals(refusals, SyncMessageCodec.decode(encoded).orElseThrow().refusals());
        assertEquals(
                Refusals.NONE,
                SyncMessageCodec.decode(SyncMessageCodec.encode(SyncMessage.of(state)))
                        .orElseThrow()
                        .refusals());
    }
}
