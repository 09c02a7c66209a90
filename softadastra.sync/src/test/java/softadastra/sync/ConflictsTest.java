package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import softadastra.core.HybridTimestamp;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.NoteVisitor;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Value;

/** Conflicts are kept until they are taken, or until there are too many; and what notes come to is the same however often it is summed up. */
class ConflictsTest {

    private static final NodeId PHONE = new NodeId("phone");
    private static final NodeId TABLET = new NodeId("tablet");

    private static Conflict conflict(int number, int bytes) {
        return new Conflict(
                Key.of("k" + number),
                new OperationId(PHONE, 1, number),
                loser(number),
                HybridTimestamp.of(1_700_000_000_000L, number),
                bytes < 0 ? Optional.empty() : Optional.of(Value.of(new byte[bytes])));
    }

    private static OperationId loser(int number) {
        return new OperationId(TABLET, -2, number);
    }

    private static List<Integer> numbers(Conflicts conflicts) {
        return conflicts.all().stream()
                .map(conflict -> (int) conflict.loser().counter())
                .toList();
    }

    @Test
    void theOldestGoAndAreCountedWhenThereAreTooMany() {
        Conflicts conflicts = new Conflicts(3, 1 << 20);
        for (int i = 1; i <= 5; i++) {
            assertTrue(conflicts.add(conflict(i, 10), i));
            assertFalse(conflicts.add(conflict(i, 10), i));
        }
        assertEquals(List.of(3, 4, 5), numbers(conflicts));
        assertEquals(2, conflicts.dropped());
        assertTrue(conflicts.has(loser(3)));
        assertFalse(conflicts.has(loser(2)));
    }

    @Test
    void orTooLarge() {
        Conflicts conflicts = new Conflicts(100, 3_000);
        for (int i = 1; i <= 4; i++) {
            assertTrue(conflicts.add(conflict(i, 1_000), i));
        }
        assertEquals(List.of(3, 4), numbers(conflicts));
        assertTrue(conflicts.add(conflict(5, 10_000), 5));
        // The last one stays, whatever its size.
        assertEquals(List.of(5), numbers(conflicts));
        assertEquals(4, conflicts.dropped());
        conflicts.readTaken(Conflicts.taken(List.of(loser(5), loser(1)), List.of()));
        assertTrue(conflicts.add(conflict(6, 1_000), 6));
        assertTrue(conflicts.add(conflict(7, 1_000), 7));
        assertEquals(List.of(6, 7), numbers(conflicts), "there is room again for what was taken");
    }

    @Test
    void whatIsTakenIsGone() {
        Conflicts conflicts = new Conflicts();
        for (int i = 1; i <= 4; i++) {
            assertTrue(conflicts.add(conflict(i, -1), i));
        }
        conflicts.readTaken(Conflicts.taken(List.of(loser(2), loser(4), loser(9)), List.of()));
        assertEquals(List.of(1, 3), numbers(conflicts));
        assertEquals(0, conflicts.dropped());
        byte[] malformed = Conflicts.taken(List.of(loser(1)), List.of());
        malformed[0] = 2;
        assertThrows(MalformedDataException.class, () -> conflicts.readTaken(malformed));
        assertEquals(List.of(1, 3), numbers(conflicts));
    }

    /** A note, as a log has it. */
    private static void put(NoteVisitor log, int typeCode, byte[] payload) {
        log.visit(1, typeCode, payload);
    }

    @Test
    void aSummaryComesToWhatTheNotesDo() {
        NoteState all = new NoteState();
        NoteState summed = new NoteState();
        for (int i = 1; i <= Conflicts.MAX_COUNT + 40; i++) {
            for (NoteState each : List.of(all, summed)) {
                put(each, Conflict.NOTE, conflict(i, i % 3 - 1).encode());
                put(each, Forgetting.NOTE, NoteState.encodeFloor(i * 100L));
                put(
                        each,
                        Members.NOTE,
                        Members.NONE.with(new Origin(PHONE, i % 9)).encode());
                if (i % 7 == 0) {
                    put(each, Conflicts.TAKEN_NOTE, Conflicts.taken(List.of(loser(i - 3)), List.of()));
                }
                if (i % 1000 == 0) {
                    put(each, 79, new byte[] {(byte) i});
                }
            }
            if (i % 500 == 0) {
                NoteState next = new NoteState();
                summed.writeTo((typeCode, payload) -> put(next, typeCode, payload));
                summed = next;
            }
        }
        assertTrue(all.conflicts().size() > 8_000);
        assertEquals(all.conflicts().all(), summed.conflicts().all());
        assertEquals(all.conflicts().dropped(), summed.conflicts().dropped());
        assertEquals(all.floor(), summed.floor());
        assertEquals(notes(all), notes(summed));
    }

    @Test
    void whereTheyAreNotedIsTold() {
        NoteState state = new NoteState();
        state.visit(3, Conflict.NOTE, conflict(1, 10).encode());
        state.visit(5, Conflict.NOTE, conflict(2, 10).encode());
        assertEquals(
                List.of(new NotedConflict(conflict(1, 10), 3), new NotedConflict(conflict(2, 10), 5)),
                state.conflicts().noted());
    }

    private static List<String> notes(NoteState state) {
        List<String> notes = new ArrayList<>();
        state.writeTo((typeCode, payload) -> notes.add(typeCode + " " + java.util.Arrays.toString(payload)));
        return notes;
    }

    @Test
    void aNoteOfANewerReleaseIsKeptAndTold() {
        NoteState state = new NoteState();
        put(state, Conflict.NOTE, new byte[] {9, 0, 1});
        assertTrue(state.requireReadable().error().message().contains("note 66 at sequence 1: "));
        assertEquals(List.of("66 [9, 0, 1]"), notes(state));
    }
}
