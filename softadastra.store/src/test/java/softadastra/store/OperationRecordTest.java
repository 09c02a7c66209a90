package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;

/** Identity, stamp, version, context and effect survive encoding, for operations of this node and of others. */
class OperationRecordTest {

    private static final NodeId HERE = new NodeId("here");
    private static final NodeId THERE = new NodeId("there");
    private static final HybridTimestamp LOGGED = HybridTimestamp.of(1_700_000_000_000L, 7);
    private static final CausalContext CONTEXT =
            CausalContext.of(Map.of(new Origin(HERE, 1), 300L, new Origin(THERE, -1), 1L, new Origin(THERE, 2), 9L));

    static List<OperationRecord> records() {
        List<OperationRecord> records = new ArrayList<>();
        OperationId local = new OperationId(HERE, 0x0123456789ABCDEFL, 1);
        OperationId remote = new OperationId(THERE, -1, 1_000_000);
        for (Operation operation : List.of(
                Operation.put(Key.of("k"), Value.fromString("v")),
                Operation.update(Key.of("k"), Value.of(new byte[0])),
                Operation.delete(Key.of("k")))) {
            records.add(OperationRecord.local(local, LOGGED, 1, operation));
            records.add(OperationRecord.local(local, HybridTimestamp.of(1_700_000_000_001L, 0), 200, operation));
            records.add(OperationRecord.local(local, HybridTimestamp.ZERO, Long.MAX_VALUE, operation));
            for (Effect effect : Effect.values()) {
                for (Outcome outcome : outcomes(effect, remote)) {
                    records.add(new OperationRecord(
                            remote, HybridTimestamp.MAX, 3, effect, Optional.of(CONTEXT), false, operation, outcome));
                    records.add(new OperationRecord(
                            remote,
                            HybridTimestamp.ZERO,
                            effect == Effect.LOST ? 0 : 1,
                            effect,
                            Optional.of(CausalContext.EMPTY),
                            false,
                            operation,
                            outcome));
                    records.add(new OperationRecord(
                            remote, LOGGED, 1, effect, Optional.of(CONTEXT), true, operation, outcome));
                }
            }
        }
        return records;
    }

    /** What may come of an operation with an effect: with a floor and without. */
    private static List<Outcome> outcomes(Effect effect, OperationId remote) {
        List<OperationId> standing = effect.compareTo(Effect.BESIDE) < 0 || effect == Effect.REJECTED
                ? List.of()
                : List.of(new OperationId(HERE, 1, 300), remote);
        List<Outcome> outcomes = new ArrayList<>();
        for (Optional<HybridTimestamp> floor :
                List.of(Optional.<HybridTimestamp>empty(), Optional.of(LOGGED), Optional.of(HybridTimestamp.MAX))) {
            if (effect == Effect.MERGED) {
                Value value = Value.fromString("merged");
                outcomes.add(
                        new Outcome(floor, standing, Optional.of(new Outcome.Merged(Optional.of(value), 300, LOGGED))));
                outcomes.add(new Outcome(
                        floor, standing, Optional.of(new Outcome.Merged(Optional.empty(), 1, HybridTimestamp.ZERO))));
            } else {
                outcomes.add(new Outcome(floor, standing, Optional.empty()));
            }
        }
        return outcomes;
    }

    @Test
    void effectAndOutcomeGoTogether() {
        OperationId id = new OperationId(THERE, 1, 1);
        OperationId other = new OperationId(THERE, 1, 2);
        Operation put = Operation.put(Key.of("k"), Value.fromString("v"));
        Outcome beside = new Outcome(Optional.empty(), List.of(id, other), Optional.empty());
        for (Effect effect : List.of(Effect.WON, Effect.LOST, Effect.SIBLING, Effect.MERGED, Effect.REJECTED)) {
            assertThrows(
                    SoftadastraException.class,
                    () -> new OperationRecord(
                            id, LOGGED, 1, effect, Optional.of(CausalContext.EMPTY), false, put, beside));
        }
        assertThrows(
                SoftadastraException.class,
                () -> OperationRecord.remote(id, LOGGED, 1, Effect.BESIDE, CausalContext.EMPTY, put));
        assertThrows(SoftadastraException.class, () -> new Outcome(Optional.empty(), List.of(id), Optional.empty()));
        assertThrows(
                SoftadastraException.class, () -> new Outcome(Optional.empty(), List.of(id, id), Optional.empty()));
        // What an older release reads has no outcome, and one that has nothing to say is not written.
        assertEquals(
                0x11,
                OperationRecord.remote(id, LOGGED, 1, Effect.SIBLING, CausalContext.EMPTY, put)
                        .encode(LOGGED)
                        .value()[0]);
        byte[] bytes = new OperationRecord(
                        id, LOGGED, 1, Effect.BESIDE, Optional.of(CausalContext.EMPTY), false, put, beside)
                .encode(LOGGED)
                .value();
        assertEquals(0x51, bytes[0]);
    }

    private static Result<OperationRecord> decode(OperationRecord record, byte[] bytes) {
        return OperationRecord.decode(record.typeCode(), LOGGED, bytes, HERE);
    }

    @Test
    void everyRecordComesBack() {
        for (OperationRecord record : records()) {
            assertEquals(record, decode(record, record.encode(LOGGED).value()).value());
        }
    }

    @Test
    void theFormsAreWhatTheyWere() {
        OperationRecord local = records().get(0);
        assertEquals(
                "01efcdab8967452301010001" + "0101016b0176",
                HexFormat.of().formatHex(local.encode(LOGGED).value()));
        OperationRecord remote = OperationRecord.remote(
                new OperationId(THERE, -1, 5),
                HybridTimestamp.ofPacked(0x1122),
                3,
                Effect.SIBLING,
                CausalContext.of(Map.of(new Origin(HERE, 1), 300L)),
                Operation.delete(Key.of("k")));
        assertEquals(
                "1103" + "057468657265" + "ffffffffffffffff" + "05" + "2211000000000000" + "03" + "0001" + "0468657265"
                        + "0100000000000000" + "ac02" + "0103016b",
                HexFormat.of().formatHex(remote.encode(LOGGED).value()));
    }

    @Test
    void noTruncationAndNothingLeftOver() {
        for (OperationRecord record : records()) {
            byte[] bytes = record.encode(LOGGED).value();
            for (int length = 0; length < bytes.length; length++) {
                assertEquals(
                        ErrorCode.DECODE_FAILED,
                        decode(record, Arrays.copyOf(bytes, length)).error().code());
            }
            assertEquals(
                    ErrorCode.DECODE_FAILED,
                    decode(record, Arrays.copyOf(bytes, bytes.length + 1))
                            .error()
                            .code());
        }
    }

    @Test
    void flippedBitNeverGivesARecordWithAnotherEncoding() {
        for (OperationRecord record : records()) {
            byte[] bytes = record.encode(LOGGED).value();
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] flipped = bytes.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                Result<OperationRecord> decoded = decode(record, flipped);
                if (decoded.isOk()) {
                    // Bit 5 makes a survivor of one without a context, which says the same.
                    boolean survivor = (flipped[0] & ~0x40) == 0x31;
                    assertArrayEquals(
                            survivor ? bytes : flipped,
                            decoded.value().encode(LOGGED).value(),
                            record + " bit " + bit);
                } else {
                    ErrorCode code = decoded.error().code();
                    assertTrue(code == ErrorCode.DECODE_FAILED || code == ErrorCode.UNSUPPORTED_VERSION);
                }
            }
        }
    }

    @Test
    void typeOfTheRecordAndOfTheOperationMustAgree() {
        OperationRecord put = records().get(0);
        byte[] bytes = put.encode(LOGGED).value();
        assertEquals(
                ErrorCode.DECODE_FAILED,
                OperationRecord.decode(OperationType.UPDATE.code(), LOGGED, bytes, HERE)
                        .error()
                        .code());
        assertEquals(
                ErrorCode.UNSUPPORTED_OPERATION,
                OperationRecord.decode(4, LOGGED, bytes, HERE).error().code());
    }

    @Test
    void localOperationsBelongToTheNodeOfTheirLog() {
        OperationRecord put = records().get(0);
        byte[] bytes = put.encode(LOGGED).value();
        OperationRecord elsewhere =
                OperationRecord.decode(put.typeCode(), LOGGED, bytes, THERE).value();
        assertEquals(THERE, elsewhere.id().node());
        assertTrue(elsewhere.isLocal());
    }

    @Test
    void aLocalOperationHasWonAndHasAVersion() {
        OperationId id = new OperationId(HERE, 1, 1);
        Operation delete = Operation.delete(Key.of("k"));
        assertThrows(SoftadastraException.class, () -> OperationRecord.local(id, LOGGED, 0, delete));
        assertThrows(
                SoftadastraException.class,
                () -> new OperationRecord(id, LOGGED, 1, Effect.LOST, Optional.empty(), false, delete));
        assertThrows(SoftadastraException.class, () -> new OperationId(HERE, 1, 0));
        assertEquals(
                ErrorCode.ENCODE_FAILED,
                OperationRecord.local(id, LOGGED, 1, Operation.delete(Key.of("")))
                        .encode(LOGGED)
                        .error()
                        .code());
    }
}
